"""Metrics: the one door to prometheus-client, and the counters that every service shares.

A service's own metrics stand in its package (``app/<service>/metrics.py``) and come from here.
Labels are bounded: never a run id, a batch id or a text.
"""

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest

__all__ = ["CONTENT_TYPE", "Counter", "Gauge", "Histogram", "expose"]

CONTENT_TYPE = CONTENT_TYPE_LATEST


def expose() -> bytes:
    """Return the text of all metrics of this process."""
    return generate_latest(REGISTRY)


OUTBOX_PENDING = Gauge("messaging_outbox_pending", "Events waiting to be sent", ["service"])
OUTBOX_AGE = Gauge("messaging_outbox_oldest_age_seconds", "Age of the oldest unsent event", ["service"])
OUTBOX_SENT = Counter("messaging_outbox_sent_total", "Events sent to the broker", ["service", "topic"])
CONSUMED = Counter("messaging_consumed_total", "Records taken in", ["service", "topic", "result"])
QUARANTINED = Counter("messaging_quarantined_total", "Records that are unreadable", ["service", "topic", "reason"])
CONSUMER_LAG = Gauge("messaging_consumer_lag", "Records not yet taken in", ["service", "topic", "partition"])
