"""The guard of webhooks: which addresses of the web they may go to, and the very address that was checked.

Fed by the API when a receiver is named, and by ``send_http`` at every attempt. Reads a URL with the parser of the
client that will use it, so that both mean the same host.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from app.runner.webhooks import addresses
from app.settings import WebhookSettings

LONGEST_URL = 2048
RESOLVE_S = 5.0
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
_NUMBER = re.compile(r"^(\d+|0x[0-9a-f]*)$")
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host; raises ``OSError`` where it has none."""


class Refused(Exception):
    """A webhook may not go there; ``str`` says why, to whoever named the address."""


@dataclass(frozen=True)
class Target:
    """A receiver whose address may be resolved: ``url`` as it is asked for."""

    url: str
    host: str
    port: int


@dataclass(frozen=True)
class Guard:
    """Refuses receivers by the settings; resolves by itself, so that what is checked is what is used."""

    settings: WebhookSettings
    resolve: Resolve

    def read(self, url: str) -> Target:
        """Return the receiver that ``url`` names, not resolved yet; raises ``Refused``."""
        if not url or len(url) > LONGEST_URL or re.search(r"[\x00-\x20\x7f\\]", url):
            raise Refused("must be a URL of at most 2048 characters without spaces and backslashes")
        try:
            parsed = httpx.URL(url)
            host = parsed.raw_host.decode("ascii").lower()
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise Refused("is not a URL") from error
        self._check_scheme(parsed)
        if parsed.userinfo or "@" in re.split("[/?#]", url.partition("://")[2])[0]:
            raise Refused("must not hold a user name or a password: receivers verify the signature")
        if parsed.fragment or url.endswith("#"):
            raise Refused("must not hold a fragment (#)")
        _check_host(host)
        port = parsed.port if parsed.port is not None else {"https": 443, "http": 80}[parsed.scheme]
        self._check_port(port, parsed.scheme)
        return Target(str(parsed), host, port)

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, every one of which was checked; raises ``Refused``."""
        try:
            async with asyncio.timeout(RESOLVE_S):
                found = await self.resolve(host, port)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise Refused("names a host that cannot be resolved") from error
        for address in found:
            why = addresses.refusal(address, self.settings.allowed_networks)
            if why is not None:
                raise Refused(f"names a host of which an address {why}: see WEBHOOKS_ALLOWED_NETWORKS")
        if not found:
            raise Refused("names a host that cannot be resolved")
        return list(dict.fromkeys(found))

    async def check(self, url: str) -> Target:
        """Return the receiver that ``url`` names, resolved and found good; raises ``Refused``."""
        target = self.read(url)
        await self.addresses(target.host, target.port)
        return target

    def _check_scheme(self, parsed: httpx.URL) -> None:
        if parsed.scheme not in ({"https", "http"} if self.settings.allow_http else {"https"}):
            raise Refused("must begin with https://")

    def _check_port(self, port: int, scheme: str) -> None:
        usual = port == 80 and scheme == "http"
        if not usual and not any(low <= port <= high for low, high in self.settings.allowed_ports):
            raise Refused("names a port that is not allowed: see WEBHOOKS_ALLOWED_PORTS")


def _check_host(host: str) -> None:
    """Raise ``Refused`` for what is no plain name and no address in its usual spelling."""
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError as error:
            raise Refused("names an address that is none") from error
        if address.scope_id is not None:
            raise Refused("names a zone of an address")
        return
    labels = host.split(".")
    if _NUMBER.match(labels[-1]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError as error:
            raise Refused("names an address in an unusual spelling: write it as 192.0.2.1") from error
    elif len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise Refused("names no host: write its name without a dot at the end")


def without_query(url: str) -> str:
    """Return a URL as it may be shown: what stands after ``?`` is often a secret."""
    return url.split("?", 1)[0]


def system_resolver(pool: ThreadPoolExecutor) -> Resolve:
    """Return the resolver of this machine, in threads of its own: names that hang hold up no other work."""

    async def resolve(host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            pool, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
        return [str(item[4][0]) for item in found]

    return resolve
