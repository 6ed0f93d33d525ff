"""The page of a new run: a form, then what the run would do and cost, then the run itself, once.

Fed by people; feeds the same plan and the same start as the API. The key that makes a start happen once is made
with the plan, so that a second click, a reload and the way back lead to the run that is there.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from app.edge.access import Caller, Known
from app.errors import FieldProblem, InvalidInput
from app.runner.api import packages, plan, runs
from app.runner.api.views import PackageView
from app.runner.plan.plan import ANCHORS_ONLY
from app.runner.plan.spec import PlanRequest
from app.runner.plan.views import PlanView
from app.runner.runs import accept, idempotency, prompts
from app.runner.runs.idempotency import Asked, KeyInUse
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode
from app.runner.web import run_form, wording
from app.runner.web.forms import Form, text_of
from app.runner.web.page import Pages, see
from app.runner.web.problems import Problems, of_error, of_validation, sorted_out

MOST_PACKAGES = 200
ONCE = re.compile(r"[0-9a-f]{32}")
FOR_THE_WAY_BACK = "private, no-cache"
"""A browser may keep the plan, else going back to it would be an error: it answered a form."""
TRIES, PAUSE_S = 50, 0.2
"""How often, and after which pause, it is looked whether the twin of a start is through."""
NAMES = {f"{path}.name": path for path in run_form.PROMPTS}
UNASKED = frozenset({Mode.PLAN, Mode.DRY_RUN})


class Refused(Exception):
    """What was given cannot become a run; ``problems`` stand beside the fields."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("the form has problems")
        self.problems = problems


@dataclass(frozen=True)
class Outlook:
    """What a run would do: its name, its package, and the plan, where a judge is asked."""

    label: str
    package: PackageView
    plan: PlanView | None


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()

    @router.get("/runs/new")
    async def empty(request: Request, caller: Known) -> Response:
        given = run_form.USUAL | {"assets.package_id": request.query_params.get("package", "")}
        return await _form_page(pages, request, caller, given, Problems())

    @router.post("/runs/new")
    async def act(request: Request, caller: Known, form: Form) -> Response:
        given = {name: text_of(form, name) for name in run_form.FIELDS}
        act, once = text_of(form, "act"), text_of(form, "once")
        if act == "change":
            return await _form_page(pages, request, caller, given, Problems())
        try:
            wanted = _wanted(given)
            if act == "start" and ONCE.fullmatch(once):
                return see(f"/runs/{await _start(pages, caller, wanted, once)}")
            outlook = await _outlook(pages, caller, wanted)
        except Refused as error:
            return await _form_page(pages, request, caller, given, error.problems)
        once = pages.parts.random_id().hex
        facts = {"given": given, "outlook": outlook, "plan": outlook.plan, "wanted": wanted, "once": once}
        facts["usual_notes"] = [ANCHORS_ONLY]
        answer = pages.show(request, "run_plan.html", **facts)
        answer.headers["Cache-Control"] = FOR_THE_WAY_BACK
        return answer

    return router


async def _form_page(
    pages: Pages, request: Request, caller: Caller, given: Mapping[str, str], problems: Problems
) -> Response:
    found = (await packages.recent(pages.parts, caller, MOST_PACKAGES)).items
    texts = await asyncio.to_thread(prompts.listed, pages.parts.settings.prompts_dir)
    facts = {
        "given": given,
        "problems": problems,
        "choices": run_form.choices() | {"assets.package_id": [("", "Choose one"), *map(_named, found)]},
        "packages": found,
        "prompts": texts,
        "prompt_roles": run_form.PROMPTS,
        "own": run_form.OWN,
        "modes": [(mode.value, wording.mode(mode), wording.about_mode(mode)) for mode in Mode],
    }
    return pages.show(request, "run_new.html", 422 if problems else 200, **facts)


def _named(package: PackageView) -> tuple[str, str]:
    counts: Any = package.inventory.get("counts", {})
    essays = f"{counts.get('anchor', 0)} anchors, {counts.get('student', 0)} students"
    return package.id, f"{package.name} ({essays}; {package.created_at:%Y-%m-%d})"


def _wanted(given: Mapping[str, str]) -> RunRequest:
    """Return the request that a form makes; raises ``Refused``."""
    body, problems = run_form.request_of(given)
    try:
        wanted = RunRequest.model_validate(body)
    except ValidationError as error:
        found = [_problem(item) for item in error.errors()]
        raise Refused(sorted_out([*problems, *found], run_form.FIELDS, NAMES)) from error
    if problems:
        raise Refused(sorted_out(problems, run_form.FIELDS, NAMES))
    return wanted


def _problem(item: Mapping[str, Any]) -> FieldProblem:
    path = ".".join(map(str, item["loc"]))
    if item["type"] == "missing":
        return FieldProblem("assets.package_id" if path == "assets" else path, "choose one")
    return FieldProblem(path, str(item["msg"]).removeprefix("Value error, "))


async def _start(pages: Pages, caller: Caller, wanted: RunRequest, once: str) -> str:
    """Return the id of the run that was started, now or by a twin of this request; raises ``Refused``."""
    parts = pages.parts
    body = wanted.model_dump_json().encode()
    fingerprint = idempotency.fingerprint("POST", runs.PATH, body)
    wish = Asked(caller.owner, f"page-{once}", fingerprint, parts.settings.idempotency_keep_s)
    for tries_left in reversed(range(TRIES)):
        try:
            answer = await runs.begun(parts, caller, wanted, wish)
        except KeyInUse:
            if not tries_left:
                raise
            await asyncio.sleep(PAUSE_S)
        except InvalidInput as error:
            raise Refused(of_error(error, NAMES, run_form.FIELDS)) from error
        else:
            return answer.headers["Location"].rpartition("/")[2]
    raise AssertionError("a start ends within its tries")


async def _outlook(pages: Pages, caller: Caller, wanted: RunRequest) -> Outlook:
    """Return what the run would do; raises ``Refused`` for what it would be refused with."""
    parts = pages.parts
    try:
        planned = None if wanted.mode in UNASKED else await plan.planned(parts, caller, _to_plan(wanted))
        async with parts.database.transaction() as connection:
            label = await accept.checked(connection, wanted, parts.desk(caller.owner))
    except ValidationError as error:
        raise Refused(of_validation(error, NAMES, run_form.FIELDS)) from error
    except InvalidInput as error:
        raise Refused(of_error(error, NAMES, run_form.FIELDS)) from error
    return Outlook(label, await packages.one(parts, wanted.assets.package_id), planned)


def _to_plan(wanted: RunRequest) -> PlanRequest:
    return PlanRequest.model_validate(wanted.model_dump(mode="json", exclude={"webhook"}))
