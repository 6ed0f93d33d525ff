"""The route of a run's report: as markdown, HTML or JSON, as it was written or made anew of what is stored."""

from dataclasses import replace
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import WithJsonSchema

from app.errors import FieldProblem, InvalidInput, NotFound
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import refusals
from app.runner.api.revision import Chosen, Number, answers, served
from app.runner.api.stored import Stored
from app.runner.export.accept import best
from app.runner.export.formats import NotAcceptable
from app.runner.finish.report_again import report_again
from app.runner.finish.write import Parts as FinishParts
from app.runner.reports.renderings import KINDS, MEDIA_TYPES, Form, rendering
from app.runner.runs.states import PUBLISHING_MODES

PLAIN_TYPES = {form: kind.partition(";")[0] for form, kind in MEDIA_TYPES.items()}
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The page has its style in itself, and nothing else: no script can run in it."""
Wanted = Annotated[
    str | None,
    Query(alias="format", description="The form of the report; wins over `Accept`."),
    WithJsonSchema({"type": "string", "enum": [*Form]}),
]
Fresh = Annotated[
    bool,
    Query(description="Made anew, now, of all that is stored of the run, answers that came after its end too."),
]


def routes(parts: Parts, heavy: CapacityLimiter) -> APIRouter:
    """Return the route; ``heavy`` says how many reports are made at once."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["files"])
    refused = answers(*PLAIN_TYPES.values()) | refusals(NotAcceptable)

    @served(router, "/report", "The report of a run", refused)
    async def report(
        request: Request, run_id: str, revision: Number = None, wanted: Wanted = None, fresh: Fresh = False
    ) -> Response:
        form = form_of(request.headers.get("accept"), wanted)
        if fresh and revision is not None:
            raise _both()
        chosen = (await Chosen.of(parts, run_id, revision)).ended("report")
        stored = None if fresh else await _written(chosen, form)
        return await chosen.send(
            request, _shown(stored or await _made(chosen, form, heavy, everything=fresh), form)
        )

    return router


def form_of(accept: str | None, wanted: str | None) -> Form:
    """Return the form that ``format`` asks for, else the best that ``Accept`` takes; raises ``NotAcceptable``."""
    if wanted is not None and wanted not in set(Form):
        raise _refusal("format", f"is not one of {', '.join(Form)}")
    form = Form(wanted) if wanted is not None else best(accept, PLAIN_TYPES)
    if form is None:
        raise _refusal("Accept", f"takes none of {', '.join(PLAIN_TYPES.values())}")
    return form


async def _written(chosen: Chosen, form: Form) -> Stored | None:
    """Return the report as it was written with the revision; None where it was not written in this form."""
    found = await chosen.entries(KINDS[form], limit=1)
    return chosen.file(found[0]) if found else None


async def _made(chosen: Chosen, form: Form, heavy: CapacityLimiter, *, everything: bool) -> Stored:
    """Return the report made anew; only the latest revision is known by what is stored."""
    run, parts = chosen.run, chosen.parts
    if run.mode not in PUBLISHING_MODES:
        raise NotFound(f"the run has no report: a run in mode {run.mode} judges nothing")
    if not everything and chosen.number != max(1, run.revision):
        raise NotFound(f"revision {chosen.number} has no report in this form: ask for md, or for the latest")
    async with heavy:
        found = await report_again(
            FinishParts(parts.database, parts.settings, parts.clock), run, everything=everything
        )
        made = await to_thread.run_sync(rendering, found, form)
    name, number = chosen.name(made.file), None if everything else chosen.number
    return Stored.of(made.body, name, number, fixed=False, media_type=made.media_type)


def _shown(stored: Stored, form: Form) -> Stored:
    policy = {"Content-Security-Policy": POLICY} if form is Form.HTML else {}
    return replace(stored, shown=True, more={"Vary": "Accept"} | policy)


def _both() -> InvalidInput:
    message = "a report made anew is of everything that is stored: leave out fresh or revision"
    return InvalidInput.at("fresh", message)


def _refusal(field: str, message: str) -> NotAcceptable:
    return NotAcceptable(f"{field}: {message}", problems=[FieldProblem(field, message)])
