"""The gateway's own metrics."""

from app.telemetry.metrics import Counter, Gauge, Histogram

ACCEPTED = Counter("llm_provider_requests_total", "Comparisons taken in", ["provider", "status"])
VERDICTS = Counter("llm_provider_verdicts_total", "Comparisons answered", ["provider", "model", "result"])
TOKENS = Counter("llm_provider_tokens_total", "Tokens used", ["provider", "model", "kind"])
COST = Counter("llm_provider_cost_usd_total", "Money spent", ["provider", "model"])
QUEUE_DEPTH = Gauge("llm_provider_queue_depth", "Comparisons that wait")
QUEUE_WAIT = Histogram("llm_provider_queue_wait_time_seconds", "From taken in to asked", ["provider"])
EXPIRED = Counter("llm_provider_queue_expiry_total", "Comparisons that waited too long", ["provider"])
