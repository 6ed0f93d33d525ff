"""Public keys of an identity service, fetched from its JWKS URL and kept for a while.

Fed by the identity service; feeds ``tokens``. A key id that is not known makes it look again, since keys
rotate, but not more often than every few seconds, so that made-up key ids cannot hammer the identity service.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt
import structlog

from app.edge.client_http import HttpClient
from app.errors import AppError, UpstreamRefused

log = structlog.get_logger(__name__)
MOST_BYTES = 1_000_000
MOST_KEYS = 100
SMALLEST_RSA_BITS = 2048
LOOK_AGAIN_AFTER = timedelta(seconds=10)
GOOD_WITHOUT_ANSWER = timedelta(hours=1)
Algorithm = Literal["RS256", "ES256"]
KINDS: Mapping[Algorithm, Mapping[str, str]] = {"RS256": {"kty": "RSA"}, "ES256": {"kty": "EC", "crv": "P-256"}}
NAMES: Mapping[Algorithm, str] = {"RS256": "RSA", "ES256": "P-256"}


@dataclass
class KeySet:
    """Keys of one algorithm by key id; ``ttl_s`` is how long an answer holds.

    While the identity service does not answer, keys stay good for an hour after they were last seen.
    """

    client: HttpClient
    url: str
    ttl_s: float
    clock: Callable[[], datetime]
    algorithm: Algorithm = "RS256"
    _keys: Mapping[str | None, jwt.PyJWK] = field(default_factory=dict)
    _seen_at: datetime | None = None
    _looked_at: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self, key_id: str | None) -> jwt.PyJWK | None:
        """Return the key of ``key_id``, or None; raises ``Unavailable`` or ``UpstreamRefused`` without any keys.

        A token without a key id is checked with the only key, where there is only one.
        """
        if self._is_old() or self._pick(key_id) is None:
            async with self._lock:
                if self._may_look(key_id):
                    await self._look()
        return self._pick(key_id)

    def _pick(self, key_id: str | None) -> jwt.PyJWK | None:
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _is_old(self) -> bool:
        return self._seen_at is None or self.clock() - self._seen_at > timedelta(seconds=self.ttl_s)

    def _may_look(self, key_id: str | None) -> bool:
        """Whether to ask now: another call may have asked while this one waited for the lock."""
        if not self._is_old() and self._pick(key_id) is not None:
            return False
        return not self._keys or self._looked_at is None or self.clock() - self._looked_at >= LOOK_AGAIN_AFTER

    async def _look(self) -> None:
        self._looked_at = self.clock()
        try:
            self._keys = await self._fetch()
        except AppError as error:
            if self._seen_at is None or self.clock() - self._seen_at > GOOD_WITHOUT_ANSWER:
                self._keys = {}
                raise
            log.warning("key_set_not_refreshed", detail=error.said)
        else:
            self._seen_at = self.clock()

    async def _fetch(self) -> dict[str | None, jwt.PyJWK]:
        response = await self.client.call("GET", self.url)
        if response.status_code != 200:
            raise self.client.refused(response, "show its keys")
        try:
            document = response.json() if len(response.content) <= MOST_BYTES else None
        except (ValueError, RecursionError):
            document = None
        listed = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise UpstreamRefused("the identity service's answer is no set of keys (JWKS)")
        keys = dict(entry for item in listed[:MOST_KEYS] if (entry := _usable(item, self.algorithm)) is not None)
        if not keys:
            raise UpstreamRefused(
                f"the identity service's set of keys holds no {NAMES[self.algorithm]} key for signatures"
            )
        return keys


def _usable(item: object, algorithm: Algorithm) -> tuple[str | None, jwt.PyJWK] | None:
    """Return key id and key of an entry that signs with ``algorithm``; None for every other kind of entry."""
    if not isinstance(item, dict) or not _is_for(item, algorithm):
        return None
    key_id = item.get("kid")
    try:
        key = jwt.PyJWK(item, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if algorithm == "RS256" and key.key.key_size < SMALLEST_RSA_BITS:
        return None
    return (key_id if isinstance(key_id, str) else None), key


def _is_for(item: Mapping[str, Any], algorithm: Algorithm) -> bool:
    fits = all(item.get(name) == value for name, value in KINDS[algorithm].items())
    return fits and item.get("use", "sig") == "sig" and item.get("alg", algorithm) == algorithm
