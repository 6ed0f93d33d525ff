"""Metrics of access: bad credentials by reason."""

from app.telemetry.metrics import Counter

FAILED = Counter("cj_runner_authentication_failures_total", "Requests without a good credential", ["reason"])
