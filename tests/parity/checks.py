"""The assertions that every parity suite shares: callbacks, winners, tokens, latency, and the pinned metrics."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from tests.integration.parts import Json
from tests.parity.rig import Metrics
from tests.parity.traces import Trace

RESULTS = {"success", "failure", "expired"}
MOST_WAITING = 1000
LONGEST_MEAN_WAIT_S = 120.0


def every_callback_is_good(asked: Sequence[Json], answered: Sequence[Json]) -> None:
    """Each request has a verdict with a confidence from 1 to 5 and the caller's metadata."""
    assert len(answered) == len(asked)
    for request, callback in zip(asked, answered, strict=True):
        assert callback["error_detail"] is None
        assert callback["winner"] in {"Essay A", "Essay B"}
        assert 1 <= callback["confidence"] <= 5
        assert request["metadata"].items() <= callback["request_metadata"].items()
        assert callback["provider"] == "mock"
        assert callback["model"] == request["llm_config_overrides"]["model_override"]


def share_of_a(answered: Sequence[Json]) -> float:
    return fmean(callback["winner"] == "Essay A" for callback in answered)


def mean_tokens(answered: Sequence[Json], kind: str) -> float:
    return fmean(callback["token_usage"][f"{kind}_tokens"] for callback in answered)


def tokens_are_near(answered: Sequence[Json], trace: Trace, *, completion_within: float | None = None) -> None:
    """Each mean is within 5 tokens or half of the recorded one, whichever is more."""
    for kind in ("prompt", "completion", "total"):
        recorded: float = getattr(trace, kind)
        allowed = max(5.0, 0.5 * recorded)
        if kind == "completion" and completion_within is not None:
            allowed = completion_within
        assert abs(mean_tokens(answered, kind) - recorded) <= allowed, kind


def latency_is_no_worse(answered: Sequence[Json], trace: Trace) -> None:
    """The mean is at most 100 ms above the recorded one, the 95th percentile at most 200 ms."""
    taken = [callback["response_time_ms"] for callback in answered]
    assert fmean(taken) <= trace.mean_ms + 100
    assert float(np.percentile(taken, 95)) <= trace.p95_ms + 200


def queue_metrics_are_pinned(metrics: Metrics, mode: str, count: int) -> None:
    """Waiting, callbacks and depth of the queue: results are known ones, and nothing runs away."""
    waits = metrics.by_label("llm_provider_queue_wait_time_seconds_count", "result", queue_processing_mode=mode)
    assert set(waits) <= RESULTS
    assert waits["success"] == count
    waited = metrics.total("llm_provider_queue_wait_time_seconds_sum", queue_processing_mode=mode)
    assert 0 <= waited / sum(waits.values()) <= LONGEST_MEAN_WAIT_S
    callbacks = metrics.by_label("llm_provider_comparison_callbacks_total", "result", queue_processing_mode=mode)
    assert set(callbacks) <= RESULTS
    assert sum(callbacks.values()) >= 1
    assert metrics.now("llm_provider_queue_depth", queue_type="total") <= MOST_WAITING


def bundles_are_pinned(metrics: Metrics, model: str, count: int, most: int) -> None:
    """Bundles were judged, and the largest, as far as buckets tell, holds no more than the setting allows."""
    labels = {"provider": "mock", "model": model}
    calls = metrics.total("llm_provider_serial_bundle_calls_total", **labels)
    items = metrics.total("llm_provider_serial_bundle_items_per_call_count", **labels)
    assert calls >= 1
    assert items == calls
    assert metrics.total("llm_provider_serial_bundle_items_per_call_sum", **labels) == count
    assert 1 <= metrics.highest_bucket("llm_provider_serial_bundle_items_per_call_bucket", **labels) <= most


def jobs_are_pinned(metrics: Metrics, model: str, count: int) -> None:
    """At least one job was handed in and ended, and all comparisons went through jobs."""
    labels = {"provider": "mock", "model": model}
    jobs = metrics.by_label("llm_provider_batch_api_jobs_total", "status", **labels)
    assert jobs["scheduled"] >= 1
    assert jobs["completed"] >= 1
    assert metrics.total("llm_provider_batch_api_items_per_job_sum", **labels) == count
    assert metrics.total("llm_provider_batch_api_job_duration_seconds_count", **labels) >= 1
