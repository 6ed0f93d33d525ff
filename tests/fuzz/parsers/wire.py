"""What comes by Kafka, under fuzz: the envelope of every event, what is read in it, and what is shown of it."""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import orjson
from pydantic import BaseModel

from app.cj import collect as cj_collect
from app.cj import intake
from app.cj.wishes import check_request, plan_of, read_wishes, stored
from app.contracts import cj_events, llm_events
from app.contracts.envelope import Envelope, Unreadable, read
from app.errors import InvalidInput
from app.messaging.redact import plain_headers, plain_key, redacted
from app.runner.collect import announced, verdicts
from app.settings import CJSettings
from tests.fuzz.parsers import bytes_mutated, json_mutated
from tests.fuzz.parsers.target import Chance, Target, hold

BATCH = "0197a3f0-6b1c-7c3e-9a51-3d2f0e7a9b11"
AT = "2026-03-01T12:00:00Z"
SYSTEM = {"entity_id": BATCH, "timestamp": AT, "started_at": AT, "event": "x", "error_info": {"code": "x"}}
BASE = {"entity_id": BATCH, "entity_type": "batch", "parent_id": None, "timestamp": AT}
REQUESTED = BASE | {
    "event_name": "els.cj_assessment.requested",
    "system_metadata": SYSTEM,
    "essays_for_cj": [{"essay_id": f"student::{n}", "text_storage_id": f"text-{n}"} for n in range(3)],
    "language": "en",
    "course_code": "ENG5",
    "student_prompt_ref": {"references": {"student_prompt_text": {"storage_id": "task", "path": ""}}},
    "llm_config_overrides": {"provider_override": "mock", "temperature_override": 0.0, "max_tokens_override": 300},
    "assignment_id": "a-1",
    "user_id": "u-1",
    "org_id": None,
}
WISHES = {
    "max_comparisons": 66,
    "seed": 7,
    "stop_rule": "precision",
    "stop": {"target_mean_se": 0.3, "min_comparisons": 12, "threshold": 0.05},
    "design": {"policy": "information", "count_weight": 1.5},
    "batch_config_overrides": {"batch_size": 50, "partial_completion_threshold": 0.9},
    "llm_batching_mode_hint": "serial_bundle",
    "max_cost_usd": 1.5,
}
VERDICT = {
    "request_id": "0197a3f0-0000-7000-8000-000000000001",
    "correlation_id": BATCH,
    "winner": "Essay A",
    "justification": "It keeps to the task.",
    "confidence": 4.0,
    "error_detail": None,
    "provider": "mock",
    "model": "latent",
    "response_time_ms": 12,
    "token_usage": {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050},
    "cost_estimate": 0.001,
    "requested_at": AT,
    "completed_at": AT,
    "request_metadata": {"batch_id": BATCH, "essay_a_id": "a", "essay_b_id": "b", "prompt_sha256": "0" * 64},
}
FAILURE = VERDICT | {
    "winner": None,
    "confidence": None,
    "error_detail": {
        "error_code": "TIMEOUT",
        "message": "late",
        "correlation_id": BATCH,
        "timestamp": AT,
        "service": "llm_provider_service",
        "operation": "compare",
        "details": {"attempts": 3},
    },
}
COMPLETED = BASE | {
    "event_name": "cj_assessment.completed",
    "status": "complete_stable",
    "system_metadata": SYSTEM,
    "cj_assessment_job_id": "17",
    "processing_summary": {"total_essays": 3, "successful": 3, "failed": 0, "successful_essay_ids": ["a"]},
}
FAILED = BASE | {"event_name": "cj_assessment.failed", "system_metadata": SYSTEM, "cj_assessment_job_id": "17"}
ESSAY = {
    "essay_id": "student::1",
    "normalized_score": 0.6,
    "letter_grade": "C+",
    "confidence_score": 0.7,
    "confidence_label": "MID",
    "bt_score": -0.31,
    "rank": 1,
    "is_anchor": False,
}
RESULT = BASE | {
    "batch_id": BATCH,
    "cj_assessment_job_id": "17",
    "model_used": "latent",
    "model_provider": "mock",
    "essay_results": [ESSAY, ESSAY | {"essay_id": "anchor::1", "rank": 2, "is_anchor": True}],
    "assessment_metadata": {"comparisons_succeeded": 3, "comparisons_failed": 0, "anchors": [{"id": "a"}]},
    "assessed_at": AT,
}
CONSUMED = BASE | {"user_id": "u", "quantity": 3, "processing_id": "17", "consumed_at": AT}
SETTINGS = CJSettings()


def sent(data: object, metadata: object = None) -> bytes:
    """Return the envelope of an event, as services write it."""
    return orjson.dumps(
        {
            "event_id": BATCH,
            "event_type": "x",
            "event_timestamp": AT,
            "source_service": "somebody",
            "schema_version": 1,
            "correlation_id": BATCH,
            "data_schema_uri": None,
            "data": data,
            "metadata": metadata,
        }
    )


