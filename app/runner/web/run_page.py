"""The page of a run: how far it is, what it came to, what can be done with it.

Fed by ``run_reads``; feeds the browser. Its script follows the run's events and fetches this page again.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.runner.archive import rows
from app.runner.runs import store
from app.runner.runs.states import PUBLISHING_MODES
from app.runner.web import run_reads, run_view
from app.runner.web.page import Pages
from app.runner.web.run_actions import ACTIONS
from app.runner.web.run_words import KINDS

LARGEST = 2**31 - 1
Before = Annotated[int | None, Query(ge=1, le=LARGEST)]


def routes(pages: Pages) -> APIRouter:
    """Return the page."""
    router = APIRouter()
    parts = pages.parts

    @router.get("/runs/{run_id}")
    async def run_page(run_id: str, request: Request, events_before: Before = None) -> Response:
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
            events = await run_reads.events_before(connection, run_id, events_before)
            files = await run_reads.files_of(connection, run)
            revisions = await rows.revisions(connection, run)
            effective = await run_reads.effective_of(connection, run_id)
            engine = await run_reads.engine_of(connection, run_id)
        kept = await run_reads.kept_of(parts, run)
        return pages.show(
            request,
            "run.html",
            run=run,
            live=run_view.live(run, parts.clock()),
            able=[ACTIONS[name] for name in run_view.can(run)],
            scores=run_view.scores(kept),
            judges=run.mode in PUBLISHING_MODES,
            reports=run_view.reports(run, files),
            downloads=run_view.downloads(run, files),
            tables=run_view.tables(run),
            revisions=revisions,
            settings=run_view.settings(run, effective, engine),
            lines=run_view.lines(events),
            earlier=run_reads.earlier_than(events),
            later=events_before is not None,
            kinds=KINDS,
        )

    return router
