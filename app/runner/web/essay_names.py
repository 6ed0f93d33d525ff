"""The essays of a run by the id that travelled: what people call them, and what is known of them.

Fed by the essays of a run, by cj's announcement of anchors and by the scores that are kept; feeds the run's pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.grade_scales import SCALES
from app.runner.finish.collected import announced
from app.runner.results.kept import Record
from app.runner.results.records import artefact_ids
from app.runner.runs import essays
from app.runner.runs.essays import RunEssay
from app.runner.tables import package_files
from app.runner.web.pair_rows import Known

LONGEST_TEXT = 60_000
"""Characters of an essay that a page shows."""


@dataclass(frozen=True)
class Essay:
    """One essay; ``source_path`` is its file in the package, None for an anchor that only the engine knows."""

    essay_id: str
    name: str
    role: str
    expert_grade: str | None
    source_path: str | None
    grade: str | None = None
    score: float | None = None
    rank: int | None = None


@dataclass(frozen=True)
class EssayText:
    """The text of an essay as it was uploaded, cut off at ``LONGEST_TEXT``; ``characters`` is its whole length."""

    text: str
    characters: int

    @property
    def is_cut(self) -> bool:
        """Whether the page has less than the whole."""
        return self.characters > len(self.text)


class Essays:
    """All essays that a run's answers can name."""

    def __init__(self, known: Mapping[str, Essay], scale: str) -> None:
        self._known = known
        grades = SCALES[scale].grades if scale in SCALES else ()
        places = {grade: place for place, grade in enumerate(grades)}
        self._measures = {
            essay.essay_id: Known(essay.essay_id, places.get(essay.expert_grade or ""), essay.score)
            for essay in known.values()
        }

    def named(self, essay_id: str) -> Essay:
        """Return an essay; of one that nobody told of, nothing but its id is known."""
        return self._known.get(essay_id) or Essay(essay_id, essay_id, "unknown", None, None)

    def all(self) -> list[Essay]:
        """Return all by name, anchors first."""
        return sorted(self._known.values(), key=lambda essay: (essay.role, essay.name.lower(), essay.essay_id))

    def known(self) -> list[Known]:
        """Return what pairs are held against: places of expert grades, and scores."""
        return list(self._measures.values())

    def known_of(self, essay_id: str) -> Known | None:
        """Return the same of one essay, None for one that nobody told of."""
        return self._measures.get(essay_id)

    @property
    def have_scores(self) -> bool:
        """Whether any essay has a score yet."""
        return any(essay.score is not None for essay in self._known.values())

    @property
    def have_grades(self) -> bool:
        """Whether experts graded any."""
        return any(essay.expert_grade is not None for essay in self._known.values())


async def of_run(connection: AsyncConnection, run_id: str, scale: str, scores: Sequence[Record]) -> Essays:
    """Return the essays of a run; ``scores`` are those that are kept of it, none while it goes on."""
    judged = await essays.of_run(connection, run_id)
    told = await announced(connection, run_id)
    return Essays(gathered(judged, artefact_ids(judged, told.result), scores), scale)


def gathered(judged: Sequence[RunEssay], names: Mapping[str, str], scores: Sequence[Record]) -> dict[str, Essay]:
    """Return essays by travelling id: our own, those that the engine added by label, those that have a score."""
    ours = {essay.artefact_id: essay for essay in judged}
    found = {essay_id: _own(essay_id, ours[name]) for essay_id, name in names.items() if name in ours}
    for row in scores:
        own = found.get(row["essay_id"])
        found[row["essay_id"]] = Essay(
            essay_id=row["essay_id"],
            name=str(row["name"]),
            role=row["role"],
            expert_grade=row["expert_grade"],
            source_path=None if own is None else own.source_path,
            grade=row["grade"],
            score=row["score"],
            rank=row["rank"],
        )
    return found


def _own(essay_id: str, essay: RunEssay) -> Essay:
    return Essay(essay_id, essay.stem, essay.role, essay.grade, essay.source_path)


async def text_of(connection: AsyncConnection, package_id: str, essay: Essay) -> EssayText | None:
    """Return the text of an essay out of the run's package, None where the package has none."""
    if essay.source_path is None:
        return None
    wanted: Any = select(
        func.left(package_files.c.text, LONGEST_TEXT), func.char_length(package_files.c.text)
    ).where(package_files.c.package_id == package_id, package_files.c.path == essay.source_path)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None or row[0] is None else EssayText(row[0], row[1])
