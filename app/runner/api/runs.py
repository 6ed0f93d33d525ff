"""Routes of runs: start one, look at it, list them, see what happened."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING
from app.runner.api.views import EventList, RunList, RunView, event_view, run_view
from app.runner.runs import accept as accepting
from app.runner.runs import listing, prompts, store
from app.runner.runs.accept import NewIds
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import RunState


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"])

    @router.post("", status_code=202, summary="Start a run", responses=BAD)
    async def start(request: RunRequest, response: Response) -> RunView:
        ready = prompts.resolved(parts.settings.prompts_dir, request)
        ids = NewIds(f"run_{parts.sortable_id().hex}", parts.random_id(), parts.random_id())
        async with parts.database.transaction() as connection:
            run = await accepting.accept(connection, ready, ids, parts.clock())
        response.headers["Location"] = f"/v1/runs/{run.id}"
        return run_view(run)

    @router.get("", summary="Runs, newest first", responses=BAD)
    async def newest(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[str | None, Query(max_length=64)] = None,
        status: RunState | None = None,
    ) -> RunList:
        async with parts.database.transaction() as connection:
            found = await listing.newest(connection, limit=limit, before=before, status=status)
        following = found[-1].id if len(found) == limit else None
        return RunList(items=[run_view(run) for run in found], next=following)

    @router.get("/{run_id}", summary="One run", responses=MISSING)
    async def show(run_id: str) -> RunView:
        async with parts.database.transaction() as connection:
            return run_view(await store.get(connection, run_id))

    @router.get("/{run_id}/events", summary="What happened to a run", responses=MISSING)
    async def events(run_id: str, after: Annotated[int, Query(ge=0)] = 0) -> EventList:
        async with parts.database.transaction() as connection:
            await store.get(connection, run_id)
            found = await listing.events_of(connection, run_id, after)
        return EventList(items=[event_view(event) for event in found])

    return router
