"""Tracing is turned on for a process, where its settings want it.

Fed by ``open_parts`` of every role; feeds ``spans`` with a tracer.
"""

from collections.abc import Callable

import structlog

from app import __version__
from app.errors import Misconfigured
from app.settings import TracingSettings
from app.telemetry.tracing.spans import install

log = structlog.get_logger(__name__)


def begin(service: str, environment: str, settings: TracingSettings) -> Callable[[], None]:
    """Make spans from now on, if that is wanted; return what ends it, which blocks for a few seconds at most.

    Raises ``Misconfigured`` where tracing is wanted and the extra that it needs is not installed.
    """
    if not settings.is_on:
        return _nothing
    try:
        from app.telemetry.tracing import otlp
    except ImportError as error:
        lacking = error.name or "opentelemetry"
        raise Misconfigured(
            f"traces are wanted ({settings.wanted_by} is set), but {lacking} is not installed: install the extra "
            "with pip install 'cj-runner[otel]', or set OTEL_TRACES_EXPORTER=none"
        ) from error
    tracer, end = otlp.begun(service, __version__, environment, settings)
    install(tracer)
    log.info("tracing_on", sampler=settings.sampler)

    def ended() -> None:
        install(None)
        end()

    return ended


def _nothing() -> None:
    return
