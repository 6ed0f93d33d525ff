"""How the OpenAPI document describes refusals: one body for all of them."""

from typing import Any

from pydantic import BaseModel

from app.errors import AppError, Conflict, Gone, InvalidInput, NotFound, NotReady, TooLarge
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


def refusals(*kinds: type[AppError]) -> Responses:
    """Return the ``responses`` of a route for the errors that it may answer with."""
    return {
        kind.status: {
            "description": "; ".join(f"{one.title} (`{one.code}`)" for one in kinds if one.status == kind.status),
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for kind in kinds
    }


BAD = refusals(InvalidInput)
MISSING = refusals(NotFound, Gone)
STATE = refusals(Conflict)
TWICE = refusals(InvalidInput, KeyReused, Conflict, KeyInUse)
PENDING = refusals(NotFound, Gone, NotReady)
BIG = refusals(InvalidInput, TooLarge)
