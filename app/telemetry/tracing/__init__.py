"""Traces: one for each run, over every process that it passes; nothing at all where tracing is off.

``spans`` is what the house calls, ``begin`` is how a role starts, ``otlp`` and ``sdk`` are the only door to
OpenTelemetry, which is an extra of the package and is imported only where tracing is wanted.
"""

from app.telemetry.tracing.spans import (
    NONE,
    Attributes,
    Carried,
    Meeting,
    Opening,
    Span,
    Tracer,
    about,
    carried,
    current,
    fail,
    ids,
    install,
    is_on,
    meeting,
    note,
    plain,
    span,
    stage,
    trace_of,
)

__all__ = [
    "NONE",
    "Attributes",
    "Carried",
    "Meeting",
    "Opening",
    "Span",
    "Tracer",
    "about",
    "carried",
    "current",
    "fail",
    "ids",
    "install",
    "is_on",
    "meeting",
    "note",
    "plain",
    "span",
    "stage",
    "trace_of",
]
