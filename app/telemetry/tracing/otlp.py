"""Spans out: kept for a moment in a bounded queue, sent by a thread of their own to an OTLP collector over HTTP.

Fed by ``sdk``; feeds the collector. One that is away costs a run nothing: spans are dropped, counted, and told of
in the log at most once in a while.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import structlog
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    DEFAULT_OFF,
    DEFAULT_ON,
    ParentBased,
    Sampler,
    TraceIdRatioBased,
)

from app.settings import TracingSettings
from app.telemetry.metrics import TRACING_SPANS
from app.telemetry.tracing.sdk import OpenTelemetry

log = structlog.get_logger(__name__)
TOLD_EVERY_S = 300.0
FLUSH_S = 2.0
"""How long the end of a role waits for its last spans."""


class Rarely(SpanExporter):
    """Hands spans on; counts what became of them, and says at most once in ``TOLD_EVERY_S`` that they are lost."""

    def __init__(self, inner: SpanExporter, service: str, host: str) -> None:
        self._inner, self._service, self._host = inner, service, host
        self._told_at: float | None = None
        self._lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send; what cannot be sent is lost."""
        result = SpanExportResult.FAILURE
        try:
            result = self._inner.export(spans)
        finally:  # what it raises ends in the sending thread, which goes on
            if result is SpanExportResult.SUCCESS:
                TRACING_SPANS.labels(self._service, "sent").inc(len(spans))
                self._again_well()
            else:
                self._failed(len(spans))
        return result

    def _failed(self, count: int) -> None:
        TRACING_SPANS.labels(self._service, "lost").inc(count)
        self._lost += count
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_EVERY_S:
            log.warning("tracing_export_failed", collector=self._host, lost=self._lost)
            self._told_at, self._lost = now, 0

    def _again_well(self) -> None:
        if self._told_at is not None:
            log.info("tracing_export_recovered", collector=self._host, lost=self._lost)
            self._told_at, self._lost = None, 0

    def shutdown(self) -> None:
        """Break off what is under way."""
        self._inner.shutdown()


class Counting(SpanProcessor):
    """Counts spans that ended; those that are neither sent nor lost wait, or fell out of a full queue."""

    def __init__(self, service: str) -> None:
        self._ended = TRACING_SPANS.labels(service, "ended")

    def on_end(self, span: ReadableSpan) -> None:
        """Count one that will be sent."""
        context = span.get_span_context()
        self._ended.inc(1 if context is not None and context.trace_flags.sampled else 0)


def opened(service: str, version: str, environment: str, settings: TracingSettings) -> TracerProvider:
    """Return a provider that sends to the collector of ``settings``."""
    for name in ("opentelemetry", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # we tell by ourselves, and more rarely
    attributes = {
        "service.name": settings.service_name or service,
        "service.version": version,
        "deployment.environment.name": environment,
    }
    provider = TracerProvider(
        sampler=sampler(settings), resource=Resource.create(attributes), shutdown_on_exit=False
    )
    headers = {} if settings.headers is None else settings.header_pairs()
    exporter = OTLPSpanExporter(
        endpoint=settings.address, headers=headers, timeout=settings.timeout_s, compression=Compression.Gzip
    )
    sending = BatchSpanProcessor(
        Rarely(exporter, service, urlsplit(settings.address).hostname or ""),
        max_queue_size=settings.queue_size,
        schedule_delay_millis=settings.every_s * 1000,
        max_export_batch_size=min(512, settings.queue_size),
    )
    provider.add_span_processor(Counting(service))
    provider.add_span_processor(sending)
    return provider


def sampler(settings: TracingSettings) -> Sampler:
    """Return the sampler under its name of the OpenTelemetry specification."""
    ratio = TraceIdRatioBased(settings.sampler_ratio)
    return {
        "always_on": ALWAYS_ON,
        "always_off": ALWAYS_OFF,
        "traceidratio": ratio,
        "parentbased_always_on": DEFAULT_ON,
        "parentbased_always_off": DEFAULT_OFF,
        "parentbased_traceidratio": ParentBased(ratio),
    }[settings.sampler]


def begun(
    service: str, version: str, environment: str, settings: TracingSettings
) -> tuple[OpenTelemetry, Callable[[], None]]:
    """Return a tracer, and what ends it: sends what is left, for a short while, and gives up."""
    provider = opened(service, version, environment, settings)
    return OpenTelemetry(provider, version), lambda: close(provider)


def close(provider: TracerProvider) -> None:
    """Send what is left, for a short while; blocks that long at most."""
    ending = threading.Thread(target=provider.shutdown, name="last-spans", daemon=True)
    ending.start()
    ending.join(FLUSH_S)
