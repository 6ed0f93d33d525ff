"""Every metric of the gateway has its moment: written when the thing happens, with the labels operators know."""

import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

from app.contracts.llm_http import PromptBlock
from app.db.unit import Database
from app.gateway import metrics
from app.gateway.providers.base import BatchJudge, FailureKind, Question, Usage
from app.gateway.providers.mock_batch import InProcessBatches
from app.roles.stack import ROOT
from app.telemetry.metrics import Counter, Gauge, Histogram, expose
from tests.integration.gateway_parts import Scripted, failure, metric, opened, request, settings, verdict

MODEL = {"provider": "mock", "model": "latent"}


class Watched:
    """Values of metrics before and after."""

    def __init__(self) -> None:
        self._before = self._now()

    @staticmethod
    def _now() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
        }

    def grown(self, name: str, **labels: str) -> float:
        """Return by how much a sample grew, to six digits: sums of other tests may be large."""
        key = (name, frozenset(labels.items()))
        return round(self._now().get(key, 0.0) - self._before.get(key, 0.0), 6)


async def test_the_life_of_a_comparison_is_counted_once_under_each_name(
    database: Database, database_url: str
) -> None:
    watched = Watched()
    judge = Scripted(verdict(Question("p", "", "", "latent"), usage=Usage(1000, 50, 0.5, cached_tokens=800)))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        block = PromptBlock(content="shared", cacheable=True, ttl="1h").model_dump()
        await gateway.ask(prompt_blocks=[block], metadata={"assignment_id": "x"})
        assert watched.grown("llm_requests_total", request_type="comparison", status="queued", **MODEL) == 1
        gateway.clock.pass_by(40)
        await gateway.work()
    both = ("llm_requests_total", "llm_provider_requests_total")
    for name in both:
        assert watched.grown(name, request_type="comparison", status="queued", **MODEL) == 1
        assert watched.grown(name, request_type="comparison", status="succeeded", **MODEL) == 1
    mode = {"queue_processing_mode": "per_request", "result": "success"}
    assert watched.grown("llm_provider_queue_wait_time_seconds_count", **mode) == 1
    assert watched.grown("llm_provider_queue_wait_time_seconds_sum", **mode) == 40
    assert watched.grown("llm_provider_comparison_callbacks_total", **mode) == 1
    assert watched.grown("llm_provider_tokens_used_total", token_type="prompt", **MODEL) == 1000
    assert watched.grown("llm_provider_tokens_used_total", token_type="total", **MODEL) == 1050
    assert watched.grown("llm_provider_cost_dollars_total", **MODEL) == 0.5
    assert watched.grown("llm_provider_prompt_cache_events_total", result="hit", **MODEL) == 1
    assert watched.grown("llm_provider_prompt_cache_tokens_total", direction="read", **MODEL) == 800
    assert watched.grown("llm_provider_cache_scope_total", scope="assignment", result="hit", **MODEL) == 1
    labels = {"target": "user_content", "cacheable": "true", "ttl": "1h"}
    assert watched.grown("llm_provider_prompt_blocks_total", **labels, **MODEL) == 1
    assert watched.grown("llm_provider_response_duration_seconds_count", **MODEL) == 1
    for stage in ("waiting", "judging", "total"):
        name = "llm_provider_request_lifecycle_duration_seconds_count"
        assert watched.grown(name, provider="mock", lifecycle_stage=stage) == 1
    http = {"method": "POST", "endpoint": "/api/v1/comparison", "status_code": "202"}
    assert watched.grown("llm_provider_http_requests_total", **http) == 1


@pytest.mark.parametrize(("mode", "result"), [("serial_bundle", "failure"), ("per_request", "expired")])
async def test_ends_without_a_verdict_are_counted_by_mode_and_result(
    database: Database, database_url: str, mode: str, result: str
) -> None:
    watched = Watched()
    judge = Scripted(failure(FailureKind.REFUSED, "LLM_CONTENT_TOO_LONG", http_status=400))
    async with opened(database, database_url, {"mock": judge}, settings(queue_processing_mode=mode)) as gateway:
        await gateway.ask()
        if result == "expired":
            gateway.clock.pass_by(5 * 3600)
        await gateway.work()
    labels = {"queue_processing_mode": mode, "result": result}
    assert watched.grown("llm_provider_comparison_callbacks_total", **labels) == 1
    assert watched.grown("llm_provider_queue_wait_time_seconds_count", **labels) == 1
    expiry = {"provider": "mock", "queue_processing_mode": mode}
    gone = watched.grown("llm_provider_queue_expiry_total", expiry_reason="cleanup", **expiry)
    assert gone == watched.grown("llm_provider_queue_expiry_age_seconds_count", **expiry) == (result == "expired")
    errors = watched.grown(
        "llm_provider_api_errors_total", provider="mock", error_type="refused", http_status_code="400"
    )
    assert errors == (result == "failure")


