"""The grade scales that the platform knows: grades from low to high, and which letter they become. PURE.

Three are built in. A process may learn further ones from a file when it starts (``roles.parts``), before it
accepts anything; from then on every check and every result finds them here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from app.errors import InvalidInput

DEFAULT_SCALE = "eng5_np_legacy_9_step"
LONGEST_ID, LONGEST_GRADE = 50, 8
"""What the tables and events of the platform have room for."""


class BadGradeScale(InvalidInput):
    """A configured grade scale breaks a rule; the message names scale and field."""

    code = "invalid_grade_scale"
    title = "The grade scale is not valid"


@dataclass(frozen=True)
class GradeScale:
    """One scale: ``grades`` from low to high, ``priors`` the expected share of each (summing to 1)."""

    id: str
    grades: tuple[str, ...]
    priors: tuple[float, ...]
    below_lowest: str | None = None

    def index(self, grade: str) -> int:
        """Return the place of ``grade`` from 0 (lowest); raises ``ValueError`` for one that is not on it."""
        return self.grades.index(grade)

    def __contains__(self, grade: object) -> bool:
        return grade in self.grades


class GradeScales(Mapping[str, GradeScale]):
    """Scales by id: those built in, and those learned at the start of a process; none ever changes or goes."""

    def __init__(self, built_in: Iterable[GradeScale]) -> None:
        self._scales = {scale.id: scale for scale in built_in}

    def __getitem__(self, scale_id: str) -> GradeScale:
        return self._scales[scale_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scales)

    def __len__(self) -> int:
        return len(self._scales)

    def learn(self, scales: Iterable[GradeScale]) -> None:
        """Add scales; one that is known already is nothing new.

        Raises ``BadGradeScale``, before any is added, if an id is taken by another scale.
        """
        new = {scale.id: scale for scale in scales}
        for scale in new.values():
            if self._scales.get(scale.id, scale) != scale:
                raise BadGradeScale.at(f"{scale.id}.id", "is taken by another scale: choose another id")
        self._scales |= new


def read_scales(document: object) -> list[GradeScale]:
    """Return the scales of a parsed file: ``scales``, a list of id, grades, priors, below_lowest.

    ``priors`` may be left out (all grades equally likely), ``below_lowest`` too. Raises ``BadGradeScale``.
    """
    found = document if isinstance(document, dict) else {}
    entries = found.get("scales")
    if not isinstance(entries, list) or not entries or set(found) != {"scales"}:
        raise BadGradeScale.at("scales", "must be a list of grade scales, and the only entry of the file")
    scales = [_scale(entry, f"scales.{number}") for number, entry in enumerate(entries)]
    for number, scale in enumerate(scales):
        if any(scale.id == earlier.id for earlier in scales[:number]):
            raise BadGradeScale.at(f"scales.{number}.id", f"{scale.id} occurs twice")
    return scales


def _scale(entry: object, place: str) -> GradeScale:
    if not isinstance(entry, dict):
        raise BadGradeScale.at(place, "must be a table with id, grades, priors, below_lowest")
    unknown = sorted(set(entry) - {"id", "grades", "priors", "below_lowest"})
    if unknown:
        raise BadGradeScale.at(f"{place}.{unknown[0]}", "is unknown; known: id, grades, priors, below_lowest")
    grades = entry.get("grades")
    if not isinstance(grades, list) or len(grades) < 2:
        raise BadGradeScale.at(f"{place}.grades", "must be a list of at least two grades, the lowest first")
    names = tuple(_name(grade, f"{place}.grades.{number}", LONGEST_GRADE) for number, grade in enumerate(grades))
    for number, name in enumerate(names):
        if name in names[:number]:
            raise BadGradeScale.at(f"{place}.grades.{number}", f"{name} occurs twice")
        if name != name.upper():
            raise BadGradeScale.at(
                f"{place}.grades.{number}", f"grades are read in capitals: write {name.upper()}"
            )
    scale_id = _name(entry.get("id"), f"{place}.id", LONGEST_ID)
    below = _below(entry.get("below_lowest"), names, f"{place}.below_lowest")
    return GradeScale(scale_id, names, _priors(entry.get("priors"), names, f"{place}.priors"), below)


def _name(value: object, place: str, longest: int) -> str:
    if not isinstance(value, str) or not value or value != value.strip() or not value.isprintable():
        raise BadGradeScale.at(place, "must be a text without blanks around it, and not empty")
    if len(value) > longest:
        raise BadGradeScale.at(place, f"is longer than {longest} characters")
    return value


def _priors(value: object, grades: Sequence[str], place: str) -> tuple[float, ...]:
    if value is None:
        return _even(len(grades))
    if not isinstance(value, list) or len(value) != len(grades):
        raise BadGradeScale.at(place, f"must be a list of {len(grades)} shares, one a grade")
    if not all(_is_share(share) for share in value):
        raise BadGradeScale.at(place, "must be numbers above 0 and below 1")
    if not isclose(sum(value), 1.0, abs_tol=1e-6):
        raise BadGradeScale.at(place, f"must sum to 1; they sum to {sum(value):.6g}")
    return tuple(float(share) for share in value)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1


def _below(value: object, grades: Sequence[str], place: str) -> str | None:
    if value is None:
        return None
    name = _name(value, place, LONGEST_GRADE)
    if name in grades:
        raise BadGradeScale.at(place, f"{name} is one of the grades: it must lie below all of them")
    if name == "U":
        raise BadGradeScale.at(place, "U means that an essay has no grade: choose another name")
    return name


def _even(count: int) -> tuple[float, ...]:
    return (1 / count,) * count


SCALES = GradeScales(
    (
        GradeScale(
            "eng5_np_legacy_9_step",
            ("F+", "E-", "E+", "D-", "D+", "C-", "C+", "B", "A"),
            _even(9),
            below_lowest="F",
        ),
        GradeScale("eng5_np_national_9_step", tuple("123456789"), _even(9), below_lowest="0"),
        GradeScale(
            "swedish_8_anchor",
            ("F", "E", "D", "D+", "C", "C+", "B", "A"),
            (0.02, 0.08, 0.15, 0.20, 0.25, 0.15, 0.10, 0.05),
        ),
    )
)
"""All scales of this process."""

LETTER_ORDER = ("A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "E+", "E", "E-", "F+", "F")
"""All letter grades of the platform, best first."""

_LETTER_VALUES = (1.0, 0.93, 0.87, 0.80, 0.73, 0.67, 0.60, 0.53, 0.47, 0.40, 0.33, 0.27, 0.20, 0.13, 0.07, 0.0)
_LETTER_SCORES = dict(zip(LETTER_ORDER, _LETTER_VALUES, strict=True))


def normalized_score(grade: str, scale: GradeScale | None) -> float:
    """Return 0..1 for a grade: the platform's table for letters, the place on the scale for all others."""
    if grade in _LETTER_SCORES:
        return _LETTER_SCORES[grade]
    if scale is not None and grade in scale:
        return (scale.index(grade) + 1) / len(scale.grades)
    return 0.0


def order_of(grade: str, scale: GradeScale) -> int | None:
    """Return 0 for the best grade of the scale, growing downwards; None for a grade that is not on it."""
    if grade in scale:
        return len(scale.grades) - 1 - scale.index(grade)
    if grade == scale.below_lowest:
        return len(scale.grades)
    return None
