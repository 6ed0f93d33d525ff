"""The engine's own metrics, under the names that the platform's dashboards know. Labels are never ids.

Written where the thing happens; the gauges of states are counted from the tables by ``observe``.
"""

from app.telemetry.metrics import COUNTED, Counter, Gauge, Histogram

API_CALLS = Counter(
    "cj_assessment_llm_api_calls_total", "Comparisons handed to the gateway", ["provider", "model", "status"]
)
LLM_REQUESTS = Counter("cj_llm_requests_total", "Comparisons taken by the gateway", ["batching_mode"])
BATCHES_STARTED = Counter("cj_llm_batches_started_total", "First waves", ["batching_mode"])
DECISIONS = Counter("cj_workflow_decisions_total", "What came after a wave", ["decision"])
CALLBACKS = Counter("cj_callbacks_processed_total", "Verdicts and failures taken in", ["status"])
COMPARISONS = Counter("cj_comparisons_total", "Comparisons by outcome", ["status"])
FAILED_COMPARISONS = Counter("cj_failed_comparisons_total", "Failures by code", ["failure_reason"])
RETRIES = Counter("cj_successful_retries_total", "Verdicts of comparisons that had failed before")
RETRY_WAVES = Counter("cj_retry_batches_submitted_total", "Waves that asked failed comparisons again")
LOOKED_UP = Counter("cj_verdicts_looked_up_total", "Missing verdicts by what the gateway said", ["outcome"])
ASKED_AGAIN = Counter("cj_comparisons_asked_again_total", "Comparisons asked anew because no verdict came")
PERMANENTLY_FAILED = Counter("cj_permanently_failed_comparisons_total", "Comparisons that will not be asked again")
CALLBACK_LATENCY = Histogram(
    "cj_callback_latency_seconds", "From asked to answered", buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 120)
)
PROMPT_FAILURES = Counter(
    "huleedu_cj_prompt_fetch_failures_total", "Prompts and rubrics that were not there", ["reason"]
)
PROMPT_SUCCESSES = Counter("huleedu_cj_prompt_fetch_success_total", "Prompts and rubrics that were fetched")
ADMIN_OPERATIONS = Counter(
    "cj_admin_instruction_operations_total", "Calls of admins by what they did", ["operation", "status"]
)
STATES = Gauge("cj_batch_state", "Batches by state", ["state"], multiprocess_mode=COUNTED)
STUCK = Gauge("cj_stuck_batches_detected", "Batches that take longer than they may", multiprocess_mode=COUNTED)
STUCK_RECOVERED = Counter("cj_stuck_batches_recovered_total", "Batches that ended well at their time-out")
STUCK_FAILED = Counter("cj_stuck_batches_failed_total", "Batches that ended badly at their time-out")
PROGRESS = Histogram(
    "cj_batch_progress_percentage",
    "Share of the budget that ended batches had used",
    buckets=(*range(0, 100, 10), 95, 99, 100),
)
DURATION = Histogram(
    "cj_batch_processing_duration_seconds",
    "From the request to the end",
    buckets=(1, 5, 15, 60, 120, 300, 600, 1200, 1800, 3600, 7200),
)
ITERATIONS = Histogram(
    "cj_iterations_per_batch", "Waves of ended batches", buckets=(1, 2, 3, 5, 10, 15, 20, 30, 50)
)
COMPARISONS_MADE = Histogram(
    "huleedu_cj_comparisons_made", "Verdicts of ended batches", buckets=(0, 10, 25, 50, 100, 200, 500, 1000)
)
CHANGES = Histogram(
    "cj_score_stability_changes",
    "Largest change of a score from wave to wave",
    buckets=(0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1),
)
SE_INFLATED = Counter("cj_bt_se_inflated_batches_total", "Completed batches with large standard errors")
SPARSE = Counter("cj_bt_sparse_coverage_batches_total", "Completed batches with too few comparisons an essay")


def observe_change(change: float | None) -> None:
    """Note how far scores have moved, where there was an earlier fit."""
    if change is not None:
        CHANGES.observe(change)


def count_flags(flags: dict[str, bool]) -> None:
    """Count a completed batch once for each flag that it carries."""
    if flags["bt_se_inflated"]:
        SE_INFLATED.inc()
    if flags["comparison_coverage_sparse"]:
        SPARSE.inc()
