"""The context of the work at hand: which run, which batch; every log line inside carries it."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def bound(**fields: str | int | None) -> Iterator[None]:
    """Put ``fields`` on each log line of this task until the block ends; empty values are left out.

    Usual names: ``run_id``, ``batch_uuid``, ``batch_id`` (the label), ``runner_mode``, ``correlation_id``.
    """
    with structlog.contextvars.bound_contextvars(**{k: v for k, v in fields.items() if v is not None}):
        yield
