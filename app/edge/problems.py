"""Errors out: turns every refusal into one body with the field and the way out, before any effect.

Fed by the routes' errors; the shape of the answer is in ``answers``.
"""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from app.db.passing import DatabaseAway
from app.edge import places
from app.edge.answers import Answers, PageOf, Refusal, Style, platform_code_of
from app.edge.refusals import Malformed, NoSuchMethod, WrongMediaType
from app.errors import (
    AppError,
    Forbidden,
    InvalidInput,
    NotFound,
    RangeNotSatisfiable,
    TooLarge,
    Unauthorized,
    Unavailable,
)

__all__ = ["Style", "install", "platform_code_of"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
log = structlog.get_logger(__name__)
_PLAIN: tuple[type[AppError], ...] = (
    Malformed,
    Unauthorized,
    Forbidden,
    NotFound,
    NoSuchMethod,
    TooLarge,
    WrongMediaType,
    RangeNotSatisfiable,
    InvalidInput,
    Unavailable,
)
BY_STATUS: dict[int, type[AppError]] = {kind.status: kind for kind in _PLAIN}


def install(app: FastAPI, *, service: str, style: Style = "problem", page: PageOf | None = None) -> Answers:
    """Register the handlers; each answer carries the request id that the log line has."""
    answers = Answers(service, style, page)
    edge = _Edge(answers)
    app.add_exception_handler(AppError, edge.expected)
    app.add_exception_handler(RequestValidationError, edge.invalid)
    app.add_exception_handler(HTTPException, edge.plain)
    app.add_exception_handler(OSError, edge.database)
    app.add_exception_handler(Exception, edge.unexpected)
    return answers


def crash(answers: Answers, scope: Scope, error: Exception) -> Response:
    """Log what nobody expected and return its answer."""
    log.error("request_crashed", path=scope["path"][:500], exc_info=error)
    detail = "An unexpected error was logged under this request id."
    return answers.refusal(scope, Refusal(500, AppError.code, AppError.title, detail))


@dataclass(frozen=True)
class _Edge:
    """How one service answers each family of errors."""

    answers: Answers

    async def expected(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, AppError):  # pragma: no cover - the registration rules it out
            raise error
        if error.status >= 500:
            log.warning("request_failed", code=error.code, detail=error.said, path=request.url.path)
        return self.answers.of(request.scope, error)

    async def invalid(self, request: Request, error: Exception) -> Response:
        problems = places.of_validation(error, request.scope) if isinstance(error, RequestValidationError) else ()
        detail = "; ".join(f"{problem.field}: {problem.message}" for problem in problems[:5])
        found = Refusal.of(InvalidInput(detail, problems=problems))
        if self.answers.style == "platform":
            found = Refusal(400, found.code, found.title, detail, problems=problems)
        return self.answers.refusal(request.scope, found)

    async def plain(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(error.detail) if isinstance(error, HTTPException) else ""
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if status == NoSuchMethod.status:
            return self._other_method(request)
        kind = BY_STATUS.get(status)
        if kind is None:
            return self.answers.refusal(
                request.scope, Refusal(status, f"http_{status}", detail, detail, headers=headers)
            )
        if kind is NotFound:
            detail = _nothing_here(request)
        return self.answers.of(request.scope, kind(detail), headers)

    def _other_method(self, request: Request) -> Response:
        allowed = ", ".join(methods_of(request.app.routes, request.scope))
        if request.scope["method"] == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed})
        refused = NoSuchMethod(f"this address takes {allowed}")
        return self.answers.of(request.scope, refused, {"Allow": allowed})

    async def database(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, OSError):
            return await self.unexpected(request, error)
        told = error.told if isinstance(error, DatabaseAway) else DatabaseAway.told
        return await self.expected(request, Unavailable(f"{told}; try again in a moment"))

    async def unexpected(self, request: Request, error: Exception) -> Response:
        return crash(self.answers, request.scope, error)


def _nothing_here(request: Request) -> str:
    path = request.scope["path"]
    bare = path.rstrip("/")
    if bare != path and methods_of(request.app.routes, dict(request.scope, path=bare)):
        return f"there is nothing at this address: did you mean {bare} (without the slash at its end)?"
    return "there is nothing at this address; openapi.json lists those there are"


def methods_of(routes: list[BaseRoute], scope: Scope) -> list[str]:
    """Return the methods that the address of a request takes, over all routes that share it.

    An address that is written out in a route is no id of another: ``/v1/runs/x`` is not ``/v1/runs/{id}``.
    """
    own = [route.methods or () for route in iter_route_contexts(routes) if route.path == scope["path"]]
    found = {method for methods in own for method in methods if method in METHODS}
    for method in () if found else METHODS:
        asked = dict(scope, method=method)
        if any(route.matches(asked)[0] is Match.FULL for route in routes):
            found.add(method)
    if found:
        found |= {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())
    return sorted(found)
