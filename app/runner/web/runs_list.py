"""The page of all runs: filters, states that keep themselves fresh, and the way to the page after it.

Fed by the query of the address, which is that of ``GET /v1/runs`` with days for moments; feeds ``runs.html``.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from app.edge.access import Known
from app.errors import InvalidInput
from app.runner.api import runs
from app.runner.api.query import RunQuery
from app.runner.api.views import RunList
from app.runner.runs.states import Mode, RunState
from app.runner.web import wording
from app.runner.web.page import Pages
from app.runner.web.problems import Problems, of_error, of_validation

HOME = "/"
PER_PAGE = 25
TEXTS = ("status", "mode", "batch_label_prefix", "label")
DAYS = ("from", "to")
ANY = ("", "Any")
NOTHING = RunList(items=[], next_cursor=None, next=None)


def routes(pages: Pages) -> APIRouter:
    """Return the page."""
    router = APIRouter()

    @router.get(HOME)
    async def runs_list(request: Request, caller: Known) -> Response:
        given = {name: request.query_params.get(name, "").strip() for name in (*TEXTS, *DAYS, "cursor")}
        found, problems = NOTHING, Problems()
        try:
            found = await runs.found(pages.parts, caller, query_of(given))
        except ValidationError as error:
            problems = of_validation(error, _NAMES)
        except InvalidInput as error:
            problems = of_error(error, _NAMES)
        facts = {
            "runs": found.items,
            "is_busy": not all(wording.is_final(run.status) for run in found.items),
            "given": given,
            "problems": problems,
            "is_filtered": any(given[name] for name in (*TEXTS, *DAYS)),
            "following": None if found.next_cursor is None else _address(given | {"cursor": found.next_cursor}),
            "first": _address(given | {"cursor": ""}),
            "states": [ANY, *((state.value, wording.state(state)) for state in RunState)],
            "modes": [ANY, *((mode.value, wording.mode(mode)) for mode in Mode)],
        }
        return pages.show(request, "runs.html", 422 if problems else 200, **facts)

    return router


_NAMES = {"created_after": "from", "created_before": "to"}
"""How the fields of the API's query are called on the page, where it is otherwise."""


def query_of(given: Mapping[str, str]) -> RunQuery:
    """Return the API's query of what was given on the page; raises ``ValidationError`` and ``InvalidInput``."""
    wanted: dict[str, object] = {"limit": PER_PAGE}
    wanted |= {name: [given[name]] for name in ("status", "mode", "label") if given[name]}
    wanted |= {name: given[name] for name in ("batch_label_prefix", "cursor") if given[name]}
    if given["from"]:
        wanted["created_after"] = _begin_of("from", given["from"], 0)
    if given["to"]:
        wanted["created_before"] = _begin_of("to", given["to"], 1)
    return RunQuery.model_validate(wanted)


def _begin_of(field: str, day: str, days_later: int) -> datetime:
    try:
        first = date.fromisoformat(day) + timedelta(days=days_later)
    except (ValueError, OverflowError) as error:
        raise InvalidInput.at(field, "give a day as year-month-day, for example 2026-03-01") from error
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def _address(given: Mapping[str, str]) -> str:
    kept = {name: value for name, value in given.items() if value}
    return f"{HOME}?{urlencode(kept)}" if kept else HOME
