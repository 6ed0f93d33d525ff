"""The names of what is judged: which run and batch a log line of the gateway is about.

Fed by the queue, whose rows have them from the metadata of their request; feeds the context of the work at hand.
What is judged together, a bundle or a job, has the names that all its comparisons share.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType

from app.gateway.queue import Queued
from app.telemetry.context import bound
from app.telemetry.run_names import LONGEST, SENT_AS, sent_names

OF_JOBS = MappingProxyType({"job_id": "id", "batch_uuid": "batch_uuid", **SENT_AS})
"""The column of each name of a batch job."""


def about(*items: Queued) -> AbstractContextManager[None]:
    """Put the names that ``items`` share on every log line until the block ends."""
    return bound(**shared(items))


def shared(items: Sequence[Queued]) -> dict[str, str]:
    """Return the names that all of ``items`` have in common."""
    sets = [set(_names(item).items()) for item in items]
    return dict(set.intersection(*sets)) if sets else {}


def columns_of_job(items: Sequence[Queued]) -> dict[str, str | None]:
    """Return the columns of a new job: its names, None for those that its comparisons do not share."""
    found = shared(items)
    return {column: found.get(name) for name, column in OF_JOBS.items() if name != "job_id"}


def batch_uuids(items: Sequence[Queued]) -> list[str]:
    """Return the batches of which ``items`` are, each once."""
    return sorted({item.batch_id for item in items if item.batch_id is not None})


def _names(item: Queued) -> Mapping[str, str]:
    named = sent_names(item.metadata) | {"correlation_id": str(item.correlation_id)}
    batch = item.batch_id
    good = batch is not None and len(batch) <= LONGEST["batch_uuid"] and batch.isprintable()
    return named | {"batch_uuid": batch} if good and batch is not None else named