async def test_the_depth_is_a_gauge_by_kind_of_queue(database: Database, database_url: str) -> None:
    chosen = settings(concurrency=1, circuit_breaker_open_s=1e6, circuit_breaker_failure_threshold=1)
    judge = Scripted(failure(FailureKind.RETRY_AFTER))
    async with opened(database, database_url, {"mock": judge}, chosen) as gateway:
        await gateway.ask_many(7)
        await gateway.work(3)
        gateway.clock.pass_by(2)
        await gateway.work(1)
        assert metric("llm_provider_queue_depth", queue_type="queued") == 7
        assert metric("llm_provider_queue_depth", queue_type="total") == 7


async def test_circuits_bundles_and_jobs_are_counted(database: Database, database_url: str) -> None:
    watched = Watched()
    judge = Scripted(failure(FailureKind.BROKEN, "INVALID_API_KEY"))
    batches: dict[str, BatchJudge] = {}
    chosen = settings(batch_api_mode="opportunistic", batch_api_gather_s=0, circuit_breaker_open_s=10)
    async with opened(database, database_url, {"mock": judge}, chosen, batches) as gateway:
        batches["mock"] = InProcessBatches(judge, gateway.clock)
        await gateway.ask_many(1)
        await gateway.work()
        gateway.clock.pass_by(11)
        await gateway.ask_many(3, metadata={"cj_llm_batching_mode": "serial_bundle"})
        await gateway.ask_many(2, metadata={"cj_llm_batching_mode": "provider_batch_api"})
        await gateway.work()
        await gateway.jobs()
        gateway.clock.pass_by(60)
        await gateway.jobs()
    circuit = {"service": "llm_provider_service", "circuit_name": "mock/latent"}
    move = watched.grown(
        "llm_provider_circuit_breaker_state_changes_total", from_state="closed", to_state="open", **circuit
    )
    assert move == 1
    assert metric("llm_provider_circuit_breaker_state", **circuit) == 0
    assert watched.grown("llm_provider_circuit_breaker_calls_total", result="failure", **circuit) == 1
    assert watched.grown("llm_provider_circuit_breaker_calls_total", result="success", **circuit) == 3
    assert watched.grown("llm_provider_serial_bundle_calls_total", **MODEL) == 1
    assert watched.grown("llm_provider_serial_bundle_items_per_call_sum", **MODEL) == 3
    assert watched.grown("llm_provider_batch_api_jobs_total", status="scheduled", **MODEL) == 1
    assert watched.grown("llm_provider_batch_api_jobs_total", status="completed", **MODEL) == 1
    assert watched.grown("llm_provider_batch_api_items_per_job_sum", **MODEL) == 2
    assert watched.grown("llm_provider_batch_api_job_duration_seconds_count", **MODEL) == 1
    done = watched.grown(
        "llm_provider_comparison_callbacks_total", queue_processing_mode="batch_api", result="success"
    )
    assert done == 2


async def test_rarer_moments_are_counted_too(database: Database, database_url: str) -> None:
    watched = Watched()
    unknown = verdict(Question("p", "", "", "latent"), usage=Usage(1, 1, cost_known=False))
    blocks = [{"content": "a", "cacheable": True, "ttl": "5m"}, {"content": "b", "cacheable": True, "ttl": "1h"}]
    chosen = settings(queue_max_size=1, cost_limit_usd_per_day=1.0)
    judges = {"openai": Scripted(unknown)}
    async with opened(database, database_url, judges, chosen) as gateway:
        wanted = [request(overrides={"provider_override": "openai"}, prompt_blocks=blocks) for _ in range(2)]
        await gateway.http.post("/api/v1/comparisons", json={"comparisons": wanted})
        await gateway.work()
    model: dict[str, Any] = {"provider": "openai", "model": "latent"}
    assert watched.grown("llm_provider_queue_overflow_total", queue_type="total") == 1
    assert watched.grown("llm_provider_prompt_ttl_violations_total", stage="request", **model) == 2
    assert watched.grown("llm_provider_cost_unknown_total", **model) == 1
    assert watched.grown("llm_provider_cost_limit_blind_total", **model) == 1
    validated = {"provider": "openai", "validation_type": "request"}
    assert watched.grown("llm_provider_validation_duration_seconds_count", **validated) == 2


def test_no_metric_is_declared_without_a_writer() -> None:
    code = "\n".join(
        path.read_text() for path in (ROOT / "app/gateway").rglob("*.py") if path.name != "metrics.py"
    )
    declared = {name for name, value in vars(metrics).items() if isinstance(value, Counter | Gauge | Histogram)}
    assert {name for name in declared if not re.search(rf"metrics\.{name}\b", code)} == set()
    assert len(declared) >= 35


def test_the_buckets_are_those_that_dashboards_expect() -> None:
    metrics.BUNDLE_ITEMS.labels("shape", "shape").observe(1)
    found = re.findall(
        r'llm_provider_serial_bundle_items_per_call_bucket\{le="([^"]+)",model="shape"', expose().decode()
    )
    assert found == ["1.0", "2.0", "4.0", "8.0", "16.0", "32.0", "64.0", "+Inf"]
