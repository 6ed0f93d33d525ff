"""Metrics: the one door to prometheus-client, and the counters that every service shares.

A service's own metrics stand in its package (``app/<service>/metrics.py``) and come from here.
Labels are bounded: never a run id, a batch id or a text; of what others name (a model), so many are kept apart.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set, the client keeps all numbers in files of that folder, and each
process shows those of all. A gauge that is counted from a table has the mode ``livemostrecent``: whoever looked
last is right.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

import prometheus_client
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.telemetry.label_names import LABELS

CONTENT_TYPE = CONTENT_TYPE_LATEST
COUNTED: Final = "livemostrecent"
"""The mode of gauges that every process counts from the same table."""
MOST_VALUES = 200
OTHER = "other"
_shared: list[Path] = []
_collected: Callable[[CollectorRegistry, str], object] = MultiProcessCollector
_bury: Callable[[int, str], None] = mark_process_dead
_seen: dict[str, set[str]] = {name: set() for name in LABELS}


def bounded(seen: set[str], value: object) -> str:
    """Return the value of a label, or ``other`` where ``seen`` holds ``MOST_VALUES`` different ones."""
    text = str(value)
    if text not in seen and len(seen) >= MOST_VALUES:
        return OTHER
    seen.add(text)
    return text


class _Bounded(MetricWrapperBase):
    """A metric whose labels have known names and few values."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of its labels."""
        return tuple(self._labelnames)

    def labels(self, *labelvalues: object, **labelkwargs: object) -> Self:
        """Return the child for these values, given in the order of the labels."""
        named = dict(zip(self._labelnames, labelvalues, strict=not labelkwargs)) | labelkwargs
        return super().labels(**{name: bounded(_seen[name], value) for name, value in named.items()})


class Counter(_Bounded, prometheus_client.Counter):
    """A number that only grows."""


class Gauge(_Bounded, prometheus_client.Gauge):
    """A number that goes up and down."""


class Histogram(_Bounded, prometheus_client.Histogram):
    """Counts by size."""


def expose() -> bytes:
    """Return the text of all metrics of this process, or of all that share a folder with it."""
    if not _shared:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    _collected(together, str(_shared[0]))
    return generate_latest(together)


def share(folder: Path | None) -> None:
    """Show the metrics of all processes that keep theirs in ``folder``, but not the gauges of dead ones."""
    _shared[:] = [] if folder is None else [folder]
    if folder is None:
        return
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}:
        if not _lives(pid):
            forget(pid)


def forget(pid: int) -> None:
    """Take the gauges of a process that has ended out of the shared folder; what it counted stays."""
    for folder in _shared:
        _bury(pid, str(folder))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


OUTBOX_PENDING = Gauge(
    "messaging_outbox_pending", "Events waiting to be sent", ["service"], multiprocess_mode=COUNTED
)
OUTBOX_AGE = Gauge(
    "messaging_outbox_oldest_age_seconds", "Age of the oldest unsent event", ["service"], multiprocess_mode=COUNTED
)
OUTBOX_SENT = Counter("messaging_outbox_sent_total", "Events sent to the broker", ["service", "topic"])
CLOCK_OFF = Gauge(
    "process_clock_correction_seconds",
    "By how much the machine's clock is corrected to the database's time",
    ["service"],
    multiprocess_mode="mostrecent",
)
PRODUCERS_RENEWED = Counter(
    "messaging_producer_renewed_total", "Clients that began anew after the broker took nothing", ["service"]
)
CONSUMED = Counter("messaging_consumed_total", "Records taken in", ["service", "topic", "result"])
QUARANTINED = Counter("messaging_quarantined_total", "Records that are unreadable", ["service", "topic", "reason"])
DEAD_LETTERS = Gauge(
    "messaging_dead_letters", "Dead letters that are kept in the table", ["service"], multiprocess_mode=COUNTED
)
CONSUMER_LAG = Gauge(
    "messaging_consumer_lag",
    "Records not yet taken in",
    ["service", "topic", "partition"],
    multiprocess_mode=COUNTED,
)
TRACING_SPANS = Counter(
    "tracing_spans_total",
    "Spans that ended, were sent to the collector, or were lost on the way",
    ["service", "outcome"],
)
