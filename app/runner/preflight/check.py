"""Probes run at once, each with a bound of time; whatever happens to one, the others are answered.

Fed by the probes that ``app/roles/preflight.py`` chooses; feeds ``GET /v1/preflight``.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from app.errors import AppError

log = structlog.get_logger(__name__)
BOUND_S = 5.0
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What a probe found; ``what_to_do`` only where something is wrong."""

    ok: bool
    detail: str
    what_to_do: str | None = None
    severity: Severity = "error"


@dataclass(frozen=True)
class Probe:
    """One thing to look at; ``what_to_do`` is said where it does not answer at all."""

    name: str
    look: Callable[[], Awaitable[Finding]]
    what_to_do: str
    severity: Severity = "error"


@dataclass(frozen=True)
class Looked:
    """What came of one probe, and how long it took; ``severity`` is how bad it is where it is not ``ok``."""

    name: str
    ok: bool
    severity: Severity
    detail: str
    what_to_do: str | None
    ms: int


async def look_at_all(probes: Sequence[Probe], bound_s: float = BOUND_S) -> list[Looked]:
    """Return what all probes found, in their order; none takes longer than ``bound_s``."""
    return list(await asyncio.gather(*(_look(probe, bound_s) for probe in probes)))


async def _look(probe: Probe, bound_s: float) -> Looked:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(bound_s):
            found = await probe.look()
    except TimeoutError:
        found = _missing(probe, f"no answer within {bound_s:g} s")
    except AppError as error:
        found = _missing(probe, error.detail)
    except Exception as error:  # noqa: BLE001 - a probe that breaks is a finding like any other
        log.warning("preflight_probe_broke", probe=probe.name, error=type(error).__name__)
        found = _missing(probe, f"looking failed ({type(error).__name__})")
    ms = round((time.perf_counter() - started) * 1000)
    return Looked(probe.name, found.ok, found.severity, found.detail, found.what_to_do, ms)


def _missing(probe: Probe, detail: str) -> Finding:
    return Finding(ok=False, detail=detail, what_to_do=probe.what_to_do, severity=probe.severity)
