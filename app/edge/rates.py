"""How often one caller may come: reads, writes and uploads a minute, and streams held open at once.

Counted in this process alone; every answer tells what is left (draft-ietf-httpapi-ratelimit-headers-11).
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.answers import Answers
from app.edge.callers import share_of
from app.edge.refusals import TooManyRequests, TooManyStreams
from app.edge.templates import any_of
from app.errors import AppError
from app.settings.limits import HttpSettings, Network

WINDOW_S = 60
NEVER = frozenset({"/healthz", "/readyz", "/metrics"})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Standing(NamedTuple):
    """What one request leaves of its caller's share: whether it fits, how many are left, seconds until more."""

    fits: bool
    left: int
    more_in_s: int


class Policy:
    """One kind of requests, and how many of them fit into any minute (a sliding window of two counters).

    The counter of the minute before weighs as much as that minute still reaches into the last 60 seconds.
    """

    def __init__(self, name: str, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.per_minute = name, per_minute
        self._clock = clock
        self._shares: dict[str, _Counts] = {}
        self._swept = 0
        self._header = (b"ratelimit-policy", f'"{name}";q={per_minute};w={WINDOW_S}'.encode())

    def take(self, share: str) -> Standing:
        """Count one request, if it fits."""
        minute, passed = divmod(self._clock() / WINDOW_S, 1.0)
        counts = self._counts(share, int(minute))
        used = counts.before * (1.0 - passed) + counts.now
        if used + 1 <= self.per_minute:
            counts.now += 1
            return Standing(True, int(self.per_minute - used - 1), math.ceil((1.0 - passed) * WINDOW_S))
        return Standing(False, 0, max(1, math.ceil(self._wait(counts, used, passed) * WINDOW_S)))

    def _counts(self, share: str, minute: int) -> "_Counts":
        if minute != self._swept:
            self._sweep(minute)
        counts = self._shares.get(share)
        if counts is None:
            counts = self._shares[share] = _Counts(minute)
        elif counts.minute != minute:
            counts.before = counts.now if counts.minute == minute - 1 else 0
            counts.minute, counts.now = minute, 0
        return counts

    def _sweep(self, minute: int) -> None:
        """Forget who did not come in this minute or the one before."""
        self._swept = minute
        for share in [share for share, counts in self._shares.items() if counts.minute < minute - 1]:
            del self._shares[share]

    def _wait(self, counts: "_Counts", used: float, passed: float) -> float:
        """Return after how many minutes one more would fit."""
        left = 1.0 - passed
        if counts.before and (over := (used + 1 - self.per_minute) / counts.before) <= left:
            return over
        return left + max(0.0, 1.0 - (self.per_minute - 1) / counts.now) if counts.now else left

    def refusal(self, standing: Standing) -> TooManyRequests:
        """Return the refusal of a request that does not fit."""
        refused = TooManyRequests(f"one caller may send {self.per_minute} {self.name} a minute")
        refused.retry_after_s = standing.more_in_s
        return refused

    def headers(self, standing: Standing) -> list[tuple[bytes, bytes]]:
        """Return what an answer says of the share."""
        left = b'"%b";r=%d;t=%d' % (self.name.encode(), standing.left, standing.more_in_s)
        return [self._header, (b"ratelimit", left)]


@dataclass(slots=True)
class _Counts:
    """Requests of one share in a minute, and in the one before it."""

    minute: int
    now: int = 0
    before: int = 0


class Rates:
    """ASGI middleware; ``uploads`` are the addresses (or templates) whose writes are uploads."""

    def __init__(self, app: ASGIApp, *, answers: Answers, settings: HttpSettings, uploads: frozenset[str]) -> None:
        self._app, self._answers, self._uploads = app, answers, any_of(uploads)
        self._proxies: Sequence[Network] = settings.trusted_proxies
        self._policies = {
            name: Policy(name, most)
            for name, most in (
                ("reads", settings.reads_per_minute),
                ("writes", settings.writes_per_minute),
                ("uploads", settings.uploads_per_minute),
            )
            if most
        }
        self._streams = Streams(settings.streams_per_caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request; pass it on while it fits."""
        if scope["type"] != "http" or scope["path"] in NEVER:
            await self._app(scope, receive, send)
            return
        share = share_of(scope, self._proxies)
        policy = self._policies.get(self._kind(scope))
        if policy is None:
            await self._stream_or_not(share, scope, receive, send)
            return
        standing = policy.take(share)
        told = policy.headers(standing)

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        if standing.fits:
            await self._stream_or_not(share, scope, receive, telling)
        else:
            await self._answers.of(scope, policy.refusal(standing))(scope, receive, telling)

    async def _stream_or_not(self, share: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._streams.most or not _is_held_open(scope):
            await self._app(scope, receive, send)
            return
        try:
            with self._streams.one(share):
                await self._app(scope, receive, send)
        except _NoRoom as error:
            await self._answers.of(scope, error.refused)(scope, receive, send)

    def _kind(self, scope: Scope) -> str:
        if scope["method"] in _READS:
            return "reads"
        return "uploads" if self._uploads.get(scope["path"]) else "writes"


class _NoRoom(Exception):
    """One stream too many."""

    def __init__(self, refused: AppError) -> None:
        super().__init__(refused.detail)
        self.refused = refused


class Streams:
    """Requests that are held open, by caller."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, share: str) -> Iterator[None]:
        """Hold a place until the block ends; raises where there is none."""
        if self._open[share] >= self.most:
            raise _NoRoom(TooManyStreams(f"one caller may hold open {self.most} streams and waiting requests"))
        self._open[share] += 1
        try:
            yield
        finally:
            self._open[share] -= 1
            if not self._open[share]:
                del self._open[share]


def _is_held_open(scope: Scope) -> bool:
    """Return whether a request stays open: a stream of events, or a wait for a change."""
    if b"wait=" in scope["query_string"]:
        return True
    return any(name == b"accept" and b"text/event-stream" in value.lower() for name, value in scope["headers"])
