"""Verdicts in: each is kept with its raw bytes, counted once, and moves a published run to running.

Fed by ``huleedu.llm_provider.comparison_result.v1``; feeds ``finish`` through the rows it writes. A verdict
that comes after the end of its run is kept too, marked as late, and makes the run want a revision of its
artefact. What cj tells when it is asked comes in through the same ``take``: a comparison whose verdict came
through one of the two doors is passed over at the other.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.llm_events import ComparisonResult, ComparisonResultEnvelope
from app.contracts.topics import Topic
from app.db.listen import notify
from app.errors import InvalidInput
from app.messaging.consume import Incoming, Route
from app.runner import metrics
from app.runner.collect.notes import Notes
from app.runner.names import about
from app.runner.runs import recollection, revisions, store
from app.runner.runs.progress import asked_at_least, whole
from app.runner.runs.recollection import told_id
from app.runner.runs.states import RunState
from app.runner.runs.store import Change, Run, budget_of
from app.runner.tables import CHANGES_CHANNEL, RUNS_CHANNEL, comparisons, runs
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
Message = Incoming[ComparisonResult]
NOTES = Notes("comparison")


def route(clock: Callable[[], datetime], settings: RunnerSettings) -> Route[ComparisonResult]:
    """Return the route of verdicts; those of other runners' batches are passed over."""

    async def handle(connection: AsyncConnection, messages: Sequence[Message]) -> None:
        by_batch: dict[UUID, list[Message]] = defaultdict(list)
        for message in messages:
            batch_uuid = batch_of(message.data)
            if batch_uuid is not None:
                by_batch[batch_uuid].append(message)
        found = await store.lock_by_batch(connection, list(by_batch))
        for batch_uuid in by_batch.keys() - found.keys():
            NOTES.not_ours(batch_uuid, len(by_batch[batch_uuid]))
        for batch_uuid, run in found.items():
            with about(run):
                await take(connection, run, by_batch[batch_uuid], settings, clock())

    return Route(Topic.COMPARISON_RESULT, ComparisonResultEnvelope, _key, handle, NOTES)


def _key(envelope: ComparisonResultEnvelope) -> str | None:
    return None if batch_of(envelope.data) is None else envelope.data.request_id[:255]


def batch_of(result: ComparisonResult) -> UUID | None:
    """Return the batch uuid that the callback names, or None where it names none."""
    text = result.meta("batch_id") or result.meta("bos_batch_id")
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


async def take(
    connection: AsyncConnection, run: Run, messages: Sequence[Message], settings: RunnerSettings, now: datetime
) -> int:
    """Keep those verdicts of a held run that are new, and count them; return how many there were."""
    if revisions.too_late(run, settings, now):
        for message in messages:
            metrics.COMPARISONS.labels(message.data.provider, "too_late").inc()
        return 0
    messages = await _by_one_door(connection, run, messages)
    counted = await _keep(connection, run, messages, now) if messages else []
    if not counted:
        return 0
    await connection.execute(update(runs).where(runs.c.id == run.id).values(**_sums(run, counted, now)))
    await notify(connection, CHANGES_CHANNEL, run.id)
    await _send_on(connection, run, settings, now)
    log.info("collector_llm_comparison_applied", event_count=len(counted), event_data_type="LLMComparisonResultV1")
    before = run.comparisons_received + run.comparisons_late
    for number, result in enumerate(counted, start=before + 1):
        log.info("llm_comparison_hydrated", request_id=result.request_id[:64], event_count=number)
        kind = "late" if run.is_final else "failed" if result.winner is None else "succeeded"
        metrics.COMPARISONS.labels(result.provider, kind).inc()
        metrics.COST.labels(result.provider, result.model).inc(max(0.0, result.cost_estimate))
    return len(counted)


async def _by_one_door(connection: AsyncConnection, run: Run, messages: Sequence[Message]) -> list[Message]:
    """Leave out verdicts of comparisons that came in through the other door."""
    told = {message.data.correlation_id for message in messages if _is_told(message.data)}
    sent = {message.data.correlation_id for message in messages} - told
    mine = select(comparisons.c.correlation_id).where(comparisons.c.run_id == run.id)
    known: set[UUID] = set()
    if told:
        known |= set((await connection.execute(mine.where(comparisons.c.correlation_id.in_(told)))).scalars())
    if sent:
        ids = [told_id(item) for item in sent]
        known |= set((await connection.execute(mine.where(comparisons.c.request_id.in_(ids)))).scalars())
    return [message for message in messages if message.data.correlation_id not in known]


def _is_told(result: ComparisonResult) -> bool:
    return result.request_id == told_id(result.correlation_id)


