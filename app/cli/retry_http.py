"""Requests sent again where that is safe: those that change nothing, or that carry an ``Idempotency-Key``.

Sits under the clients of the command line; what the server asks for in ``Retry-After`` counts.
"""

import time
from collections.abc import Callable

import httpx

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAY_PASS = frozenset({429, 502, 503, 504})
ATTEMPTS = 4
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Retrying(httpx.BaseTransport):
    """Tries up to ``attempts`` times, pauses double; any request is tried again that found no listener."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner = inner
        self._attempts = attempts
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first answer that is worth returning, else the last."""
        again = request.method in SAFE or "idempotency-key" in request.headers
        for attempt in range(1, self._attempts):
            pause = FIRST_PAUSE_S * 2 ** (attempt - 1)
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError as error:
                if not again and not isinstance(error, httpx.ConnectError):
                    raise
            else:
                if response.status_code not in MAY_PASS or not again:
                    return response
                pause = max(pause, _asked_pause(response))
                response.close()
            self._sleep(min(pause, LONGEST_PAUSE_S))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what is below."""
        self._inner.close()


def _asked_pause(response: httpx.Response) -> float:
    """Return the seconds that the server asks for; a date, which it may be as well, counts as none."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
