"""Spans that end in the process of a test, kept in memory; ``restarted`` plays another process."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.telemetry import tracing
from app.telemetry.tracing.sdk import OpenTelemetry


class Kept:
    """Spans that were ended in this process."""

    def __init__(self) -> None:
        self._memory = InMemorySpanExporter()
        self._providers: list[TracerProvider] = []

    def restarted(self) -> None:
        """Make spans with a new tracer, which knows nothing of the one before."""
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._memory))
        self._providers.append(provider)
        tracing.install(OpenTelemetry(provider, "test"))

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self._memory.get_finished_spans() if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        [span] = self.named(name)
        return span

    def text(self) -> str:
        return "".join(span.to_json() for span in self._memory.get_finished_spans())

    def close(self) -> None:
        tracing.install(None)
        for provider in self._providers:
            provider.shutdown()


@contextmanager
def keeping() -> Iterator[Kept]:
    """Keep the spans of the block."""
    found = Kept()
    found.restarted()
    try:
        yield found
    finally:
        found.close()


def header(trace: str, span: str = "b" * 16, flags: str = "01") -> dict[str, str]:
    """Return what carries a trace that somebody else began."""
    return {"traceparent": f"00-{trace}-{span}-{flags}"}


def trace_of(span: ReadableSpan) -> str:
    return f"{span.context.trace_id:032x}"


def id_of(span: ReadableSpan) -> str:
    return f"{span.context.span_id:016x}"


def parent_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else f"{span.parent.span_id:016x}"


def linked(span: ReadableSpan) -> set[str]:
    """Return the traces that a span is linked to."""
    return {f"{link.context.trace_id:032x}" for link in span.links}
