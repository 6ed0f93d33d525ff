"""Which of several forms a request's ``Accept`` wants most (RFC 9110, 12.5.1). PURE.

Fed by the header and by what there is; feeds whoever answers in more than one form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Form = TypeVar("Form")


def best(accept: str | None, offered: Mapping[Form, str]) -> Form | None:
    """Return the form that is wanted most, of equals the first, None where none is taken.

    ``offered`` are plain media types by form; without a header the first is returned.
    """
    if accept is None or not accept.strip():
        return next(iter(offered))
    ranges = list(_ranges(accept))
    weights = {form: _weight(kind, ranges) for form, kind in offered.items()}
    found = max(offered, key=lambda form: weights[form])
    return found if weights[found] > 0 else None


@dataclass(frozen=True)
class _Range:
    """One media range of ``Accept``: ``text/csv``, ``text/*`` or ``*/*``, and how much it is wanted."""

    main: str
    sub: str
    weight: float

    def rank(self, media_type: str) -> int:
        """Return how exactly the range names a type; 0 where it does not."""
        main, sub = media_type.split("/")
        if self.main == main:
            return 3 if self.sub == sub else 2 if self.sub == "*" else 0
        return 1 if self.main == self.sub == "*" else 0


def _weight(media_type: str, ranges: Sequence[_Range]) -> float:
    """The most exact range that names a type says how much it is wanted."""
    fitting = [(item.rank(media_type), item.weight) for item in ranges if item.rank(media_type)]
    return max(fitting, default=(0, 0.0))[1]


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        main, _, sub = kind.partition("/")
        weight = _quality(parameters)
        if main and sub and weight is not None:
            yield _Range(main, sub, weight)


def _quality(parameters: Sequence[str]) -> float | None:
    """Return the weight that a range has, None where it is unreadable."""
    told = next((text.partition("=")[2].strip() for text in parameters if text.startswith("q=")), "1")
    try:
        weight = float(told)
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None
