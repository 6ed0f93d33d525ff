"""What can be done with a run, as pages: each is asked once more before it is done, with and without scripts.

Fed by people; acts by the functions behind the API's own routes, so that the same rules hold.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Caller, Known
from app.runner.api.parts import Parts
from app.runner.recollect import ask
from app.runner.runs import accept, store, sweep, withdraw
from app.runner.web.page import Pages, see

Act = Callable[[Parts, AsyncConnection, str, Caller], Awaitable[str]]
"""Does it in a transaction; returns where to go on."""


@dataclass(frozen=True)
class Action:
    """One thing that can be done: its place below the run, its name, what it means, and what does it."""

    path: str
    name: str
    question: str
    meaning: str
    act: Act
    danger: bool = False


async def _cancel(parts: Parts, connection: AsyncConnection, run_id: str, caller: Caller) -> str:
    del caller
    return f"/runs/{(await withdraw.cancel(connection, run_id, parts.clock())).id}"


async def _collect(parts: Parts, connection: AsyncConnection, run_id: str, caller: Caller) -> str:
    del caller
    return f"/runs/{(await ask.request(connection, run_id, parts.settings, parts.clock())).id}"


async def _retry(parts: Parts, connection: AsyncConnection, run_id: str, caller: Caller) -> str:
    again = await accept.retry(connection, run_id, parts.new_ids(), parts.desk(caller.owner))
    return f"/runs/{again.id}"


async def _delete(parts: Parts, connection: AsyncConnection, run_id: str, caller: Caller) -> str:
    del caller
    await withdraw.remove(connection, run_id, parts.settings, parts.clock())
    return "/"


ACTIONS: Mapping[str, Action] = {
    "cancel": Action(
        "cancel",
        "Cancel",
        "Cancel this run?",
        "Nothing more is asked. What was paid for still comes in and is kept.",
        _cancel,
        danger=True,
    ),
    "collect": Action(
        "recollect",
        "Collect what is missing",
        "Ask the engine what it has?",
        "Answers and results that did not come in by themselves are taken in. It costs nothing.",
        _collect,
    ),
    "retry": Action(
        "retry",
        "Try again",
        "Try this run again?",
        "A new run starts with the same inputs, settings and seed. It costs as much as this one may.",
        _retry,
    ),
    "delete": Action(
        "delete",
        "Delete",
        "Delete this run with all its files?",
        "Answers, scores, reports and the artefact are gone for good.",
        _delete,
        danger=True,
    ),
}


def routes(pages: Pages) -> APIRouter:
    """Return the pages of all actions."""
    router = APIRouter()
    for action in ACTIONS.values():
        _add(router, pages, action)
    return router


def _add(router: APIRouter, pages: Pages, action: Action) -> None:
    address, parts = f"/runs/{{run_id}}/{action.path}", pages.parts

    async def question(run_id: str, request: Request) -> Response:
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
        return pages.show(request, "run_action.html", run=run, action=action)

    async def done(run_id: str, caller: Known) -> Response:
        async with parts.database.transaction() as connection:
            onward = await action.act(parts, connection, run_id, caller)
        if action.path == "delete":
            await sweep.remove_files(parts.database, parts.settings.files_dir, run_id, parts.clock())
        return see(onward)

    router.add_api_route(address, question, methods=["GET"], response_model=None)
    router.add_api_route(address, done, methods=["POST"], response_model=None)
