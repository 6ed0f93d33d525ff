"""The family of expected errors: raised anywhere, answered at the edge (HTTP, Kafka, command line).

The class says what the edge must do: its stable code, the HTTP status, and whether trying again
can help. Errors of other libraries are translated into these at their door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong in the input: where it is (JSON pointer or field path) and the way out."""

    field: str
    message: str


class AppError(Exception):
    """Base of all expected errors; ``str(error)`` is one sentence for a person."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong inside the service"
    retryable: ClassVar[bool] = False
    retry_after_s: int | None = None
    """Seconds after which trying again makes sense; the HTTP edge says so in ``Retry-After``."""

    def __init__(self, detail: str, *, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems)


class InvalidInput(AppError):
    """The request breaks a rule; names the fields and the way out."""

    code = "invalid_input"
    status = 422
    title = "The request is not valid"

    @classmethod
    def at(cls, field: str, message: str) -> "InvalidInput":
        """Return the error for exactly one field."""
        return cls(f"{field}: {message}", problems=[FieldProblem(field, message)])


class NotFound(AppError):
    """The thing named does not exist (or is not visible to the caller)."""

    code = "not_found"
    status = 404
    title = "Not found"


class Gone(AppError):
    """The thing was there once and was deleted for good."""

    code = "gone"
    status = 410
    title = "Deleted"


class NotReady(AppError):
    """The thing exists but its result does not yet; ask again later."""

    code = "not_ready"
    status = 409
    title = "Not ready yet"
    retryable = True


class Conflict(AppError):
    """The request contradicts the present state."""

    code = "conflict"
    status = 409
    title = "Conflict with the present state"


class Unauthorized(AppError):
    """No valid credential was given."""

    code = "unauthorized"
    status = 401
    title = "A valid credential is needed"


class Forbidden(AppError):
    """The credential is valid but may not do this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class TooLarge(AppError):
    """The body or file is larger than the service takes."""

    code = "too_large"
    status = 413
    title = "Too large"


class Unavailable(AppError):
    """A system that is needed does not answer; trying again can help."""

    code = "unavailable"
    status = 503
    title = "A needed system is unavailable"
    retryable = True


class UpstreamRefused(AppError):
    """A system that is needed answered with a refusal; trying the same again will not help."""

    code = "upstream_refused"
    status = 502
    title = "A needed system refused"


class Misconfigured(AppError):
    """A setting is missing or contradicts another one."""

    code = "misconfigured"
    status = 500
    title = "The service is not set up for this"


class IllegalMove(AppError):
    """A state machine was asked for a move that its table does not allow."""

    code = "illegal_move"
    status = 409
    title = "Not possible in the present state"


class PreconditionFailed(AppError):
    """The request was meant for another version of the thing than the present one."""

    code = "precondition_failed"
    status = 412
    title = "It is another version than the one named"
    way_out = "Read the thing again and name the tag that the answer has in `ETag`, or leave `If-Match` out."


class RangeNotSatisfiable(AppError):
    """No byte of the thing lies in the wanted range."""

    code = "range_not_satisfiable"
    status = 416
    title = "The wanted range holds no byte"
    way_out = "`Content-Range` in the answer says how many bytes there are: ask for a range among them."
