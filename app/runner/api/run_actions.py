"""Routes of what can be done with a run that is there: cancel it, try it again, delete it, ask cj about it."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Known
from app.errors import Forbidden, NotFound
from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner.api.keyed import Key, asked, replied, shown_answer
from app.runner.api.negotiate import Shown
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, STATE, TWICE, Responses, refusals
from app.runner.api.views import RunView, run_view
from app.runner.recollect import ask
from app.runner.runs import accept as accepting
from app.runner.runs import idempotency, sweep, withdraw
from app.runner.runs.idempotency import Answer
from app.runner.runs.states import RunState

CANCELLED: Responses = {200: {"description": "It is cancelled already", "model": RunView}}

WHOLE: Responses = {200: {"description": "It is completed: nothing is missing", "model": RunView}}


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["runs"])

    @router.post(
        "/cancel",
        status_code=202,
        summary="Cancel a run; again changes nothing",
        response_model=RunView,
        responses=CANCELLED | BAD | MISSING | STATE,
    )
    async def cancel(run_id: str) -> Response:
        async with parts.database.transaction() as connection:
            run = await withdraw.cancel(connection, run_id, parts.clock())
            await fault_point(Point.CANCEL_BEFORE_COMMIT)
        await fault_point(Point.CANCEL_AFTER_COMMIT)
        return Shown.of(run_view(run)).answer(200 if run.is_final else 202, Location=f"/v1/runs/{run.id}")

    @router.post(
        "/retry",
        status_code=202,
        summary="Start a new run with the inputs and the seed of one that ended",
        response_model=RunView,
        responses=MISSING | TWICE,
    )
    async def retry(run_id: str, request: Request, caller: Known, idempotency_key: Key = None) -> Response:
        wish, ids = asked(parts, caller, idempotency_key, request, b""), parts.new_ids()

        async def work(connection: AsyncConnection) -> Answer:
            return shown_answer(await accepting.retry(connection, run_id, ids, parts.desk(caller.owner)))

        async with parts.database.transaction() as connection:
            answer = await idempotency.once(connection, wish, work, parts.clock())
        return replied(answer)

    @router.delete(
        "",
        status_code=204,
        summary="Delete a run that ended, with its files",
        responses=refusals(Forbidden, NotFound) | BAD | STATE,
    )
    async def delete(run_id: str) -> None:
        async with parts.database.transaction() as connection:
            removed = await withdraw.remove(connection, run_id, parts.settings, parts.clock())
        await fault_point(Point.DELETE_AFTER_COMMIT)
        if removed:
            await sweep.remove_files(parts.database, parts.settings.files_dir, run_id, parts.clock())

    _add_recollect(router, parts)
    return router


def _add_recollect(router: APIRouter, parts: Parts) -> None:
    @router.post(
        "/recollect",
        status_code=202,
        summary="Ask cj what it has for a run, and take in what did not come; while that goes on, nothing changes",
        response_model=RunView,
        responses=WHOLE | BAD | MISSING | STATE,
    )
    async def recollect(run_id: str) -> Response:
        async with parts.database.transaction() as connection:
            run = await ask.request(connection, run_id, parts.settings, parts.clock())
        status = 200 if run.status is RunState.COMPLETED else 202
        return Shown.of(run_view(run)).answer(status, Location=f"/v1/runs/{run.id}")
