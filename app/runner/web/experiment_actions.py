"""What can be done with an experiment, as pages: each is asked once more before it is done.

Fed by people; acts by the functions behind the API's own routes, so that the same rules hold.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData

from app.errors import InvalidInput
from app.runner.api import experiment_reading as reading
from app.runner.api.experiment_views import ExperimentView, experiment_view
from app.runner.api.parts import Parts
from app.runner.experiments import resume, withdraw
from app.runner.experiments.estimate import concurrency_problems, refuse
from app.runner.experiments.spec import ResumeRequest
from app.runner.web.experiment_view import STATES
from app.runner.web.forms import Form, text_of
from app.runner.web.page import Pages, see

Act = Callable[[Parts, AsyncConnection, str, FormData], Awaitable[str]]
"""Does it in a transaction; returns where to go on."""
FIELDS = ("max_cost_usd", "max_concurrency")


@dataclass(frozen=True)
class Action:
    """One thing that can be done: its place below the experiment, its name, what it means, and what does it."""

    path: str
    name: str
    question: str
    meaning: str
    act: Act
    danger: bool = False


async def _cancel(parts: Parts, connection: AsyncConnection, experiment_id: str, form: FormData) -> str:
    del form
    return f"/experiments/{(await withdraw.cancel(connection, experiment_id, parts.clock())).id}"


async def _resume(parts: Parts, connection: AsyncConnection, experiment_id: str, form: FormData) -> str:
    try:
        wish = ResumeRequest.model_validate({name: text_of(form, name) or None for name in FIELDS})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput.at(".".join(map(str, first["loc"])), str(first["msg"])) from error
    if wish.max_concurrency is not None:
        refuse(concurrency_problems(parts.settings.experiments, wish.max_concurrency))
    return f"/experiments/{(await resume.resume(connection, experiment_id, wish, parts.clock())).id}"


async def _delete(parts: Parts, connection: AsyncConnection, experiment_id: str, form: FormData) -> str:
    del form
    await withdraw.remove(connection, experiment_id, parts.settings, parts.clock())
    return "/experiments"


ACTIONS: Mapping[str, Action] = {
    "cancel": Action(
        "cancel",
        "Cancel",
        "Cancel this experiment?",
        "Its runs are cancelled and no further ones start. What was paid for is kept; it can be taken up again.",
        _cancel,
        danger=True,
    ),
    "resume": Action(
        "resume",
        "Take up again",
        "Take this experiment up again?",
        "Cells without a result get a run each, as far as the money goes. What was spent already counts.",
        _resume,
    ),
    "delete": Action(
        "delete",
        "Delete",
        "Delete this experiment?",
        "Its table and its numbers are gone for good. Its runs stay.",
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
    address, parts = f"/experiments/{{experiment_id}}/{action.path}", pages.parts

    async def view(experiment_id: str) -> ExperimentView:
        return experiment_view(await reading.seen(parts, experiment_id))

    async def question(experiment_id: str, request: Request) -> Response:
        return _asked(pages, request, action, await view(experiment_id), "")

    async def done(experiment_id: str, request: Request, form: Form) -> Response:
        try:
            async with parts.database.transaction() as connection:
                return see(await action.act(parts, connection, experiment_id, form))
        except InvalidInput as error:
            return _asked(pages, request, action, await view(experiment_id), error.detail)

    router.add_api_route(address, question, methods=["GET"], response_model=None)
    router.add_api_route(address, done, methods=["POST"], response_model=None)


def _asked(pages: Pages, request: Request, action: Action, view: ExperimentView, problem: str) -> Response:
    facts = {"experiment": view, "action": action, "states": STATES, "problem": problem}
    return pages.show(request, "experiment_action.html", 422 if problem else 200, **facts)
