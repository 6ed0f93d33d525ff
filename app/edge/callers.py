"""Whose share a request takes: the caller that the guard found, else the address it came from.

``X-Forwarded-For`` is believed only as far as it was written by proxies that the settings name.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from app.edge.access import Caller
from app.settings.limits import Network

Address = IPv4Address | IPv6Address


def share_of(scope: Scope, proxies: Sequence[Network]) -> str:
    """Return a name for whoever sent the request; addresses of one IPv6 site (/64) are one."""
    caller = scope.get("state", {}).get("caller")
    if isinstance(caller, Caller):
        return f"caller/{len(caller.owner)}/{caller.owner}/{caller.subject}"
    if not proxies:
        client = scope.get("client")
        return _share_of_host(client[0] if client else "")
    return _share(address_of(scope, proxies))


@lru_cache(maxsize=4096)
def _share_of_host(host: str) -> str:
    return _share(_parsed(host))


def _share(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return f"address/{ip_network((address, 64), strict=False).network_address}"
    return f"address/{address}"


def address_of(scope: Scope, proxies: Sequence[Network]) -> Address | None:
    """Return the address that the request came from: the last one that is no proxy of ours."""
    client = scope.get("client")
    address = _parsed(client[0]) if client else None
    if not proxies:
        return address
    for earlier in _forwarded(scope):
        if address is None or not _is_ours(address, proxies):
            return address
        if earlier is None:
            return address
        address = earlier
    return address


def _forwarded(scope: Scope) -> Iterator[Address | None]:
    """Yield the addresses of ``X-Forwarded-For``, the last one first."""
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    for part in reversed(b",".join(lines).decode("latin-1").split(",") if lines else []):
        yield _parsed(part.strip())


def _is_ours(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)


def _parsed(text: str) -> Address | None:
    host = text.rpartition(":")[0] if text.count(":") == 1 else text
    try:
        found = ip_address(host.strip("[]"))
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped if isinstance(mapped, IPv4Address) else found
