"""The metrics of webhooks. Labels are results and reasons, never hosts, ids or owners."""

from app.telemetry.metrics import COUNTED, Counter, Gauge, Histogram

DELIVERIES = Counter("cj_runner_webhook_deliveries_total", "Deliveries that ended, by result", ["result"])
ATTEMPTS = Counter("cj_runner_webhook_attempts_total", "Attempts, by what came of them", ["result"])
ATTEMPT_SECONDS = Histogram(
    "cj_runner_webhook_attempt_seconds",
    "Time of an attempt",
    ["result"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20),
)
BACKLOG = Gauge("cj_runner_webhook_backlog", "Deliveries that are due and not ended", multiprocess_mode=COUNTED)
OLDEST_S = Gauge(
    "cj_runner_webhook_oldest_due_seconds",
    "How long the oldest due delivery has been due",
    multiprocess_mode=COUNTED,
)
PENDING = Gauge(
    "cj_runner_webhook_pending",
    "Deliveries that are not ended, those of later tries included",
    multiprocess_mode=COUNTED,
)
DISABLED = Gauge(
    "cj_runner_webhook_subscriptions_disabled",
    "Disabled subscriptions by reason",
    ["reason"],
    multiprocess_mode=COUNTED,
)
