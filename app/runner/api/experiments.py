"""Routes of experiments: plan one, start one, look at its live table or wait for it, list them."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Caller, Known
from app.errors import InvalidInput
from app.runner.api import experiment_reading as reading
from app.runner.api.experiment_views import (
    ExperimentList,
    ExperimentPlanView,
    ExperimentView,
    Seen,
    plan_view,
    summary,
)
from app.runner.api.keyed import Key, asked, replied
from app.runner.api.negotiate import JSON, has
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, TWICE, Responses
from app.runner.api.query import MOST
from app.runner.api.runs import IfNoneMatch, Wait
from app.runner.experiments import accept as accepting
from app.runner.experiments import cells, listing
from app.runner.experiments.estimate import Look, Ready, looked_at
from app.runner.experiments.listing import Wanted
from app.runner.experiments.spec import ExperimentRequest
from app.runner.experiments.states import ExperimentState
from app.runner.experiments.store import Experiment
from app.runner.runs import cursor as cursors
from app.runner.runs import idempotency, labels
from app.runner.runs.idempotency import Answer

PATH = "/v1/experiments"
UNCHANGED: Responses = {304: {"description": "The experiment is the one that the caller has"}}


class ExperimentQuery(BaseModel):
    """Filters (all must fit; of several states, any) and the place in the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: list[ExperimentState] = Field(default=[], max_length=len(ExperimentState))
    label: list[Annotated[str, Field(max_length=400)]] = Field(
        default=[], max_length=labels.MOST_LABELS, description="`key=value`; several must all fit."
    )
    cursor: str | None = Field(default=None, max_length=cursors.LONGEST, description="From the page before.")
    limit: int = Field(default=50, ge=1, le=MOST)

    @field_validator("label")
    @classmethod
    def _pairs(cls, value: list[str]) -> list[str]:
        for text in value:
            labels.pair(text)
        return value

    def filters(self, owner: str) -> Wanted:
        """Return the query of ``owner``'s experiments, without its place."""
        return Wanted(owner, tuple(self.status), tuple(labels.pair(text) for text in self.label))

    def page_after(self, cursor: str) -> str:
        """Return the address of the page that begins at ``cursor``."""
        given = self.model_dump(mode="json", exclude_unset=True) | {"cursor": cursor}
        return f"{PATH}?{urlencode(given, doseq=True)}"


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["experiments"])

    _add_plan(router, parts)

    @router.post(
        PATH, status_code=202, summary="Start an experiment", response_model=ExperimentView, responses=BAD | TWICE
    )
    async def start(
        body: ExperimentRequest, request: Request, caller: Known, idempotency_key: Key = None
    ) -> Response:
        wish = asked(parts, caller, idempotency_key, request, await request.body())
        ready = await _ready(parts, caller, body)

        async def work(connection: AsyncConnection) -> Answer:
            if isinstance(ready, InvalidInput):
                raise ready
            now = parts.clock()
            made = await accepting.accept(connection, ready, parts.new_experiment_id(), caller.owner, now)
            return await shown_answer(connection, made)

        async with parts.database.transaction() as connection:
            answer = await idempotency.once(connection, wish, work, parts.clock())
        return replied(answer)

    @router.get(PATH, summary="Experiments, newest first", response_model=ExperimentList, responses=BAD)
    async def listed(query: Annotated[ExperimentQuery, Query()], caller: Known) -> Response:
        async with parts.database.transaction() as connection:
            page = await listing.page(connection, query.filters(caller.owner), query.cursor, query.limit)
            ids = [one.id for one in page.experiments]
            counts, costs = await cells.by_state(connection, ids), await cells.cost_so_far(connection, ids)
        following = None if page.following is None else query.page_after(page.following)
        items = [summary(one, counts[one.id], costs[one.id]) for one in page.experiments]
        shown = ExperimentList(items=items, next_cursor=page.following, next=following)
        headers = {} if following is None else {"Link": f'<{following}>; rel="next"'}
        return Response(shown.model_dump_json(), headers=headers, media_type=JSON)

    @router.get(
        f"{PATH}/{{experiment_id}}",
        summary="One experiment with its live table",
        response_model=ExperimentView,
        responses=BAD | MISSING | UNCHANGED,
    )
    async def show(experiment_id: str, wait: Wait = 0, if_none_match: IfNoneMatch = None) -> Response:
        shown = await reading.changed(parts, experiment_id, if_none_match, wait)
        return shown.unchanged() if has(if_none_match, shown.tag) else shown.answer()

    return router


def _add_plan(router: APIRouter, parts: Parts) -> None:
    @router.post(f"{PATH}:plan", summary="What an experiment would do and cost; nothing is written", responses=BAD)
    async def plan(body: ExperimentRequest, caller: Known) -> ExperimentPlanView:
        return plan_view(await looked_at(_look(parts, caller), body))


def _look(parts: Parts, caller: Caller) -> Look:
    settings = parts.settings
    return Look(
        parts.database, parts.asked, settings.prompts_dir, settings.experiments, caller.owner, parts.clock()
    )


async def _ready(parts: Parts, caller: Caller, body: ExperimentRequest) -> Ready | InvalidInput:
    """Return what is to be accepted, or why not: a request sent again is answered as before all the same."""
    try:
        return await looked_at(_look(parts, caller), body)
    except InvalidInput as error:
        return error


async def shown_answer(connection: AsyncConnection, experiment: Experiment) -> Answer:
    """Return the answer of a request that made or moved an experiment."""
    every = await cells.of(connection, experiment.id)
    runs = await cells.attempts_of(connection, experiment.id)
    found = Seen(experiment, every, runs, await cells.money(connection, experiment))
    shown = reading.shown(found)
    return Answer(202, shown.body, {"Location": f"{PATH}/{experiment.id}", "ETag": shown.tag})
