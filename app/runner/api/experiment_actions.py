"""Routes of what can be done with an experiment that is there: cancel it, take it up again, delete it."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Known
from app.errors import Forbidden, NotFound
from app.runner.api.experiment_views import ExperimentView
from app.runner.api.experiments import PATH, shown_answer
from app.runner.api.keyed import Key, asked, replied
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, STATE, TWICE, Responses, refusals
from app.runner.experiments import resume as resuming
from app.runner.experiments import withdraw
from app.runner.experiments.estimate import concurrency_problems, refuse
from app.runner.experiments.spec import ResumeRequest
from app.runner.runs import idempotency
from app.runner.runs.idempotency import Answer

CANCELLED: Responses = {200: {"description": "It is cancelled already", "model": ExperimentView}}
NO_WISH = ResumeRequest()


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=f"{PATH}/{{experiment_id}}", tags=["experiments"])

    @router.post(
        "/cancel",
        status_code=202,
        summary="Cancel an experiment and its runs; again changes nothing",
        response_model=ExperimentView,
        responses=CANCELLED | BAD | MISSING | STATE,
    )
    async def cancel(experiment_id: str) -> Response:
        async with parts.database.transaction() as connection:
            experiment = await withdraw.cancel(connection, experiment_id, parts.clock())
            answer = await shown_answer(connection, experiment)
        return Response(answer.body, 200 if experiment.is_over else 202, dict(answer.headers), "application/json")

    @router.delete(
        "",
        status_code=204,
        summary="Delete an experiment that ended; its runs stay",
        responses=refusals(Forbidden, NotFound) | BAD | STATE,
    )
    async def delete(experiment_id: str) -> None:
        async with parts.database.transaction() as connection:
            await withdraw.remove(connection, experiment_id, parts.settings, parts.clock())

    _add_resume(router, parts)
    return router


def _add_resume(router: APIRouter, parts: Parts) -> None:
    @router.post(
        "/resume",
        status_code=202,
        summary="Take up the cells of an ended experiment that lack a result, under another cap if wanted",
        response_model=ExperimentView,
        responses=MISSING | TWICE,
    )
    async def resume(
        experiment_id: str,
        request: Request,
        caller: Known,
        body: ResumeRequest = NO_WISH,
        idempotency_key: Key = None,
    ) -> Response:
        wish = asked(parts, caller, idempotency_key, request, await request.body())
        if body.max_concurrency is not None:
            refuse(concurrency_problems(parts.settings.experiments, body.max_concurrency))

        async def work(connection: AsyncConnection) -> Answer:
            return await shown_answer(
                connection, await resuming.resume(connection, experiment_id, body, parts.clock())
            )

        async with parts.database.transaction() as connection:
            answer = await idempotency.once(connection, wish, work, parts.clock())
        return replied(answer)
