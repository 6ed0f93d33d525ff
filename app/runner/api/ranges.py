"""Which part of a file a caller wants. PURE. Source: RFC 9110, sections 13.1 and 14.

What is not understood is ignored, so that the whole is sent; several parts are sent as one where they touch, else
ignored as well.
"""

import re
from dataclasses import dataclass

MOST_DIGITS = 18
"""Numbers with more digits than any file has bytes are as good as the largest."""
_LARGEST = 10**MOST_DIGITS
_SPEC = re.compile(r"(\d*)-(\d*)", re.ASCII)


class Unsatisfiable(ValueError):
    """No byte of the file lies in the wanted range."""


@dataclass(frozen=True, order=True)
class Part:
    """Bytes from ``start`` up to, not with, ``stop``."""

    start: int
    stop: int


def wanted(header: str | None, length: int) -> Part | None:
    """Return the part that a ``Range`` wants of ``length`` bytes, None for the whole; raises ``Unsatisfiable``."""
    unit, _, text = (header or "").partition("=")
    if unit.strip().lower() != "bytes":
        return None
    specs = [_SPEC.fullmatch(spec.strip(" \t")) for spec in text.split(",") if spec.strip(" \t")]
    parts = [None if spec is None else _part(spec[1], spec[2], length) for spec in specs]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts) or length == 0:
        return None
    there = sorted(part for part in known if part.start < min(part.stop, length))
    if not there:
        raise Unsatisfiable
    return _as_one(there)


def _part(first: str, last: str, length: int) -> Part | None:
    """Return one part, cut to the file; None for what is no range at all."""
    if first:
        start = _number(first)
        end = _number(last) if last else _LARGEST
        return None if end < start else Part(start, min(end + 1, length))
    if last:
        return Part(max(length - _number(last), 0), length)
    return None


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= MOST_DIGITS else _LARGEST


def _as_one(parts: list[Part]) -> Part | None:
    start, stop = parts[0].start, parts[0].stop
    for part in parts[1:]:
        if part.start > stop:
            return None
        stop = max(stop, part.stop)
    return Part(start, stop)


def unchanged_since(if_range: str | None, tag: str) -> bool:
    """Return whether a part may be sent: ``If-Range`` names this version, strongly, or is not there.

    A date never does: files here have no ``Last-Modified``.
    """
    return if_range is None or if_range.strip() == tag
