"""Asks a role whether it is ready; used by whoever starts roles and waits for them."""

import ssl

import httpx


def answers(url: str) -> bool:
    """Return whether ``url`` answers 200 within two seconds; plain HTTP, so that no certificates are loaded."""
    nothing_trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.get(url, timeout=2.0, verify=nothing_trusted).status_code == 200
    except httpx.HTTPError:
        return False
