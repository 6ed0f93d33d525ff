"""Bad credentials: counted, and slowed down by address.

A good credential always passes, also from an address that others use for guessing (a proxy, a school): over the
limit, bad ones are answered with 429, and keys that nobody was seen with lately are not even looked up.
"""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from app.edge.access import TooManyFailures
from app.runner.access import metrics

NETWORK_BITS = 64


class Failures:
    """Counts bad credentials in this process."""

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, reason: str) -> None:
        """Count a request without a good credential; ``reason`` is one of a few words."""
        metrics.FAILED.labels(reason).inc()

    async def check(self, address: str) -> None:
        """Raise ``TooManyFailures`` for an address that is over the limit."""
        if not await self._limiter.test(self._limit, where(address)):
            self.count("throttled")
            raise await self._too_many(where(address))

    async def note(self, address: str, reason: str) -> None:
        """Count a bad credential; raises ``TooManyFailures`` over the limit."""
        self.count(reason)
        if not await self._limiter.hit(self._limit, where(address)):
            raise await self._too_many(where(address))

    async def _too_many(self, place: str) -> TooManyFailures:
        window = await self._limiter.get_window_stats(self._limit, place)
        return TooManyFailures(max(1, round(window.reset_time - time.time())))


def where(address: str) -> str:
    """Return the address, of IPv6 the network that one customer has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and not found.is_loopback:
        return str(ip_network((found, NETWORK_BITS), strict=False))
    return str(found)
