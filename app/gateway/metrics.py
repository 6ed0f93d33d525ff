"""The gateway's own metrics, under the names that operators of the platform know.

Fed by ``observe``, ``gates``, ``sweep``, ``jobs`` and the HTTP edge.
"""

from app.gateway.breaker import Circuit
from app.telemetry.metrics import COUNTED, Counter, Gauge, Histogram

CIRCUIT_NUMBERS = {Circuit.CLOSED: 0, Circuit.OPEN: 1, Circuit.HALF_OPEN: 2}
_BY_MODEL = ["provider", "model"]
_BY_MODE = ["provider", "queue_processing_mode"]

HTTP_REQUESTS = Counter("llm_provider_http_requests_total", "HTTP requests", ["method", "endpoint", "status_code"])
HTTP_SECONDS = Histogram(
    "llm_provider_http_request_duration_seconds", "Time of HTTP requests", ["method", "endpoint"]
)
REQUESTS = Counter(
    "llm_provider_requests_total", "Comparisons by what became of them", [*_BY_MODEL, "request_type", "status"]
)
REQUESTS_ALIAS = Counter(
    "llm_requests_total", "The same as llm_provider_requests_total", [*_BY_MODEL, "request_type", "status"]
)
API_ERRORS = Counter(
    "llm_provider_api_errors_total", "Failed calls", ["provider", "error_type", "http_status_code"]
)
ERRORS = Counter("llm_provider_errors_total", "Failed calls by error code", [*_BY_MODEL, "error_type"])
RESPONSE_SECONDS = Histogram(
    "llm_provider_response_duration_seconds",
    "Time of a call",
    _BY_MODEL,
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)
RESPONSE_FINE_SECONDS = Histogram(
    "llm_provider_response_time_percentiles",
    "Time of a call, finely",
    [*_BY_MODEL, "request_type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
)
VALIDATION_SECONDS = Histogram(
    "llm_provider_validation_duration_seconds",
    "Time of checking what came in",
    ["provider", "validation_type"],
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5),
)
TOKENS = Counter("llm_provider_tokens_used_total", "Tokens used", [*_BY_MODEL, "token_type"])
COST = Counter("llm_provider_cost_dollars_total", "Money spent", _BY_MODEL)
COST_UNKNOWN = Counter("llm_provider_cost_unknown_total", "Calls whose price nobody knows", _BY_MODEL)
LIMIT_BLIND = Counter(
    "llm_provider_cost_limit_blind_total", "Calls under a money limit without a known price", _BY_MODEL
)
CIRCUIT_STATE = Gauge(
    "llm_provider_circuit_breaker_state",
    "0 closed, 1 open, 2 half-open",
    ["service", "circuit_name"],
    multiprocess_mode="livemax",
)
CIRCUIT_CHANGES = Counter(
    "llm_provider_circuit_breaker_state_changes_total",
    "Moves of a circuit",
    ["service", "circuit_name", "from_state", "to_state"],
)
CIRCUIT_CALLS = Counter(
    "llm_provider_circuit_breaker_calls_total", "Calls seen by a circuit", ["service", "circuit_name", "result"]
)
CONCURRENT = Gauge(
    "llm_provider_concurrent_requests", "Calls under way", ["provider"], multiprocess_mode="livesum"
)
AVAILABILITY = Gauge(
    "llm_provider_availability_percentage",
    "Share of late calls that were served",
    ["provider"],
    multiprocess_mode="livemin",
)
QUEUE_DEPTH = Gauge(
    "llm_provider_queue_depth",
    "Comparisons without an answer: all (total), not yet taken (queued)",
    ["queue_type"],
    multiprocess_mode=COUNTED,
)
QUEUE_OVERFLOW = Counter(
    "llm_provider_queue_overflow_total", "Comparisons refused for lack of room", ["queue_type"]
)
PROCESSING_SECONDS = Histogram(
    "llm_provider_queue_processing_time_seconds",
    "From asked to answered",
    ["provider", "status"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
WAIT_SECONDS = Histogram(
    "llm_provider_queue_wait_time_seconds",
    "From taken in to asked for the last time",
    ["queue_processing_mode", "result"],
    buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
)
LIFECYCLE_SECONDS = Histogram(
    "llm_provider_request_lifecycle_duration_seconds",
    "Stages of a comparison: waiting, judging, total",
    ["provider", "lifecycle_stage"],
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
CALLBACKS = Counter(
    "llm_provider_comparison_callbacks_total", "Callbacks sent", ["queue_processing_mode", "result"]
)
FOUND = Counter("llm_provider_comparisons_found_total", "Comparisons looked up by their ids", ["state"])
EXPIRED = Counter(
    "llm_provider_queue_expiry_total", "Comparisons that waited too long", [*_BY_MODE, "expiry_reason"]
)
EXPIRED_AGE = Histogram(
    "llm_provider_queue_expiry_age_seconds",
    "Age of comparisons that waited too long",
    _BY_MODE,
    buckets=(1, 5, 10, 30, 60, 300, 600, 1800, 3600, 14_400, 86_400),
)
BUNDLE_CALLS = Counter("llm_provider_serial_bundle_calls_total", "Serial bundles judged", _BY_MODEL)
BUNDLE_ITEMS = Histogram(
    "llm_provider_serial_bundle_items_per_call",
    "Comparisons in a serial bundle",
    _BY_MODEL,
    buckets=(1, 2, 4, 8, 16, 32, 64),
)
JOBS = Counter("llm_provider_batch_api_jobs_total", "Batch jobs of providers", [*_BY_MODEL, "status"])
JOB_ITEMS = Histogram(
    "llm_provider_batch_api_items_per_job",
    "Comparisons in a batch job",
    _BY_MODEL,
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 512, 2048),
)
JOB_SECONDS = Histogram(
    "llm_provider_batch_api_job_duration_seconds",
    "From handed in to read",
    _BY_MODEL,
    buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 1800, 3600, 14_400, 86_400),
)
CACHE_EVENTS = Counter(
    "llm_provider_prompt_cache_events_total", "Calls by use of the provider's prompt cache", [*_BY_MODEL, "result"]
)
CACHE_TOKENS = Counter(
    "llm_provider_prompt_cache_tokens_total",
    "Tokens read from and written to the cache",
    [*_BY_MODEL, "direction"],
)
CACHE_SCOPE = Counter(
    "llm_provider_cache_scope_total", "Cache use by kind of work", [*_BY_MODEL, "scope", "result"]
)
BLOCKS = Counter(
    "llm_provider_prompt_blocks_total", "Prompt blocks asked with", [*_BY_MODEL, "target", "cacheable", "ttl"]
)
PROMPT_TOKENS = Histogram(
    "llm_provider_prompt_tokens_histogram",
    "Tokens of a prompt's sections, estimated",
    [*_BY_MODEL, "section"],
    buckets=(16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192),
)
TTL_VIOLATIONS = Counter(
    "llm_provider_prompt_ttl_violations_total",
    "Prompts in which a shorter-lived block stands before a longer-lived one",
    [*_BY_MODEL, "stage"],
)
