"""Spans as the house sees them: opened, noted, carried on in rows and headers; nothing where tracing is off.

Fed by every step of a run; feeds the installed tracer. What is carried is the W3C pair of ``traceparent`` and
``tracestate``, as a mapping. No text of an essay, a judge or a person belongs into an attribute.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, Protocol

Carried = Mapping[str, str]
"""A span by which a trace goes on elsewhere: ``traceparent``, and ``tracestate`` where there is one."""
Attributes = Mapping[str, str | bool | int | float | Sequence[str] | None]
"""What a span says of itself; None is left out."""
Kind = Literal["internal", "server", "client", "producer", "consumer"]
CARRIED: Final = ("traceparent", "tracestate")
LONGEST_CARRIED: Final = 512
NONE: Final[Carried] = MappingProxyType({})
"""As a parent: no span, so that a new trace begins."""
_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")


class Span(Protocol):
    """A span that is open."""

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""

    def fail(self, error_type: str) -> None:
        """Mark it as failed, by a word of which there are few."""

    def end(self) -> None:
        """End it before its block does."""

    def carried(self) -> dict[str, str]:
        """Return what makes others its children; empty where there is no trace."""


@dataclass(frozen=True)
class Opening:
    """What a span begins with. ``parent`` None is the span at hand, ``began`` None is now."""

    name: str
    kind: Kind = "internal"
    attributes: Attributes = field(default_factory=dict)
    parent: Carried | None = None
    links: Sequence[Carried] = ()
    began: datetime | None = None


class Tracer(Protocol):
    """Makes spans; installed by the role."""

    def open(self, opening: Opening) -> AbstractContextManager[Span]:
        """Yield a span that is the one at hand until the block ends; an error that leaves the block marks it."""

    def current(self) -> Span:
        """Return the span at hand."""

    def ids(self) -> Mapping[str, str]:
        """Return ``trace_id`` and ``span_id`` of the span at hand, empty where there is none."""


class _NoSpan:
    """The span where tracing is off."""

    def note(self, attributes: Attributes) -> None:
        """Do nothing."""

    def rename(self, name: str) -> None:
        """Do nothing."""

    def fail(self, error_type: str) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def carried(self) -> dict[str, str]:
        """Return nothing."""
        return {}


_NO_SPAN: Final = _NoSpan()
_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_NO_SPAN)
_installed: list[Tracer] = []


def install(tracer: Tracer | None) -> None:
    """Make spans with ``tracer`` from now on in this process; None turns tracing off."""
    _installed[:] = [] if tracer is None else [tracer]


def is_on() -> bool:
    """Return whether spans are made."""
    return bool(_installed)


def span(
    name: str,
    *,
    kind: Kind = "internal",
    attributes: Attributes = MappingProxyType({}),
    parent: Carried | None = None,
    links: Sequence[Carried] = (),
    began: datetime | None = None,
) -> AbstractContextManager[Span]:
    """Open a span: ``with span("work") as opened``.

    ``parent`` is what was carried from elsewhere; None is the span at hand; what cannot be read begins a new
    trace.
    """
    if not _installed:
        return _NOTHING
    return _installed[0].open(Opening(name, kind, attributes, parent, links, began))


def note(attributes: Attributes) -> None:
    """Add attributes to the span at hand."""
    if _installed:
        _installed[0].current().note(attributes)


def fail(error_type: str) -> None:
    """Mark the span at hand as failed."""
    if _installed:
        _installed[0].current().fail(error_type)


def ids() -> Mapping[str, str]:
    """Return ``trace_id`` and ``span_id`` of the span at hand."""
    return _installed[0].ids() if _installed else NONE


def current() -> dict[str, str]:
    """Return what makes others children of the span at hand; empty where there is none."""
    return _installed[0].current().carried() if _installed else {}


def carried(kept: Carried | None) -> dict[str, str]:
    """Return what carries the trace of ``kept`` on: the span at hand where it is of that trace, else ``kept``.

    So an event of one run never gets into the trace of another, whatever was handled together. ``kept`` may be all
    headers of a message: only the two that carry a trace are returned.
    """
    if not _installed:
        return {}
    here = current()
    if not kept or trace_of(kept) is None or trace_of(here) == trace_of(kept):
        return here
    return {name: kept[name] for name in CARRIED if len(kept.get(name, "")) in range(1, LONGEST_CARRIED + 1)}


def trace_of(kept: Carried) -> str | None:
    """Return the id of the trace that is carried, None for what cannot be read."""
    found = _PARENT.fullmatch(kept.get("traceparent", ""))
    return None if found is None else found[1]


@dataclass(frozen=True)
class Meeting:
    """What a span over several others begins with: a parent only where all are of one trace, and links."""

    parent: Carried
    links: Sequence[Carried]


def meeting(contexts: Iterable[Carried | None]) -> Meeting:
    """Return how a span over work of ``contexts`` hangs together with them.

    Of one trace, it is a child of the first and is linked to the others; where several traces meet, it belongs to
    none of them: it begins its own and is linked to all.
    """
    known = [kept for kept in contexts if kept and trace_of(kept) is not None]
    different = list({kept["traceparent"]: kept for kept in known}.values())
    if different and len({trace_of(kept) for kept in different}) == 1:
        return Meeting(different[0], different[1:])
    return Meeting(NONE, different)


NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "run_id": "cj.run.id",
        "runner_mode": "cj.run.mode",
        "batch_uuid": "cj.batch.uuid",
        "correlation_id": "cj.correlation.id",
        "experiment_id": "cj.experiment.id",
        "job_id": "cj.batch_job.id",
    }
)
"""Which names of log lines are attributes too; a batch's label is people's text, and is none."""


def about(known: Mapping[str, object]) -> Attributes:
    """Return the attributes that the names of a log line are."""
    return {NAMES[name]: plain(value) for name, value in known.items() if name in NAMES}


def stage(what: str) -> Callable[[str, Mapping[str, str], Carried | None], AbstractContextManager[Span]]:
    """Return what opens the span of a stage, given its status, its row's names and the trace that it keeps."""

    def opened(status: str, known: Mapping[str, str], kept: Carried | None) -> AbstractContextManager[Span]:
        if not _installed:
            return _NOTHING
        return span(f"{what} {status}", attributes=about(known), parent=kept or NONE)

    return opened


def plain(value: object) -> str | None:
    """Return a name as an attribute, None for what does not look like one: it may be a text."""
    text = "" if value is None else str(value)
    return text if _PLAIN.fullmatch(text) else None
