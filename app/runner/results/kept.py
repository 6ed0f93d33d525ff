"""What a run came to, essay by essay, as it is kept beside the artefact that was made of the same numbers. PURE.

Fed by the score sheet when a run ends; feeds the tables of scores and projections.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import orjson
from pydantic import BaseModel, ConfigDict

from app.contracts.cj_events import AssessmentResult, EssayResult
from app.contracts.grade_scales import SCALES
from app.runner.export.columns import Column, Row
from app.runner.results.records import SCORES, artefact_ids, projection_columns
from app.runner.results.scoresheet import ScoreRow, ScoreSheet, Source
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import PUBLISHING_MODES, Mode

FILE, KIND = "results.json", "results"
NO_GRADE = "U"
Record = dict[str, Any]


class Kept(BaseModel):
    """Scores by rank and projections of students by rank, each a record by name of column.

    ``grades`` are those that have a probability, from low to high; ``no_projections`` says why there are none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1
    source: Source | None
    stop_reason: str | None
    grades: list[str]
    scores: list[Record]
    projections: list[Record]
    no_projections: str | None

    def to_json(self) -> bytes:
        """Return the whole as UTF-8 JSON."""
        return orjson.dumps(self.model_dump(), option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Return what ``to_json`` wrote; raises ``ValueError`` for anything else."""
        return cls.model_validate(orjson.loads(body))

    def score_table(self) -> tuple[Sequence[Column], list[Row]]:
        """Return columns and rows of the scores."""
        return SCORES, [_in_order(SCORES, record) for record in self.scores]

    def projection_table(self) -> tuple[Sequence[Column], list[Row]]:
        """Return columns and rows of the projections."""
        columns = projection_columns(self.grades)
        return columns, [_in_order(columns, record) for record in self.projections]


def kept_results(
    request: RunRequest, essays: Sequence[RunEssay], sheet: ScoreSheet, result: AssessmentResult | None
) -> Kept:
    """Return what is kept of a run: the sheet's own numbers, and what cj said beside them."""
    names = artefact_ids(essays, result)
    told = {} if result is None else {item.essay_id: item for item in result.essay_results}
    facts: Mapping[str, object] = {} if result is None else result.assessment_metadata
    refusal = no_projections(request.mode, sheet, facts, told=result is not None)
    students = [] if refusal is not None else [row for row in sheet.rows if not row.is_anchor]
    boundaries = _Boundaries(request.grade_scale, facts)
    return Kept(
        source=sheet.source,
        stop_reason=sheet.stop_reason,
        grades=_graded(request.grade_scale, students),
        scores=[_score(row, sheet.source, names) for row in sheet.rows],
        projections=[
            _projection(row, told[row.essay_id], names.get(row.essay_id), request.grade_scale)
            | boundaries.of(row.grade)
            for row in students
        ],
        no_projections=refusal,
    )


def _in_order(columns: Sequence[Column], record: Record) -> Row:
    shares: Mapping[str, object] = record.get("probability") or {}
    return [shares.get(column.key) if column.key is not None else record[column.name] for column in columns]


def _score(row: ScoreRow, source: Source | None, names: Mapping[str, str]) -> Record:
    low, high = row.interval
    return {
        "rank": row.rank,
        "essay_id": row.essay_id,
        "artefact_id": names.get(row.essay_id),
        "name": row.name,
        "file_name": row.file_name,
        "role": "anchor" if row.is_anchor else "student",
        "expert_grade": row.expert_grade,
        "grade": row.grade,
        "score": row.theta,
        "standard_error": row.standard_error,
        "interval_low": low,
        "interval_high": high,
        "wins": row.wins,
        "losses": row.losses,
        "comparisons": row.comparisons,
        "source": source,
    }


def _projection(row: ScoreRow, told: EssayResult, artefact_id: str | None, scale: str) -> Record:
    return {
        "rank": row.rank,
        "essay_id": row.essay_id,
        "artefact_id": artefact_id,
        "name": row.name,
        "grade_scale": scale,
        "grade": row.grade,
        "confidence": told.confidence_score,
        "confidence_label": told.confidence_label,
        "normalized_score": told.normalized_score,
        "score": row.theta,
        "standard_error": row.standard_error,
        "probability": dict(row.probabilities),
    }


class _Boundaries:
    """Where grades begin, in logits: what cj says in ``calibration_info.grade_boundaries``."""

    def __init__(self, scale: str, facts: Mapping[str, object]) -> None:
        info = facts.get("calibration_info")
        told = info.get("grade_boundaries") if isinstance(info, Mapping) else None
        self._begins: Mapping[str, object] = told if isinstance(told, Mapping) else {}
        self._grades = SCALES[scale].grades if scale in SCALES else ()

    def of(self, grade: str | None) -> Record:
        """Return where a grade begins and where the next one does; None where that is open, or not said."""
        above = None
        if grade in self._grades:
            above = next(iter(self._grades[self._grades.index(grade) + 1 :]), None)
        return {"grade_boundary_low": self._number(grade), "grade_boundary_high": self._number(above)}

    def _number(self, grade: str | None) -> float | None:
        told = None if grade is None else self._begins.get(grade)
        return float(told) if isinstance(told, int | float) else None


def _graded(scale: str, students: Sequence[ScoreRow]) -> list[str]:
    """Return the grades with a probability: the scale's own in their order, then any other that cj names."""
    named = {grade for row in students for grade in row.probabilities}
    known = SCALES[scale].grades if scale in SCALES else ()
    return [*(grade for grade in known if grade in named), *sorted(named - set(known))]


def no_projections(mode: Mode, sheet: ScoreSheet, facts: Mapping[str, object], *, told: bool) -> str | None:
    """Return why no student has a projected grade, None where some have.

    ``told``: whether a rich result came; ``facts`` is what it carried beside the scores.
    """
    if mode not in PUBLISHING_MODES:
        return f"a run in mode {mode} judges nothing"
    if mode is Mode.ANCHOR_ALIGN_TEST:
        return "an alignment run judges anchors among themselves: there is no student to grade"
    if not told:
        return "no rich result of the engine came, and grades are the engine's"
    students = [row for row in sheet.rows if not row.is_anchor]
    if not students:
        return "the engine's result holds no student"
    if all(row.grade == NO_GRADE for row in students):
        info = facts.get("calibration_info")
        refused = info.get("refused") if isinstance(info, Mapping) else None
        return f"the engine projected no grades: {refused or 'it gives no reason'}"
    return None
