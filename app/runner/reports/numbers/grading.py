"""The grades of students, and where the grades lie on the scale of scores. PURE.

Fed by the score sheet and by what the engine says of its calibration; feeds the report.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.contracts.grade_scales import GradeScale
from app.runner.reports.shapes.base import Count
from app.runner.reports.shapes.students import Band, Chance, StudentLine, Students
from app.runner.results.scoresheet import ScoreRow

NO_GRADE = "U"
LABELS = ("HIGH", "MID", "LOW")
SURE_ENOUGH = 0.5
SAME_SCORE = 1e-9


def students(
    rows: Sequence[ScoreRow], scale: GradeScale, told: Mapping[str, object], refusal: str | None
) -> Students | None:
    """Return the students among ``rows``, None where there is none; ``refusal`` is why there are no grades."""
    mine = [row for row in rows if not row.is_anchor]
    if not mine:
        return None
    lines = tuple(_lines(mine, scale))
    grades = Counter(line.grade for line in lines if line.grade is not None)
    labels = Counter(line.confidence for line in lines if line.grade is not None)
    best_first = sorted(grades, key=lambda grade: (-scale.index(grade) if grade in scale else 1, grade))
    return Students(
        lines=lines,
        by_grade=tuple(Count(name=grade, count=grades[grade]) for grade in best_first),
        by_confidence=tuple(Count(name=label, count=labels[label]) for label in LABELS if labels[label]),
        unsure=tuple(line.name for line in lines if _unsure(line)),
        bands=_bands(scale, told),
        no_grades_because=refusal,
    )


def _lines(rows: Sequence[ScoreRow], scale: GradeScale) -> list[StudentLine]:
    lines: list[StudentLine] = []
    best_first = {grade: place for place, grade in enumerate(reversed(scale.grades))}
    for place, row in enumerate(rows, start=1):
        same = place > 1 and abs(rows[place - 2].theta - row.theta) <= SAME_SCORE
        after = place < len(rows) and abs(rows[place].theta - row.theta) <= SAME_SCORE
        ordered = sorted(row.probabilities.items(), key=lambda item: (best_first.get(item[0], 99), item[0]))
        chances = tuple(Chance(grade=grade, probability=share) for grade, share in ordered)
        graded = row.grade is not None and row.grade != NO_GRADE
        others = [chance for chance in chances if chance.grade != row.grade]
        low, high = row.interval
        line = StudentLine(
            essay_id=row.essay_id,
            name=row.name,
            file_name=row.file_name,
            grade=row.grade if graded else None,
            probability=row.probabilities.get(row.grade or "") if graded else None,
            next_best=max(others, key=lambda chance: chance.probability, default=None) if graded else None,
            chances=chances,
            confidence=row.confidence if graded else None,
            score=row.theta,
            standard_error=row.standard_error,
            low=low,
            high=high,
            rank=lines[-1].rank if same else place,
            rank_of_all=row.rank,
            tied=same or after,
            wins=row.wins,
            losses=row.losses,
        )
        lines.append(line)
    return lines


def _unsure(line: StudentLine) -> bool:
    doubtful = line.probability is not None and line.probability < SURE_ENOUGH
    return line.grade is not None and (line.confidence == "LOW" or doubtful)


def _bands(scale: GradeScale, told: Mapping[str, object]) -> tuple[Band, ...]:
    """Return where the grades lie, from the lowest up; nothing where the engine does not say."""
    info = told.get("calibration_info")
    facts: Mapping[str, object] = info if isinstance(info, Mapping) else {}
    begins, centres = facts.get("grade_boundaries"), facts.get("grade_centers")
    if not isinstance(begins, Mapping):
        return ()
    middle: Mapping[str, object] = centres if isinstance(centres, Mapping) else {}
    return tuple(
        Band(grade=grade, begins=_number(begins.get(grade)), centre=_number(middle.get(grade)))
        for grade in scale.grades
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
