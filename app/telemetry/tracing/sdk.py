"""Spans made by OpenTelemetry: with ``otlp`` the only door to it.

Fed by ``spans``; feeds the provider that ``otlp`` set up. Exceptions are noted by their kind alone: their words
may quote what people wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.telemetry.printable import printable
from app.telemetry.tracing.spans import LONGEST_CARRIED, Attributes, Carried, Opening

LONGEST = 256
_W3C = TraceContextTextMapPropagator()
_KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
}


class OpenSpan:
    """A span of OpenTelemetry."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.failed = False

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""
        if self._span.is_recording():
            self._span.set_attributes(_clean(attributes))

    def rename(self, name: str) -> None:
        """Change its name."""
        if self._span.is_recording():
            self._span.update_name(name)

    def fail(self, error_type: str) -> None:
        """Mark it as failed."""
        self.failed = True
        self.note({"error.type": error_type})
        if self._span.is_recording():
            self._span.set_status(trace.StatusCode.ERROR)

    def end(self) -> None:
        """End it now."""
        if self._span.is_recording():
            self._span.end()

    def carried(self) -> dict[str, str]:
        """Return its W3C headers."""
        found: dict[str, str] = {}
        _W3C.inject(found, trace.set_span_in_context(self._span, Context()))
        if len(found.get("tracestate", "")) > LONGEST_CARRIED:
            del found["tracestate"]
        return found


class OpenTelemetry:
    """Makes spans with one provider."""

    def __init__(self, provider: TracerProvider, version: str) -> None:
        self._tracer = provider.get_tracer("cj-runner", version)

    @contextmanager
    def open(self, opening: Opening) -> Iterator[OpenSpan]:
        """Yield a span; an error that leaves the block marks it."""
        begun = self._tracer.start_span(
            opening.name,
            context=None if opening.parent is None else _read(opening.parent),
            kind=_KINDS[opening.kind],
            attributes=_clean(opening.attributes),
            links=_links(opening.links),
            start_time=None if opening.began is None else _nanoseconds(opening.began),
        )
        opened = OpenSpan(begun)
        with trace.use_span(begun, record_exception=False, set_status_on_exception=False):
            try:
                yield opened
            except BaseException as error:
                if not opened.failed:
                    opened.fail(str(getattr(error, "code", None) or type(error).__name__))
                raise
            finally:
                opened.end()

    def current(self) -> OpenSpan:
        """Return the span at hand."""
        return OpenSpan(trace.get_current_span())

    def ids(self) -> Mapping[str, str]:
        """Return the ids of the span at hand."""
        here = trace.get_current_span().get_span_context()
        if not here.is_valid:
            return {}
        return {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"}


def _read(kept: Carried) -> Context:
    """Return the context of what was carried; an empty one, which begins a new trace, for what cannot be read."""
    return _W3C.extract(kept, context=Context())


def _links(carried: Sequence[Carried]) -> list[trace.Link]:
    found = [trace.get_current_span(_read(kept)).get_span_context() for kept in carried]
    return [trace.Link(context) for context in found if context.is_valid]


def _clean(attributes: Attributes) -> dict[str, str | bool | int | float | Sequence[str]]:
    return {name: _short(value) for name, value in attributes.items() if value is not None}


def _short(value: str | bool | int | float | Sequence[str]) -> str | bool | int | float | Sequence[str]:
    if isinstance(value, str):
        return printable(value[:LONGEST])
    if isinstance(value, bool | int | float):
        return value
    return [printable(item[:LONGEST]) for item in value]


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1e6) * 1000
