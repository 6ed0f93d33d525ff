"""Names and addresses of this machine, for a service that asks nobody who they are. PURE.

A page of the web that a browser of this machine shows may send requests here: under its own name, when that
name was made to point to this machine, or as a form. Both show in the headers ``Host`` and ``Origin``.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Return whether ``host`` (a name or an address, no port) is this machine's loopback."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_local_host(header: str | None) -> bool:
    """Return whether the header ``Host`` names the loopback."""
    return header is not None and _names_loopback(f"//{header}")


def is_local_origin(header: str | None) -> bool:
    """Return whether the header ``Origin`` is absent, or a page of this machine."""
    return header is None or (header.startswith(("http://", "https://")) and _names_loopback(header))


def _names_loopback(address: str) -> bool:
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False
