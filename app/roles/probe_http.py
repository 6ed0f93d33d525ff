"""Asks a role whether it is ready; used by whoever starts roles and waits for them."""

import httpx


def answers(url: str) -> bool:
    """Return whether ``url`` answers 200 within two seconds."""
    try:
        return httpx.get(url, timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False