async def _keep(
    connection: AsyncConnection, run: Run, messages: Sequence[Message], now: datetime
) -> list[ComparisonResult]:
    highest = select(func.coalesce(func.max(comparisons.c.sequence), 0)).where(comparisons.c.run_id == run.id)
    last = int((await connection.execute(highest)).scalar_one())
    messages = await _unknown(connection, run, messages)
    if not messages:
        return []
    rows = [_row(run, message, last + place, now) for place, message in enumerate(messages, start=1)]
    kept = insert(comparisons).values(rows).on_conflict_do_nothing().returning(comparisons.c.request_id)
    fresh = set((await connection.execute(kept)).scalars())
    for row in rows:
        if row["request_id"] not in fresh:
            log.warning("duplicate_llm_comparison_skipped", request_id=row["request_id"])
    return [message.data for message in messages if message.data.request_id in fresh]


async def _unknown(connection: AsyncConnection, run: Run, messages: Sequence[Message]) -> list[Message]:
    """Leave out verdicts that came before, so that those that are new are numbered without gaps."""
    ids = [message.data.request_id[:64] for message in messages]
    mine = select(comparisons.c.request_id).where(comparisons.c.run_id == run.id)
    known = set((await connection.execute(mine.where(comparisons.c.request_id.in_(ids)))).scalars())
    fresh = [message for message in messages if message.data.request_id[:64] not in known]
    if len(fresh) < len(messages):
        log.info("known_llm_comparisons_passed_over", event_count=len(messages) - len(fresh))
    return fresh


async def _send_on(connection: AsyncConnection, run: Run, settings: RunnerSettings, now: datetime) -> None:
    """Let the run go where it goes when verdicts came in."""
    if run.status is RunState.PUBLISHED:
        again = await store.get(connection, run.id)
        await store.move(connection, again, RunState.RUNNING, Change(due_at=_due(run)), now=now)
    elif run.status is RunState.FINISHING:
        await connection.execute(update(runs).where(runs.c.id == run.id).values(due_at=now))
        await notify(connection, RUNS_CHANNEL)
    elif run.is_final:
        await revisions.want(connection, run, settings, now)


def _due(run: Run) -> datetime | None:
    """Return when to look at a run that goes on: now where cj is to be asked about it, else at its deadline."""
    return run.due_at if recollection.of(run.recollect).pending else run.deadline_at


def _sums(run: Run, counted: Sequence[ComparisonResult], now: datetime) -> dict[str, object]:
    answered = run.comparisons_received + run.comparisons_late + len(counted)
    told = max(whole(item.meta("comparison_number")) for item in counted)
    sums: dict[str, object] = {
        "comparisons_asked": asked_at_least(run.comparisons_asked, answered, told, budget_of(run)),
        "updated_at": now,
        "heard_at": now,
    }
    if run.is_final:
        return sums | {"comparisons_late": run.comparisons_late + len(counted)}
    failed = sum(result.winner is None for result in counted)
    return sums | {
        "comparisons_received": run.comparisons_received + len(counted),
        "comparisons_failed": run.comparisons_failed + failed,
        "wave": max(run.wave, *(whole(item.meta("comparison_iteration")) for item in counted)),
        "prompt_tokens": run.prompt_tokens + sum(item.token_usage.prompt_tokens for item in counted),
        "completion_tokens": run.completion_tokens + sum(item.token_usage.completion_tokens for item in counted),
        "cost_usd": run.cost_usd + sum(item.cost_estimate for item in counted),
    }


def _row(run: Run, message: Message, sequence: int, now: datetime) -> dict[str, object]:
    result = message.data
    first, second = result.meta("essay_a_id"), result.meta("essay_b_id")
    if not first or not second:
        raise InvalidInput.at("request_metadata", "holds no essay_a_id and essay_b_id")
    error = result.error_detail
    return {
        "run_id": run.id,
        "request_id": result.request_id[:64],
        "sequence": sequence,
        "correlation_id": result.correlation_id,
        "essay_a_id": first[:64],
        "essay_b_id": second[:64],
        "winner": None if result.winner is None else result.winner[-1].lower(),
        "confidence": result.confidence,
        "justification": result.justification,
        "error_code": None if error is None else error.error_code[:64],
        "error_message": None if error is None else error.message,
        "provider": result.provider[:64],
        "model": result.model[:255],
        "prompt_sha256": _hash(result.meta("prompt_sha256")),
        "prompt_tokens": result.token_usage.prompt_tokens,
        "completion_tokens": result.token_usage.completion_tokens,
        "cost_usd": result.cost_estimate,
        "requested_at": result.requested_at,
        "completed_at": result.completed_at,
        "late": run.is_final,
        "raw": message.record.value,
        "received_at": now,
    }


def _hash(text: str | None) -> str | None:
    good = text is not None and len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
    return text if good else None
