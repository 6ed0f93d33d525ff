"""Refusals out: one error becomes one answer, in the shape that the service speaks.

``problem`` is RFC 9457 (``application/problem+json``); ``platform`` is the older
``{"error": {...}}`` shape that the services behind the runner speak on their wire.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from fastapi.responses import JSONResponse, Response
from starlette.types import Scope

from app.edge import places
from app.edge.request_ids import request_id_of
from app.errors import AppError, FieldProblem

Style = Literal["problem", "platform"]
TYPE_PREFIX = "urn:cj-runner:problem:"
PAGES = "/problems"
"""Where the runner serves a page for each code."""


@dataclass(frozen=True)
class Refusal:
    """The parts of one error answer."""

    status: int
    code: str
    title: str
    detail: str
    way_out: str = AppError.way_out
    retryable: bool = False
    problems: Sequence[FieldProblem] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: AppError, headers: Mapping[str, str] | None = None) -> "Refusal":
        """Return an expected error as it goes out."""
        waits = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
        return cls(
            error.status,
            error.code,
            error.title,
            error.detail,
            error.way_out,
            error.retryable,
            error.problems,
            waits | dict(headers or {}),
        )


PageOf = Callable[[Scope, Refusal, str], Response | None]
"""Makes a page for a person of a refusal and the id of its request; None for a caller who is no browser."""


@dataclass(frozen=True)
class Answers:
    """How one service says no; to people by ``page``, where it has pages."""

    service: str
    style: Style = "problem"
    page: PageOf | None = None

    def of(self, scope: Scope, error: AppError, headers: Mapping[str, str] | None = None) -> Response:
        """Return the answer for an expected error."""
        return self.refusal(scope, Refusal.of(error, headers))

    def refusal(self, scope: Scope, refusal: Refusal) -> Response:
        """Return the answer; it names the request id that the log lines have."""
        request_id = request_id_of(scope)
        page = None if self.page is None else self.page(scope, refusal, request_id)
        if page is not None:
            return page
        if self.style == "platform":
            error = {"error": _platform(self.service, request_id, refusal)}
            return JSONResponse(error, refusal.status, dict(refusal.headers))
        headers = {"Link": f'<{PAGES}/{refusal.code}>; rel="help"'} | dict(refusal.headers)
        body = _problem(scope, request_id, refusal)
        return JSONResponse(body, refusal.status, headers, "application/problem+json")


def _problem(scope: Scope, request_id: str, refusal: Refusal) -> dict[str, object]:
    body: dict[str, object] = {
        "type": f"{TYPE_PREFIX}{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": scope.get("path", ""),
        "code": refusal.code,
        "way_out": refusal.way_out,
        "retryable": refusal.retryable,
        "request_id": request_id,
    }
    if refusal.problems:
        body["errors"] = [_error(item) for item in places.located(scope, refusal.problems)]
    return body


def _error(item: FieldProblem) -> dict[str, str]:
    if item.place == "body":
        return {"field": item.field, "pointer": item.pointer or "", "message": item.message}
    name = item.field.removeprefix(f"{item.place}.")
    return {"field": item.field, "parameter": name, "in": item.place or "form", "message": item.message}


_PLATFORM_CODES = {
    "not_found": "RESOURCE_NOT_FOUND",
    "gone": "RESOURCE_NOT_FOUND",
    "unauthorized": "AUTHENTICATION_ERROR",
    "forbidden": "AUTHORIZATION_ERROR",
    "conflict": "INVALID_REQUEST",
    "illegal_move": "INVALID_REQUEST",
    "invalid_input": "VALIDATION_ERROR",
    "too_large": "INVALID_REQUEST",
    "method_not_allowed": "INVALID_REQUEST",
    "malformed_request": "INVALID_REQUEST",
    "uri_too_long": "INVALID_REQUEST",
    "headers_too_large": "INVALID_REQUEST",
    "unsupported_media_type": "INVALID_REQUEST",
    "request_timeout": "TIMEOUT",
    "rate_limited": "RATE_LIMIT",
    "too_many_streams": "RATE_LIMIT",
    "unavailable": "SERVICE_UNAVAILABLE",
    "misconfigured": "CONFIGURATION_ERROR",
    "upstream_refused": "EXTERNAL_SERVICE_ERROR",
    "internal_error": "UNKNOWN_ERROR",
}
"""Our codes in the platform's words; a code that is the platform's already is only written in capitals."""


def platform_code_of(code: str, status: int) -> str:
    """Return the platform's word for one of our codes, which came with the HTTP status ``status``."""
    if code.startswith("http_"):
        return "INVALID_REQUEST" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "UNKNOWN_ERROR"
    return _PLATFORM_CODES.get(code, code.upper())


def _platform(service: str, request_id: str, refusal: Refusal) -> dict[str, object]:
    problems = [{"field": item.field, "message": item.message} for item in refusal.problems]
    return {
        "code": platform_code_of(refusal.code, refusal.status),
        "message": refusal.detail,
        "correlation_id": request_id,
        "service": service,
        "timestamp": datetime.now(UTC).isoformat(),
        "details": {"problems": problems},
    }
