"""How the OpenAPI document describes refusals: one body for all of them."""

from typing import Any

from pydantic import BaseModel

from app.edge.access import InvalidToken, NotLocal, ScopeMissing, TooManyFailures
from app.errors import AppError, Conflict, Gone, InvalidInput, NotFound, NotReady, TooLarge, Unauthorized
from app.runner.runs.idempotency import KeyInUse, KeyReused


class ProblemField(BaseModel):
    """One thing that is wrong, and where."""

    field: str
    pointer: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details; ``errors`` names the fields."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemField] = []


Responses = dict[int | str, dict[str, Any]]
"""What a route may answer with, by status, as the OpenAPI document says it."""


def _schema() -> dict[str, Any]:
    """Return the schema of the body, whole in itself: a reference would not be found where it is put."""
    found = Problem.model_json_schema()
    found["properties"]["errors"]["items"] = found.pop("$defs")[ProblemField.__name__]
    return found


def refusals(*kinds: type[AppError]) -> Responses:
    """Return the ``responses`` of a route for the errors that it may answer with."""
    return {
        kind.status: {
            "description": "; ".join(f"{one.title} (`{one.code}`)" for one in kinds if one.status == kind.status),
            "content": {"application/problem+json": {"schema": _schema()}},
        }
        for kind in kinds
    }


BAD = refusals(InvalidInput)
MISSING = refusals(NotFound, Gone)
STATE = refusals(Conflict)
TWICE = refusals(InvalidInput, KeyReused, Conflict, KeyInUse)
PENDING = refusals(NotFound, Gone, NotReady)
BIG = refusals(InvalidInput, TooLarge)
GUARDED = refusals(Unauthorized, InvalidToken, ScopeMissing, NotLocal, TooManyFailures)
"""What the guard in front of every route may answer."""
