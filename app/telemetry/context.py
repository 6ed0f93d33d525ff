"""The context of the work at hand: which run, which batch; every log line inside carries it."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.telemetry.run_names import as_baggage


@contextmanager
def bound(**fields: str | int | None) -> Iterator[None]:
    """Put ``fields`` on each log line of this task until the block ends; empty values are left out.

    Usual names: ``run_id``, ``batch_uuid``, ``batch_id`` (the label), ``runner_mode``, ``correlation_id``.
    """
    with structlog.contextvars.bound_contextvars(**{k: v for k, v in fields.items() if v is not None}):
        yield


def names_for_neighbours() -> str | None:
    """Return the names of the work at hand as the value of the header ``baggage``, None where it has none."""
    return as_baggage(structlog.contextvars.get_contextvars())
