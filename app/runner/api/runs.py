"""Routes of runs: start one, look at it or wait for it, list them."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Caller, Known
from app.errors import InvalidInput
from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner.api import follow, one_off
from app.runner.api.keyed import Key, asked, replied, shown_answer
from app.runner.api.negotiate import JSON, has
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, TWICE, Responses
from app.runner.api.query import RunQuery
from app.runner.api.views import RunList, RunStarted, RunView, run_view
from app.runner.names import about
from app.runner.runs import accept as accepting
from app.runner.runs import idempotency, listing, prompts
from app.runner.runs.idempotency import Answer, Asked
from app.runner.runs.spec import RunRequest

PATH = "/v1/runs"
LONGEST_WAIT_S = 60
UNCHANGED: Responses = {304: {"description": "The run is the one that the caller has"}}
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag of the version that the caller has.")
]
Wait = Annotated[
    int,
    Query(
        ge=0, le=LONGEST_WAIT_S, description="Answer once the run changes or ends, at the latest after so long."
    ),
]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=["runs"])

    @router.post("", status_code=202, summary="Start a run", response_model=RunStarted, responses=BAD | TWICE)
    async def start(body: RunRequest, request: Request, caller: Known, idempotency_key: Key = None) -> Response:
        wish = asked(parts, caller, idempotency_key, request, await request.body())
        return replied(await begun(parts, caller, body, wish))

    @router.get("", summary="Runs, newest first", response_model=RunList, responses=BAD)
    async def listed(query: Annotated[RunQuery, Query()], caller: Known) -> Response:
        shown = await found(parts, caller, query)
        headers = {} if shown.next is None else {"Link": f'<{shown.next}>; rel="next"'}
        return Response(shown.model_dump_json(), headers=headers, media_type=JSON)

    @router.get("/{run_id}", summary="One run", response_model=RunView, responses=BAD | MISSING | UNCHANGED)
    async def show(run_id: str, wait: Wait = 0, if_none_match: IfNoneMatch = None) -> Response:
        shown = await follow.changed(parts, run_id, if_none_match, wait)
        return shown.unchanged() if has(if_none_match, shown.tag) else shown.answer()

    return router


async def begun(parts: Parts, caller: Caller, body: RunRequest, wish: Asked | None) -> Answer:
    """Start a run, or return what starting it under the same key was answered with."""
    ready = prompts.resolved(parts.settings.prompts_dir, body)
    ids, target = parts.new_ids(), await one_off.looked_at(parts.webhooks, body)

    async def work(connection: AsyncConnection) -> Answer:
        if isinstance(target, InvalidInput):
            raise target
        run = await accepting.accept(connection, ready, ids, parts.desk(caller.owner))
        with about(run):
            await one_off.keep(connection, parts, run, body.webhook, target)
        return shown_answer(run)

    async with parts.database.transaction() as connection:
        answer = await idempotency.once(connection, wish, work, parts.clock())
        told = await one_off.with_secret(connection, parts.webhooks, answer, body, caller)
        await fault_point(Point.START_BEFORE_COMMIT)
    await fault_point(Point.START_AFTER_COMMIT)
    return told


async def found(parts: Parts, caller: Caller, query: RunQuery) -> RunList:
    """Return one page of the caller's runs."""
    async with parts.database.transaction() as connection:
        page = await listing.page(connection, query.filters(caller.owner), query.cursor, query.limit)
    following = None if page.following is None else query.page_after(PATH, page.following)
    return RunList(items=[run_view(run) for run in page.runs], next_cursor=page.following, next=following)
