"""Errors out: turns every refusal into one body with the field and the way out, before any effect.

``problem`` is RFC 9457 (``application/problem+json``); ``platform`` is the older
``{"error": {...}}`` shape that the services behind the runner speak on their wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from app.errors import AppError, FieldProblem, InvalidInput, Unavailable

log = structlog.get_logger(__name__)
Style = Literal["problem", "platform"]
UNREADABLE = "cannot be read: send JSON in UTF-8, or a whole form"
TYPE_PREFIX = "urn:cj-runner:problem:"


def install(app: FastAPI, *, service: str, style: Style = "problem") -> None:
    """Register the handlers; each answer carries the request id that the log line has."""
    edge = _Edge(service, style)
    app.add_exception_handler(AppError, edge.expected)
    app.add_exception_handler(RequestValidationError, edge.invalid)
    app.add_exception_handler(HTTPException, edge.plain)
    app.add_exception_handler(DBAPIError, edge.database)
    app.add_exception_handler(OSError, edge.database)
    app.add_exception_handler(Exception, edge.unexpected)

    @app.middleware("http")
    async def refuse_nul(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if "\x00" in request.url.path or "%00" in request.url.query:
            return await edge.expected(request, InvalidInput("the address holds a NUL character"))
        return await call_next(request)


@dataclass(frozen=True)
class _Edge:
    """How one service answers each family of errors."""

    service: str
    style: Style

    async def expected(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, AppError):  # pragma: no cover - the registration rules it out
            raise error
        if error.status >= 500:
            log.warning("request_failed", code=error.code, detail=error.detail, path=request.url.path)
        refusal = _Refusal(error.status, error.code, error.title, error.detail, error.problems)
        answer = self._answer(request, refusal)
        if error.retry_after_s is not None:
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer

    async def invalid(self, request: Request, error: Exception) -> Response:
        problems = field_problems(error) if isinstance(error, RequestValidationError) else ()
        detail = "; ".join(f"{problem.field}: {problem.message}" for problem in problems[:5])
        status = 422 if self.style == "problem" else 400
        code = "invalid_input" if self.style == "problem" else "VALIDATION_ERROR"
        return self._answer(request, _Refusal(status, code, "The request is not valid", detail, problems))

    async def plain(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(error.detail) if isinstance(error, HTTPException) else ""
        if status == HTTPStatus.BAD_REQUEST and self.style == "problem":
            return await self.expected(request, InvalidInput.at("body", UNREADABLE))
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(status, f"http_{status}")
        answer = self._answer(request, _Refusal(status, code, detail or code, detail))
        answer.headers.update(headers)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(sorted(_allowed(request)))
        return answer

    async def database(self, request: Request, error: Exception) -> Response:
        lost = isinstance(error, OSError | OperationalError | InterfaceError)
        if not lost and not (isinstance(error, DBAPIError) and error.connection_invalidated):
            return await self.unexpected(request, error)
        return await self.expected(request, Unavailable("the database does not answer; try again in a moment"))

    async def unexpected(self, request: Request, error: Exception) -> Response:
        log.error("request_crashed", path=request.url.path, exc_info=error)
        detail = "An unexpected error was logged under this request id."
        return self._answer(request, _Refusal(500, AppError.code, AppError.title, detail))

    def _answer(self, request: Request, refusal: "_Refusal") -> JSONResponse:
        return _answer(request, self.style, self.service, refusal)


def _allowed(request: Request) -> set[str]:
    """Return the methods of all routes at the address: one route only knows its own."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        regex = context.path_regex
        if regex is not None and regex.match(request.url.path):
            found |= context.methods or set()
    return found


def field_problems(error: RequestValidationError) -> tuple[FieldProblem, ...]:
    """Return one problem for each field that the validation names, without echoing the input."""
    found = []
    for item in error.errors():
        parts = () if item["type"] == "json_invalid" else item["loc"]
        place = ".".join(str(part) for part in parts if part not in ("body", "query", "path"))
        found.append(FieldProblem(place or "body", str(item["msg"]).removeprefix("Value error, ")))
    return tuple(found)


@dataclass(frozen=True)
class _Refusal:
    """The parts of one error body."""

    status: int
    code: str
    title: str
    detail: str
    problems: Sequence[FieldProblem] = ()


def _answer(request: Request, style: Style, service: str, refusal: _Refusal) -> JSONResponse:
    request_id = request.headers.get("x-request-id", "")[:64] or uuid4().hex
    if style == "platform":
        return JSONResponse({"error": _platform(service, request_id, refusal)}, refusal.status)
    body: dict[str, object] = {
        "type": f"{TYPE_PREFIX}{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": request.url.path,
        "code": refusal.code,
        "request_id": request_id,
    }
    if refusal.problems:
        body["errors"] = [
            {"field": item.field, "pointer": "/" + item.field.replace(".", "/"), "message": item.message}
            for item in refusal.problems
        ]
    return JSONResponse(body, refusal.status, media_type="application/problem+json")


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


def _platform(service: str, request_id: str, refusal: _Refusal) -> dict[str, object]:
    problems = [{"field": item.field, "message": item.message} for item in refusal.problems]
    return {
        "code": platform_code_of(refusal.code, refusal.status),
        "message": refusal.detail,
        "correlation_id": request_id,
        "service": service,
        "timestamp": datetime.now(UTC).isoformat(),
        "details": {"problems": problems},
    }
