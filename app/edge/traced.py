"""A span for each request: a child of the caller's where it sends a ``traceparent``, named by the route.

A layer of the front, inside that of the request's id. Of the address no more is noted than what names something:
no query, and no path that could be a text.
"""

import re
from typing import Final

from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry import tracing

PASSED_OVER = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is asked every few seconds, and has no part in any run."""
THE_ONLY_ONE: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""For ``FastAPI(telemetry=...)``: its own spans and logs, which quote what callers sent, are off everywhere."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CARRIED = (b"traceparent", b"tracestate")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._~:-]{1,200}")


class Traced:
    """ASGI middleware; does nothing where tracing is off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on inside its span."""
        if scope["type"] != "http" or not tracing.is_on() or scope["path"] in PASSED_OVER:
            await self._app(scope, receive, send)
            return
        with tracing.span(
            _method(scope), kind="server", attributes=_asked(scope), parent=carried_by(scope)
        ) as opened:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _answered(opened, scope, message)
                await send(message)

            await self._app(scope, receive, noting)


def carried_by(scope: Scope) -> dict[str, str]:
    """Return what the caller's headers carry."""
    return {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _CARRIED}


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "_OTHER"


def _asked(scope: Scope) -> tracing.Attributes:
    path: str = scope["path"]
    return {
        "http.request.method": _method(scope),
        "url.scheme": scope.get("scheme", "http"),
        "url.path": path if _PLAIN_PATH.fullmatch(path) else "REDACTED",
    }


def _answered(opened: tracing.Span, scope: Scope, message: Message) -> None:
    """Note the answer; the span of a stream ends with its first byte, not when nobody listens any more."""
    status: int = message["status"]
    route = getattr(scope.get("route"), "path", None)
    run_id = scope.get("path_params", {}).get("run_id")
    opened.note({"http.response.status_code": status, "http.route": route})
    opened.note(tracing.about({"run_id": run_id}))
    if route is not None:
        opened.rename(f"{_method(scope)} {route}")
    if status >= 500:
        opened.fail(str(status))
    if any(
        name == b"content-type" and value.startswith(b"text/event-stream") for name, value in message["headers"]
    ):
        opened.end()
