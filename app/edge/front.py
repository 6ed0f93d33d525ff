"""The front of every service: what a request passes before it meets a route, outermost first.

========================  ==========================================================================
``RequestIds``            the id of the request: in the logs, in every answer
``Traced``                a span of the caller's trace, where traces are on
``Shields``               headers that browsers and caches obey
``CORSMiddleware``        only where origins are named
``Crashes``               what nobody expected becomes a 500 that says nothing of the inside
``Heads``                 ``HEAD`` wherever there is ``GET``
``Addresses``             too long, NUL, no UTF-8
a guard                   where the service has one: who calls
``Rates``                 the caller's share of requests and streams
``Bodies``                kind, size, pace and, for JSON, form and depth
========================  ==========================================================================

All are plain ASGI: a stream flows through, and a caller who hangs up cancels the work. What is refused by a layer
still gets the headers of those outside it; whoever is over the limit is turned away before a body is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge import docs_page, problems
from app.edge.addresses import Addresses
from app.edge.answers import Answers
from app.edge.bodies import Bodies, Limits, Pace, Rule
from app.edge.heads import Heads
from app.edge.rates import Rates
from app.edge.request_ids import RequestIds
from app.edge.shields import Shields
from app.edge.traced import Traced
from app.settings.limits import HttpSettings

UNLIMITED = HttpSettings.model_construct()
"""The settings of an application that is built in a process of its own tests or tools: sizes, but no rates."""
UPLOAD = ("multipart/form-data",)
EXPOSED = (
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-Id",
    "Idempotency-Replayed",
    "Content-Digest",
    "Content-Disposition",
    "Accept-Ranges",
    "Content-Range",
)
"""What a script of a named origin may read of an answer,"""
SENT = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "Last-Event-ID",
    "Range",
    "X-Request-Id",
)
"""and send with a request."""


@dataclass(frozen=True)
class Front:
    """What the front of one service is made of; ``bodies`` are the addresses that take other bodies than most.

    An address that ends with a slash stands for all below it; ``/v1/runs/{run_id}/notes`` for that of any run.
    ``from_neighbours`` says that the other services call, and name the run of a call for the log.
    """

    settings: HttpSettings = UNLIMITED
    bodies: Mapping[str, Rule] = field(default_factory=dict)
    guard: Sequence[Middleware] = ()
    from_neighbours: bool = False


def protect(app: FastAPI, answers: Answers, front: Front) -> None:
    """Put the layers before the routes, and the page that shows them; ``problems.install`` gave ``answers``."""
    app.router.redirect_slashes = False
    app.include_router(docs_page.routes(app.title))
    app.state.answers = answers
    for layer in reversed(layers(answers, front)):
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)


def layers(answers: Answers, front: Front) -> list[Middleware]:
    """Return the layers, outermost first."""
    settings = front.settings
    uploads = frozenset(path for path, rule in front.bodies.items() if rule.kinds == UPLOAD)
    rated = (
        settings.reads_per_minute
        or settings.writes_per_minute
        or settings.uploads_per_minute
        or settings.streams_per_caller
    )
    pace = Pace(settings.body_patience_s, settings.body_min_bytes_per_s)
    limits = Limits(Rule(settings.body_max_bytes), front.bodies, pace, settings.body_max_depth)
    return [
        Middleware(RequestIds, from_neighbours=front.from_neighbours),
        Middleware(Traced),
        Middleware(Shields, behind_tls=settings.behind_tls),
        *_cors(settings),
        Middleware(Crashes, answers=answers),
        Middleware(Heads),
        Middleware(Addresses, answers=answers, longest=settings.url_max_bytes),
        *front.guard,
        *([Middleware(Rates, answers=answers, settings=settings, uploads=uploads)] if rated else []),
        Middleware(Bodies, answers=answers, limits=limits),
    ]


def _cors(settings: HttpSettings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    allowed = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=SENT,
        expose_headers=EXPOSED,
        allow_credentials=False,
    )
    return [allowed]


class Crashes:
    """ASGI middleware: an error that no handler knows is logged, and answered while that is still possible."""

    def __init__(self, app: ASGIApp, *, answers: Answers) -> None:
        self._app, self._answers = app, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # the border of a request
            if started or scope["type"] != "http":
                raise
            await problems.crash(self._answers, scope, error)(scope, receive, send)
