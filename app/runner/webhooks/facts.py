"""What subscribers are told of a run: the thin body of a webhook, without texts of essays or judges. PURE.

Fed by ``enqueue``; the rest is asked for over the links.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson


class RunFacts(Protocol):
    """What of a run is told."""

    @property
    def id(self) -> str:
        """The run."""

    @property
    def owner(self) -> str:
        """The organisation that it belongs to."""

    @property
    def mode(self) -> str:
        """What it does."""

    @property
    def status(self) -> str:
        """Where it stands."""

    @property
    def status_reason(self) -> str | None:
        """Why it stands there."""

    @property
    def batch_uuid(self) -> UUID:
        """Its key with the engine."""

    @property
    def batch_label(self) -> str:
        """Its name for people."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""

    @property
    def last_event(self) -> int:
        """The number of its latest event."""

    @property
    def revision(self) -> int:
        """The latest revision of its artefact."""

    @property
    def wave(self) -> int:
        """The latest wave."""

    @property
    def comparisons_asked(self) -> int:
        """Asked, at least."""

    @property
    def comparisons_received(self) -> int:
        """Answered before the end."""

    @property
    def comparisons_failed(self) -> int:
        """Answered without a verdict."""

    @property
    def comparisons_late(self) -> int:
        """Answered after the end."""

    @property
    def trace_context(self) -> Mapping[str, str] | None:
        """The trace that it belongs to; told to nobody, but kept with what is sent."""

    @property
    def cost_usd(self) -> float:
        """What it cost."""


def body(kind: str, now: datetime, data: Mapping[str, object]) -> str:
    """Return a whole body in the shape of the Standard Webhooks specification, minified."""
    return orjson.dumps({"type": kind, "timestamp": now, "data": data}, option=orjson.OPT_UTC_Z).decode()


def of_run(run: RunFacts, total: int | None) -> dict[str, object]:
    """Return the ``data`` of an event of a run.

    ``event_number`` is that of the run's latest event: receivers put events in order by it. ``total``: the budget.
    """
    own = f"/v1/runs/{run.id}"
    return {
        "id": run.id,
        "event_number": run.last_event,
        "batch_uuid": str(run.batch_uuid),
        "batch_label": run.batch_label,
        "mode": str(run.mode),
        "status": str(run.status),
        "reason": run.status_reason,
        "labels": dict(run.labels),
        "revision": run.revision,
        "progress": {
            "wave": run.wave,
            "comparisons": {
                "asked": run.comparisons_asked,
                "received": run.comparisons_received,
                "succeeded": run.comparisons_received - run.comparisons_failed,
                "failed": run.comparisons_failed,
                "late": run.comparisons_late,
                "total": total,
            },
            "cost_usd": round(run.cost_usd, 6),
        },
        "links": {
            "self": own,
            "events": f"{own}/events",
            "artefact": f"{own}/artefact",
            "report": f"{own}/report",
        },
    }
