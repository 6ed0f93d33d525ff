"""The family of expected errors: raised anywhere, answered at the edge (HTTP, Kafka, command line).

The class says what the edge must do: its stable code, the HTTP status, and whether trying again
can help. Errors of other libraries are translated into these at their door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Place = Literal["body", "form", "query", "path", "header", "cookie"]
"""Where in a request something is."""


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong in the input: its path with dots, and the way out.

    ``place`` and ``pointer`` (RFC 6901, into the body) are found at the edge, which has the request, where they
    are not given.
    """

    field: str
    message: str
    place: Place | None = None
    pointer: str | None = None


class AppError(Exception):
    """Base of all expected errors; ``str(error)`` is one sentence for a person.

    ``quoted`` is what another system said of it: in ``detail``, for whose request it was, and never in a log,
    which takes ``said``.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong inside the service"
    way_out: ClassVar[str] = "Report the request id to whoever runs the service: its log has the cause."
    """What the caller can do about it, in one or two sentences."""
    retryable: ClassVar[bool] = False
    """Whether the same request can succeed later."""
    retry_after_s: int | None = None
    """Seconds after which trying again makes sense; the HTTP edge says so in ``Retry-After``."""

    def __init__(self, detail: str, *, problems: Sequence[FieldProblem] = (), quoted: str = "") -> None:
        super().__init__(detail)
        self.said, self.quoted = detail, quoted
        self.detail = f"{detail}: {quoted}" if quoted else detail
        self.problems = tuple(problems)


class InvalidInput(AppError):
    """The request breaks a rule; names the fields and the way out."""

    code = "invalid_input"
    status = 422
    title = "The request is not valid"
    way_out = "Correct the fields that `errors` names; each says what it takes. Nothing was changed."

    @classmethod
    def at(cls, field: str, message: str) -> "InvalidInput":
        """Return the error for exactly one field."""
        return cls(f"{field}: {message}", problems=[FieldProblem(field, message)])


class NotFound(AppError):
    """The thing named does not exist (or is not visible to the caller)."""

    code = "not_found"
    status = 404
    title = "Not found"
    way_out = (
        "Check the id and the address. What belongs to another organisation looks the same as what is not there."
    )


class Gone(AppError):
    """The thing was there once and was deleted for good."""

    code = "gone"
    status = 410
    title = "Deleted"
    way_out = "Take it out of your own lists: it does not come back."


class NotReady(AppError):
    """The thing exists but its result does not yet; ask again later."""

    code = "not_ready"
    status = 409
    title = "Not ready yet"
    way_out = "Ask again once the run has ended: follow its events, or wait for it with `?wait=`."
    retryable = True


class Conflict(AppError):
    """The request contradicts the present state."""

    code = "conflict"
    status = 409
    title = "Conflict with the present state"
    way_out = "Read the thing again; its state says what can be done with it now."


class Unauthorized(AppError):
    """No valid credential was given."""

    code = "unauthorized"
    status = 401
    title = "A valid credential is needed"
    way_out = "Send `Authorization: Bearer <token>` with an API key or token that is valid now."


class Forbidden(AppError):
    """The credential is valid but may not do this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"
    way_out = "Use a credential with the scope or role that the detail names, or ask the operator."


class TooLarge(AppError):
    """The body or file is larger than the service takes."""

    code = "too_large"
    status = 413
    title = "Too large"
    way_out = "Send less at a time; the detail names the limit. Operators raise it in the settings."


class Unavailable(AppError):
    """A system that is needed does not answer; trying again can help."""

    code = "unavailable"
    status = 503
    title = "A needed system is unavailable"
    way_out = "Send the same request again in a moment, after `Retry-After` where the answer has it."
    retryable = True


class UpstreamRefused(AppError):
    """A system that is needed answered with a refusal; trying the same again will not help."""

    code = "upstream_refused"
    status = 502
    title = "A needed system refused"
    way_out = "Read the detail, which has the other system's own words, and correct what it names."


class Misconfigured(AppError):
    """A setting is missing or contradicts another one."""

    code = "misconfigured"
    status = 500
    title = "The service is not set up for this"
    way_out = "Operators: set what the detail names, and start the service again."


class IllegalMove(AppError):
    """A state machine was asked for a move that its table does not allow."""

    code = "illegal_move"
    status = 409
    title = "Not possible in the present state"
    way_out = "Read the thing again; its state says what can be done with it now."


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
