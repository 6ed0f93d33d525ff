"""The pages of asset packages: those that are there, a form to send a new one, and what is in one.

Fed by people; feeds the same intake as the API. Browsers send no folders with files, so the form has one field for
each folder of a package.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from app.edge.access import Caller, Known
from app.errors import FieldProblem, InvalidInput, TooLarge
from app.runner.api import packages
from app.runner.api.views import PackageView
from app.runner.web.forms import Form, text_of
from app.runner.web.page import Pages, see
from app.runner.web.problems import Problems, sorted_out
from app.runner.web.uses import uses_of

PATH = "/packages"
MOST_SHOWN = 200
FOLDERS: Mapping[str, str] = {
    "file": "",
    "anchors": "anchor_essays/",
    "students": "student_essays/",
    "others": "",
}
"""Where in a package the files of each field of the form go."""
LONGEST_NAME = 200
FIELDS = (*FOLDERS, "name", "min_text_characters")
USUAL = {"name": "", "min_text_characters": str(packages.MIN_TEXT)}


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()

    @router.get(PATH)
    async def packages_list(request: Request, caller: Known) -> Response:
        return await _list(pages, request, caller, USUAL, Problems())

    @router.post(PATH)
    async def send(request: Request, caller: Known, form: Form) -> Response:
        given = {name: text_of(form, name) for name in USUAL}
        try:
            kept = await _kept(pages, caller, form, given)
        except InvalidInput as error:
            problems = sorted_out([_beside(form, item) for item in error.problems], FIELDS)
            return await _list(pages, request, caller, given, problems)
        except TooLarge as error:
            return await _list(
                pages, request, caller, given, sorted_out([FieldProblem("file", error.detail)], FIELDS)
            )
        return see(f"{PATH}/{kept.id}?new=1")

    @router.get(PATH + "/{package_id}")
    async def package(request: Request, caller: Known, package_id: str) -> Response:
        found = await packages.one(pages.parts, package_id)
        facts: dict[str, Any] = {"package": found, "is_new": "new" in request.query_params}
        facts["uses"] = await uses_of(pages.parts, caller, package_id)
        return pages.show(request, "package.html", **facts)

    return router


async def _list(
    pages: Pages, request: Request, caller: Caller, given: Mapping[str, str], problems: Problems
) -> Response:
    found = (await packages.recent(pages.parts, caller, MOST_SHOWN)).items
    facts = {"packages": found, "given": given, "problems": problems, "most": MOST_SHOWN}
    facts["largest"] = pages.parts.settings.upload_max_bytes
    return pages.show(request, "packages.html", 422 if problems else 200, **facts)


async def _kept(pages: Pages, caller: Caller, form: FormData, given: Mapping[str, str]) -> PackageView:
    fewest = given["min_text_characters"] or str(packages.MIN_TEXT)
    if not fewest.isdecimal() or not 1 <= int(fewest) <= packages.MOST_MIN_TEXT:
        raise InvalidInput.at("min_text_characters", f"give a whole number from 1 to {packages.MOST_MIN_TEXT}")
    if len(given["name"]) > LONGEST_NAME or not given["name"].isprintable():
        raise InvalidInput.at("name", f"give at most {LONGEST_NAME} letters that can be shown")
    sent = _sent(form)
    if not sent:
        raise InvalidInput.at("file", "choose a zip, or files below")
    name = given["name"] or (None if len(sent) == 1 else f"{len(sent)} files")
    return await packages.uploaded(pages.parts, caller, sent, name, int(fewest))


def _sent(form: FormData) -> list[UploadFile]:
    """Return the files that were chosen, under the names that they have in a package."""
    found = []
    for field, folder in FOLDERS.items():
        for item in _chosen(form, field):
            item.filename = folder + (item.filename or "").replace("\\", "/").rpartition("/")[2]
            found.append(item)
    return found


def _chosen(form: FormData, field: str) -> list[UploadFile]:
    return [item for item in form.getlist(field) if isinstance(item, UploadFile) and item.filename]


def _beside(form: FormData, problem: FieldProblem) -> FieldProblem:
    """Return a problem of a file at the field that the file was chosen in."""
    start, _, path = problem.field.partition(".")
    if start not in {"file", "files"}:
        return problem
    fields = [name for name in FOLDERS if _chosen(form, name)]
    fitting = [name for name in fields if FOLDERS[name] and path.startswith(FOLDERS[name])]
    field = (fitting or fields or ["file"])[0]
    return FieldProblem(f"{field}.{path}" if path else field, problem.message)
