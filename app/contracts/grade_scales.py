"""The grade scales that the platform knows: grades from low to high, and which letter they become. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEFAULT_SCALE = "eng5_np_legacy_9_step"


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


def _even(count: int) -> tuple[float, ...]:
    return (1 / count,) * count


SCALES: Mapping[str, GradeScale] = MappingProxyType(
    {
        scale.id: scale
        for scale in (
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
    }
)

LETTER_ORDER = ("A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "E+", "E", "E-", "F+", "F")
"""All letter grades of the platform, best first."""

_LETTER_VALUES = (1.0, 0.93, 0.87, 0.80, 0.73, 0.67, 0.60, 0.53, 0.47, 0.40, 0.33, 0.27, 0.20, 0.13, 0.07, 0.0)
_LETTER_SCORES = dict(zip(LETTER_ORDER, _LETTER_VALUES, strict=True))


def normalized_score(grade: str, scale: GradeScale | None) -> float:
    """Return 0..1 for a grade: the platform's table for letters, the place on the scale for digits."""
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
