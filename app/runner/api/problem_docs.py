"""How the OpenAPI document describes refusals: one body for all of them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.edge.access import InvalidToken, NotLocal, ScopeMissing, TooManyFailures
from app.edge.refusals import (
    AddressTooLong,
    HeadersTooLarge,
    Malformed,
    TooManyRequests,
    TooManyStreams,
    TooSlow,
    WrongMediaType,
)
from app.errors import (
    AppError,
    Conflict,
    Gone,
    InvalidInput,
    NotFound,
    NotReady,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from app.runner.runs.idempotency import KeyInUse, KeyReused


class ProblemField(BaseModel):
    """One thing that is wrong, and where: a pointer into the body (RFC 6901), or the name of a parameter."""

    model_config = ConfigDict(populate_by_name=True)

    field: str
    message: str
    pointer: str | None = None
    parameter: str | None = None
    place: Literal["form", "query", "path", "header", "cookie"] | None = Field(default=None, alias="in")


class Problem(BaseModel):
    """RFC 9457 problem details; ``errors`` names the fields, ``/problems/{code}`` explains the code."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    way_out: str
    retryable: bool
    request_id: str
    errors: list[ProblemField] = []


Responses = dict[int | str, dict[str, Any]]
"""What a route may answer with, by status, as the OpenAPI document says it."""


REFERENCE = {"$ref": f"#/components/schemas/{Problem.__name__}"}


def refusals(*kinds: type[AppError]) -> Responses:
    """Return the ``responses`` of a route for the errors that it may answer with."""
    return {
        kind.status: {
            "description": "; ".join(f"{one.title} (`{one.code}`)" for one in kinds if one.status == kind.status),
            "content": {"application/problem+json": {"schema": REFERENCE}},
        }
        for kind in kinds
    }


ANYWHERE = refusals(
    InvalidInput,
    Malformed,
    TooSlow,
    TooLarge,
    AddressTooLong,
    WrongMediaType,
    HeadersTooLarge,
    TooManyRequests,
    TooManyStreams,
    Unavailable,
)
"""What the front may answer before any route."""
BAD = refusals(InvalidInput)
MISSING = refusals(NotFound, Gone)
STATE = refusals(Conflict)
TWICE = refusals(InvalidInput, KeyReused, Conflict, KeyInUse)
PENDING = refusals(NotFound, Gone, NotReady)
BIG = refusals(InvalidInput, TooLarge)
GUARDED = refusals(Unauthorized, InvalidToken, ScopeMissing, NotLocal, TooManyFailures)
"""What the guard in front of every route may answer."""
