"""How the OpenAPI document describes refusals: one body for all of them."""

from typing import Any

from pydantic import BaseModel

from app.errors import AppError, InvalidInput, NotFound, NotReady, TooLarge


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


def refusals(*kinds: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route for the errors that it may answer with."""
    return {
        kind.status: {
            "description": f"{kind.title} (`{kind.code}`)",
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for kind in kinds
    }


BAD = refusals(InvalidInput)
MISSING = refusals(NotFound)
PENDING = refusals(NotFound, NotReady)
BIG = refusals(InvalidInput, TooLarge)
