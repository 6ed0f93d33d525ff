"""Asks a role on this machine whether it lives: a container's health check, ``python -m app probe [role]``.

Fed by the same settings as the role itself; feeds the exit code, 0 for alive.
"""

from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address
from pathlib import Path

from app.settings import CJSettings, ContentSettings, GatewaySettings, RunnerSettings

PATIENCE_S = 4.0
FIRST_PROCESS = Path("/proc/1/cmdline")
EVERYWHERE = frozenset({"", "::", str(IPv4Address(0))})


def _runner(port: str) -> tuple[str, int]:
    settings = RunnerSettings()
    return settings.host, getattr(settings, port)


def _cj() -> tuple[str, int]:
    settings = CJSettings()
    return settings.host, settings.http_port


def _gateway() -> tuple[str, int]:
    settings = GatewaySettings()
    return settings.host, settings.port


def _content() -> tuple[str, int]:
    settings = ContentSettings()
    return settings.host, settings.port


PLACES: dict[str, Callable[[], tuple[str, int]]] = {
    "api": lambda: _runner("port"),
    "worker": lambda: _runner("worker_port"),
    "cj": _cj,
    "gateway": _gateway,
    "content": _content,
}


def role_of_first_process(cmdline: Path = FIRST_PROCESS) -> str | None:
    """Return the role in which this container was started, or None outside of one."""
    try:
        words = cmdline.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    return next((word for word in reversed(words) if word in PLACES), None)


def probe(role: str | None) -> str | None:
    """Return None where ``role`` answers ``/healthz``, else what is wrong."""
    if role not in PLACES:
        return f"name the role to ask: python -m app probe {{{'|'.join(PLACES)}}}"
    host, port = PLACES[role]()
    connection = HTTPConnection("localhost" if host in EVERYWHERE else host, port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return f"{role} does not answer on port {port} ({type(error).__name__})"
    finally:
        connection.close()
    return None if status == 200 else f"{role} answers {status} on port {port}"
