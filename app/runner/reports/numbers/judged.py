"""A run as comparisons see it: its scores, its answers, and which essays of other runs are the same. PURE.

Fed by ``comparing.gather``; feeds the comparison of runs and the agreement with people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from app.contracts.grade_scales import SCALES, GradeScale, order_of
from app.errors import InvalidInput
from app.runner.reports.shapes.comparison import EssayName
from app.runner.results.answers import Answer
from app.runner.results.scoresheet import ScoreRow, Source
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState

LETTERS = "ABCDEFGHIJ"
"""What runs are called by, in the order in which they were named; as many as can be compared."""
FIELD = "runs"
Text = Mapping[tuple[str, int], str | None]
"""Justifications by run id and number of the answer."""


@dataclass(frozen=True)
class JudgedRun:
    """One run that ended with scores. ``keys`` says of each travelling id which essay it is, in any run.

    ``answers`` are those that the scores rest on, without their justifications.
    """

    run_id: str
    batch_label: str
    mode: Mode
    status: RunState
    status_reason: str | None
    revision: int
    created_at: datetime
    request: RunRequest
    package_sha256: str
    effective: Mapping[str, object]
    source: Source | None
    stop_reason: str | None
    rows: Sequence[ScoreRow]
    keys: Mapping[str, str]
    answers: Sequence[Answer]

    @cached_property
    def by_key(self) -> Mapping[str, ScoreRow]:
        """The scored essays by the key that other runs know them by."""
        return {self.keys[row.essay_id]: row for row in self.rows if row.essay_id in self.keys}

    @cached_property
    def verdicts(self) -> Sequence[Answer]:
        """The answers with a winner."""
        return [answer for answer in self.answers if answer.winner is not None]

    @property
    def scale(self) -> GradeScale:
        """The scale that the experts' grades are read in."""
        return SCALES[self.request.grade_scale]

    def order(self, key: str) -> int | None:
        """Return 0 for an essay of the best grade, growing downwards; None where no grade is known."""
        return order_of(self.by_key[key].expert_grade or "", self.scale)


def essay_name(row: ScoreRow) -> EssayName:
    """Return an essay as people know it."""
    return EssayName(
        name=row.name,
        file_name=row.file_name,
        role="anchor" if row.is_anchor else "student",
        grade=row.expert_grade,
    )


def shared_keys(runs: Sequence[JudgedRun]) -> list[str]:
    """Return the essays that all runs gave a score, sorted; raises ``InvalidInput`` naming runs without any."""
    found = set(runs[0].by_key).intersection(*(run.by_key for run in runs[1:]))
    if len(found) > 1:
        return sorted(found)
    for place, one in enumerate(runs):
        for other in runs[place + 1 :]:
            if len(set(one.by_key) & set(other.by_key)) < 2:
                raise _apart([one, other])
    raise _apart(runs)


def _apart(runs: Sequence[JudgedRun]) -> InvalidInput:
    named = " and ".join(run.run_id for run in runs)
    return InvalidInput.at(FIELD, f"{named} have fewer than two essays in common (essays are told by their texts)")


def names_pair(row: ScoreRow, other: ScoreRow) -> bool:
    """Return whether two rows of one essay call it the same."""
    return (row.name, row.expert_grade) == (other.name, other.expert_grade)
