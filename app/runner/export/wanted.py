"""Which form of an answer a request wants: by its ``format``, else by the best that ``Accept`` takes. PURE.

Fed by a request and by the media types that there are; feeds tables and documents alike. RFC 9110, 12.5.1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.errors import AppError, FieldProblem

Form = TypeVar("Form", bound=StrEnum)


class NotAcceptable(AppError):
    """None of the forms that the request takes is one that the service gives."""

    code = "not_acceptable"
    status = 406
    title = "Not in this form"
    way_out = "Ask by `format` or by `Accept` for one of the forms that the detail names."


def wanted(accept: str | None, asked: str | None, kinds: Mapping[Form, str]) -> Form:
    """Return the form that ``format`` asks for, else the best that ``Accept`` takes; the first if all are equal.

    ``kinds`` are the media types by form. Raises ``NotAcceptable``, which names all forms.
    """
    if asked is not None:
        found = next((form for form in kinds if form.value == asked), None)
        if found is None:
            raise _refusal("format", f"is not one of {', '.join(kinds)}")
        return found
    if accept is None or not accept.strip():
        return next(iter(kinds))
    ranges = list(_ranges(accept))
    weights = {form: _weight(kind, ranges) for form, kind in kinds.items()}
    best = max(kinds, key=lambda form: weights[form])
    if weights[best] <= 0:
        raise _refusal("Accept", f"takes none of {', '.join(kinds.values())}")
    return best


@dataclass(frozen=True)
class _Range:
    """One media range of ``Accept``: ``text/csv``, ``text/*`` or ``*/*``, and how much it is wanted."""

    main: str
    sub: str
    weight: float

    def rank(self, kind: str) -> int:
        """Return how exactly the range names a media type; 0 where it does not."""
        main, sub = kind.split("/")
        if self.main == main:
            return 3 if self.sub == sub else 2 if self.sub == "*" else 0
        return 1 if self.main == self.sub == "*" else 0


def _weight(kind: str, ranges: Sequence[_Range]) -> float:
    """The most exact range that names a media type says how much it is wanted."""
    fitting = [(item.rank(kind), item.weight) for item in ranges if item.rank(kind)]
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


def _refusal(field: str, message: str) -> NotAcceptable:
    return NotAcceptable(f"{field}: {message}", problems=[FieldProblem(field, message)])
