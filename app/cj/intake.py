"""Requests in: one batch row for each request; everything that needs the network comes later.

Fed by ``huleedu.els.cj_assessment.requested.v1``; feeds ``prepare``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.states import BatchState
from app.cj.stopping import StopRule
from app.cj.tables import BATCHES_CHANNEL, batches
from app.contracts.cj_events import CJRequest, CJRequestEnvelope
from app.contracts.topics import Topic
from app.db.listen import notify
from app.messaging.consume import Incoming, Route
from app.settings import CJSettings

MODES = ("per_request", "serial_bundle", "provider_batch_api")
DEFAULT_SEED = 0


def route(settings: CJSettings, clock: Callable[[], datetime]) -> Route[CJRequest]:
    """Return the route of requests."""

    async def handle(connection: AsyncConnection, messages: Sequence[Incoming[CJRequest]]) -> None:
        now = clock()
        rows = [_row(message, settings, now) for message in messages]
        await connection.execute(insert(batches).on_conflict_do_nothing(), rows)
        await notify(connection, BATCHES_CHANNEL)

    return Route(Topic.CJ_REQUESTED, CJRequestEnvelope, lambda envelope: envelope.data.entity_id, handle)


def _row(message: Incoming[CJRequest], settings: CJSettings, now: datetime) -> dict[str, object]:
    envelope = message.envelope
    return {
        "bos_batch_id": envelope.data.entity_id,
        "correlation_id": envelope.correlation_id,
        "status": BatchState.RECEIVED,
        "request": envelope.data.model_dump(mode="json"),
        "plan": plan_of(envelope.metadata or {}, settings),
        "created_at": now,
        "updated_at": now,
        "due_at": now,
    }


def plan_of(metadata: Mapping[str, object], settings: CJSettings) -> dict[str, object]:
    """Return cap, seed and stop rule from the envelope's metadata; what is unusable there is passed over."""
    wanted = _positive(metadata.get("max_comparisons"))
    seed = _whole(metadata.get("seed"))
    hint = str(metadata.get("llm_batching_mode_hint") or "").strip().lower()
    rule = str(metadata.get("stop_rule") or StopRule.STABILITY)
    usual_seed = DEFAULT_SEED if settings.pair_generation_seed is None else settings.pair_generation_seed
    return {
        "cap": min(settings.max_pairwise_comparisons, wanted or settings.max_pairwise_comparisons),
        "seed": usual_seed if seed is None else seed,
        "rule": rule if rule in set(StopRule) else StopRule.STABILITY,
        "source": "service_default" if wanted is None else "runner_override",
        "batching_mode": hint if hint in MODES else settings.llm_batching_mode,
    }


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _positive(value: object) -> int | None:
    return _whole(value) or None