def numbers_in(value: Any) -> Iterable[float]:
    """Yield every floating number of a read shape."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from numbers_in(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_in(item)


def _make(seeds: tuple[bytes, ...], chance: Chance) -> bytes:
    return json_mutated.mutated(chance.choice(seeds), chance, seeds)


def _check(shape: type[Envelope[Any]], look: Callable[[Any], None], raw: bytes) -> bool:
    try:
        envelope = read(shape, raw)
    except Unreadable as error:
        hold(len(error.reason) < 40 and len(error.detail) <= 400, "the reason is no sentence")
        hold("\x00" not in error.detail, "the reason cannot be stored")
        error.detail.encode()
        return False
    hold(all(map(math.isfinite, numbers_in(envelope))), "a number is not finite")
    written = envelope.to_json()
    hold(read(shape, written).to_json() == written, "what is written is not what is read")
    look(envelope)
    return True


def _look_at_request(envelope: Any) -> None:
    hold(len(intake._key(envelope)) <= 128, "the key of a request is too long")
    try:
        request = intake._parsed(envelope.data)
        wishes = read_wishes(envelope.metadata)
        check_request(request, wishes, SETTINGS)
    except InvalidInput as error:
        hold(bool(error.problems), "the refusal names no field")
        str(error).encode()
        return
    plan = plan_of(wishes, request, SETTINGS)
    orjson.dumps(stored(plan))
    hold(0 < plan.cap <= SETTINGS.max_pairwise_comparisons, "the cap is not within the limit")
    hold(all(map(math.isfinite, numbers_in(stored(plan)))), "a number of the plan is not finite")


def _look_at_verdict(envelope: Any) -> None:
    result: llm_events.ComparisonResult = envelope.data
    hold((result.winner is None) == (result.error_detail is not None), "neither verdict nor failure")
    hold(result.winner in (None, "Essay A", "Essay B"), "the winner is nobody")
    hold(result.confidence is None or 1 <= result.confidence <= 5, "the confidence is out of bounds")
    verdicts._key(envelope)
    hold(cj_collect.route(_never).key(envelope) == result.request_id, "the key is another")


def _look_at_announcement(envelope: Any) -> None:
    announced._batch_of(envelope.data)
    hold(len(announced.digest_of(envelope.data)) == 64, "the digest is none")
    if isinstance(envelope.data, cj_events.AssessmentResult):
        announced.counted_by(envelope.data)


def _never() -> Any:
    raise AssertionError("nobody asks for the time")


def _ignore(envelope: Any) -> None:
    del envelope


def _target(name: str, shape: type[Envelope[Any]], look: Callable[[Any], None], *seeds: bytes) -> Target:
    return Target(f"envelope-{name}", partial(_make, seeds), partial(_check, shape, look))


def _redacts(raw: bytes) -> bool:
    shown = orjson.dumps(redacted(raw))
    hold(len(shown) <= 2_000 + 200 * len(raw), "what is shown is far larger than the message")
    hold(b"It keeps to the task" not in shown, "what people wrote is shown")
    plain_key(raw[:64])
    plain_headers({"topic": raw[:64].decode("latin-1"), raw[:8].decode("latin-1"): "x"})
    return True


def _any_message(chance: Chance) -> bytes:
    make = bytes_mutated.mutated if chance.random() < 0.2 else json_mutated.mutated
    return make(chance.choice(EVERY), chance, EVERY)


REQUEST_SEEDS = (sent(REQUESTED, WISHES), sent(REQUESTED | {"assignment_id": None}, {"seed": 1}))
VERDICT_SEEDS = (sent(VERDICT), sent(FAILURE))
RESULT_SEEDS = (sent(RESULT),)
EVERY = (*REQUEST_SEEDS, *VERDICT_SEEDS, *RESULT_SEEDS, sent(COMPLETED), sent(FAILED))
TARGETS = (
    _target("requested", cj_events.RawCJRequestEnvelope, _look_at_request, *REQUEST_SEEDS),
    _target("verdict", llm_events.ComparisonResultEnvelope, _look_at_verdict, *VERDICT_SEEDS),
    _target("completed", cj_events.CJCompletedEnvelope, _look_at_announcement, sent(COMPLETED)),
    _target("failed", cj_events.CJFailedEnvelope, _look_at_announcement, sent(FAILED)),
    _target("result", cj_events.AssessmentResultEnvelope, _look_at_announcement, *RESULT_SEEDS),
    _target("consumption", Envelope[cj_events.ResourceConsumption], _ignore, sent(CONSUMED)),
    Target("redaction", _any_message, _redacts),
)
