"""The page that holds runs against each other, and the one on which they are picked.

Fed by the same numbers as ``GET /v1/compare``; feeds the browser. A list of ticked runs comes as ``runs`` several
times: the oldest of them is the baseline then. With commas, the first one is.
"""

from typing import Annotated
from urllib.parse import urlencode

from anyio import CapacityLimiter
from fastapi import APIRouter, Query, Request, Response

from app.edge.access import Caller, Known
from app.errors import AppError
from app.runner.access.owners import Owners
from app.runner.api import compare
from app.runner.api.compare import MOST, CompareQuery
from app.runner.api.documents import Form
from app.runner.api.parts import Parts
from app.runner.reports.shapes.comparison import RunComparison
from app.runner.runs import listing, store
from app.runner.runs.listing import Wanted
from app.runner.runs.states import PUBLISHING_MODES, RunState
from app.runner.runs.store import Run
from app.runner.web import compare_view as views
from app.runner.web.page import Pages
from app.runner.web.run_view import Report

OFFERED = 100
LONGEST = 2_000
ENDED = (RunState.COMPLETED, RunState.COMPLETED_PARTIAL, RunState.TIMED_OUT, RunState.CANCELLED)
FORMS = {Form.JSON: "As JSON", Form.MARKDOWN: "As markdown", Form.HTML: "As a page to keep"}
Picked = Annotated[list[str], Query(alias="runs", default_factory=list, max_length=MOST + 1)]


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()
    parts, owners = pages.parts, Owners(pages.parts.database)
    comparing = CapacityLimiter(parts.settings.comparing.at_once)

    @router.get("/compare")
    async def compare_page(request: Request, caller: Known, picked: Picked) -> Response:
        ids = [one.strip() for text in picked for one in text[:LONGEST].split(",") if one.strip()]
        if not ids:
            return await _pick_page(pages, request, caller, ids, "")
        try:
            for run_id in ids:
                await owners.check(caller.owner, {"run_id": run_id})
            query = CompareQuery(runs=",".join(await _in_order(parts, ids) if len(picked) > 1 else ids))
            async with comparing:
                document = await compare.document_of(parts, query)
        except AppError as error:
            return await _pick_page(pages, request, caller, ids, error.detail, error.status)
        return _shown(pages, request, query, document)

    return router


async def _in_order(parts: Parts, ids: list[str]) -> list[str]:
    """Return ticked runs, the oldest first."""
    async with parts.database.transaction() as connection:
        found = [await store.get(connection, run_id) for run_id in ids]
    return [run.id for run in sorted(found, key=lambda run: (run.created_at, run.id))]


def _shown(pages: Pages, request: Request, query: CompareQuery, document: RunComparison) -> Response:
    exports = [
        Report(name, f"{compare.PATH}?{urlencode({'runs': query.runs, 'format': form})}")
        for form, name in FORMS.items()
        if form == Form.JSON or form in compare.RENDERINGS
    ]
    return pages.show(
        request,
        "compare.html",
        document=document,
        verdicts=views.VERDICTS,
        metrics=views.metric_lines(document),
        draws=[views.draws_lines(other) for other in document.against],
        essays=views.moved(document.essays),
        rate=views.rate,
        exports=exports,
    )


async def _pick_page(
    pages: Pages, request: Request, caller: Caller, picked: list[str], problem: str, status: int = 200
) -> Response:
    offered = await _offered(pages.parts, caller)
    facts = {"runs": offered, "picked": picked, "problem": problem, "most": MOST}
    return pages.show(request, "compare_pick.html", status, **facts)


async def _offered(parts: Parts, caller: Caller) -> list[Run]:
    wanted = Wanted(caller.owner, status=ENDED, mode=tuple(PUBLISHING_MODES))
    async with parts.database.transaction() as connection:
        return (await listing.page(connection, wanted, None, OFFERED)).runs
