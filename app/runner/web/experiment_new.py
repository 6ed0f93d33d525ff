"""The page of a new experiment: a form, then what it would do and cost, then the experiment itself, once.

Fed by people; feeds the same plan and the same start as the API.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.edge.access import Caller, Known
from app.errors import FieldProblem, InvalidInput
from app.runner.api import experiments
from app.runner.assets import store as packages
from app.runner.experiments.spec import ExperimentRequest
from app.runner.runs import idempotency, prompts
from app.runner.runs.idempotency import Asked, KeyInUse
from app.runner.web import experiment_form as fields
from app.runner.web.experiment_view import called
from app.runner.web.forms import Form, text_of
from app.runner.web.page import Pages, see
from app.runner.web.problems import Problems, of_error, sorted_out

MOST_PACKAGES = 200
ONCE = re.compile(r"[0-9a-f]{32}")
TRIES, PAUSE_S = 50, 0.2
"""How often, and after which pause, it is looked whether the twin of a start is through."""


@dataclass(frozen=True)
class Given:
    """What a form holds: texts by field, and the levels that are ticked."""

    texts: Mapping[str, str]
    levels: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, form: FormData) -> "Given":
        """Return what was sent."""
        texts = {name: text_of(form, name) for name in (*fields.TEXTS, *fields.FLAGS, fields.MODELS)}
        levels = {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in fields.LEVELS}
        return cls(texts, levels)

    def request(self) -> ExperimentRequest | Problems:
        """Return the request that it makes, or what is wrong with it."""
        body, problems = fields.request_of(self.texts, self.levels)
        try:
            wanted = ExperimentRequest.model_validate(body)
        except ValidationError as error:
            told = [
                FieldProblem(".".join(map(str, item["loc"])), str(item["msg"]).removeprefix("Value error, "))
                for item in error.errors()
            ]
            return sorted_out([*problems, *told], fields.FIELDS, {})
        return sorted_out(problems, fields.FIELDS, {}) if problems else wanted


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()

    @router.get("/experiments/new")
    async def empty(request: Request, caller: Known) -> Response:
        texts = fields.USUAL | {"assets.package_id": request.query_params.get("package", "")}
        return await _form_page(pages, request, caller, Given(texts, fields.USUAL_LEVELS), Problems())

    @router.post("/experiments/new")
    async def act(request: Request, caller: Known, form: Form) -> Response:
        given, once = Given.of(form), text_of(form, "once")
        wanted = given.request() if text_of(form, "act") != "change" else Problems()
        if isinstance(wanted, Problems):
            return await _form_page(pages, request, caller, given, wanted)
        try:
            if text_of(form, "act") == "start" and ONCE.fullmatch(once):
                return see(await _start(pages, caller, wanted, once))
            plan = await experiments.planned(pages.parts, caller, wanted)
        except InvalidInput as error:
            return await _form_page(pages, request, caller, given, of_error(error, {}, fields.FIELDS))
        return pages.show(
            request,
            "experiment_plan.html",
            given=given,
            plan=plan,
            wanted=wanted,
            names={one.number: called(one) for one in plan.settings},
            once=pages.parts.random_id().hex,
        )

    return router


async def _form_page(pages: Pages, request: Request, caller: Caller, given: Given, problems: Problems) -> Response:
    parts = pages.parts
    async with parts.database.transaction() as connection:
        found = await packages.recent(connection, caller.owner, MOST_PACKAGES)
    texts = await asyncio.to_thread(prompts.listed, parts.settings.prompts_dir)
    named = [(one.id, f"{one.name} ({one.created_at:%Y-%m-%d})") for one in found]
    known = {
        path: [
            (fields.USUAL_LEVEL, "The engine's usual one"),
            *((one.name, one.name) for one in texts if one.role == role),
        ]
        for path, role in fields.ROLES.items()
    }
    return pages.show(
        request,
        "experiment_new.html",
        422 if problems else 200,
        given=given.texts,
        ticked=given.levels,
        problems=problems,
        choices=fields.choices() | known | {"assets.package_id": [("", "Choose one"), *named]},
        packages=found,
        models=fields.MODELS,
    )


async def _start(pages: Pages, caller: Caller, wanted: ExperimentRequest, once: str) -> str:
    """Return the address of the experiment that was started, now or by a twin of this request."""
    parts = pages.parts
    fingerprint = idempotency.fingerprint("POST", experiments.PATH, wanted.model_dump_json().encode())
    wish = Asked(caller.owner, f"page-{once}", fingerprint, parts.settings.idempotency_keep_s)
    for tries_left in reversed(range(TRIES)):
        try:
            answer = await experiments.begun(parts, caller, wanted, wish)
        except KeyInUse:
            if not tries_left:
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            return answer.headers["Location"].removeprefix("/v1")
    raise AssertionError("a start ends within its tries")
