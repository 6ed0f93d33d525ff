"""One comparison to its judge: gate, leave, call; whatever goes wrong comes back as a value.

Fed by the work loop; feeds the ledger through it.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import metrics, observe
from app.gateway.callbacks import Outcome, expired
from app.gateway.gates import Closed, Gate
from app.gateway.parts import Parts
from app.gateway.permits import NotNow, ask_leave
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed
from app.gateway.question import described, question
from app.gateway.queue import Queued

log = structlog.get_logger(__name__)
MOST_DEATHS = 2


@dataclass(frozen=True)
class NotAsked:
    """No judge was called; the comparison may be taken again from ``until`` on."""

    item: Queued
    until: datetime


async def ask(parts: Parts, item: Queued, gate: Gate) -> Outcome | NotAsked:
    """Return what became of one leased comparison."""
    now = parts.clock()
    hindered = _hindrance(parts, item, now)
    if hindered is not None:
        return hindered
    closed = gate.closed(now)
    if closed is not None:
        return _turned_away(item, closed)
    leave = await _leave(parts, item, gate, now)
    if isinstance(leave, NotNow):
        return NotAsked(item, leave.until)
    if leave is not None:
        return Outcome(item, leave)
    started = time.monotonic()
    observe.asking(parts, item)
    with metrics.CONCURRENT.labels(item.provider).track_inprogress():
        result = described(parts.judges.get(item.provider), item, await _judged(parts, item, gate))
    gate.report(result, parts.clock())
    elapsed_s = time.monotonic() - started
    observe.called(parts, item, result, elapsed_s)
    return Outcome(item, result, int(elapsed_s * 1000), asked_at=now)


def _hindrance(parts: Parts, item: Queued, now: datetime) -> Outcome | None:
    if now > item.expires_at:
        return expired(item, now, "ttl")
    if item.provider not in parts.judges:
        why = f"{item.provider} is not set up"
        return Outcome(item, JudgeFailed("LLM_PROVIDER_UNAVAILABLE", why, kind=FailureKind.BROKEN))
    most = parts.settings.queue_max_retries + 1 + MOST_DEATHS
    if item.attempts - item.re_asks - item.throttled > most:
        why = f"given up: the process died in each of the last of {item.attempts - 1} attempts"
        return Outcome(item, JudgeFailed("LLM_INTERNAL_ERROR", why, kind=FailureKind.REFUSED))
    return None


def _turned_away(item: Queued, closed: Closed) -> Outcome | NotAsked:
    if closed.reason is None:
        return NotAsked(item, closed.until)
    why = f"{item.provider} answers nothing until somebody acts: {closed.reason}"
    failure = JudgeFailed("CIRCUIT_BREAKER_OPEN", why, kind=FailureKind.BROKEN)
    return Outcome(item, failure, details={"reason": "circuit_open", "open_until": closed.until.isoformat()})


async def _leave(parts: Parts, item: Queued, gate: Gate, now: datetime) -> NotNow | JudgeFailed | None:
    try:
        leave = await ask_leave(parts, item, now)
    except BaseException:
        gate.breaker.withdrew()
        raise
    if leave is not None:
        gate.breaker.withdrew()
    return leave


async def _judged(parts: Parts, item: Queued, gate: Gate) -> Answer | JudgeFailed:
    try:
        return await _called(parts, item)
    except JudgeFailed as failure:
        return failure
    except asyncio.CancelledError:
        gate.breaker.withdrew()
        raise
    except Exception as error:
        log.exception("judge_crashed", provider=item.provider)
        return JudgeFailed("LLM_INTERNAL_ERROR", type(error).__name__, kind=FailureKind.RETRY_NOW)


async def _called(parts: Parts, item: Queued) -> Answer:
    await fault_point(Point.JUDGE_BEFORE_CALL)
    answer = await parts.judges[item.provider].judge(question(item))
    await fault_point(Point.JUDGE_AFTER_ANSWER)
    return answer
