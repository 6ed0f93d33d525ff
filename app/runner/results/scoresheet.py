"""One row an essay: score, standard error, rank, counts, grade, with the names that people know. PURE.

Fed by cj's result where it came (with its own standard errors and counts where it gives them), else by a fit
of the collected verdicts; feeds the artefact and the reports.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.contracts.cj_events import AssessmentResult
from app.runner.runs.essays import RunEssay
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements
from app.scoring.standard_errors import centred_errors

Source = Literal["engine", "runner_fit"]
Z95 = 1.959964


@dataclass(frozen=True)
class ScoreRow:
    """One essay; scores in logits. ``name`` is what reports say, ``expert_grade`` is known for anchors."""

    essay_id: str
    name: str
    file_name: str | None
    is_anchor: bool
    expert_grade: str | None
    theta: float
    standard_error: float
    rank: int
    comparisons: int
    wins: int
    losses: int
    grade: str | None
    probabilities: Mapping[str, float]
    confidence: str | None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the score, in logits."""
        reach = Z95 * self.standard_error
        return self.theta - reach, self.theta + reach


@dataclass(frozen=True)
class ScoreSheet:
    """All essays in rank order."""

    rows: tuple[ScoreRow, ...]
    source: Source | None
    stop_reason: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duel:
    """One successful comparison; ``sequence`` counts the answers of a run, ``judge`` is who said so."""

    winner: str
    loser: str
    confidence: float | None
    justification: str | None
    sequence: int | None = None
    judge: str | None = None


def score_sheet(essays: Sequence[RunEssay], result: AssessmentResult | None, duels: Sequence[Duel]) -> ScoreSheet:
    """Return the rows; without a result and without verdicts the sheet is empty."""
    names = _Names(essays, result)
    errors = {} if result is None else _floats(result.assessment_metadata.get("bt_standard_errors"))
    given = result is not None and all(item.essay_id in errors for item in result.essay_results)
    own = {} if given else own_fit(duels)
    wins, losses = Counter(duel.winner for duel in duels), Counter(duel.loser for duel in duels)
    if result is None:
        ranked = sorted(own, key=lambda essay_id: (-own[essay_id][0], essay_id))
        rows = tuple(
            names.row(essay_id, own[essay_id], rank, (wins[essay_id], losses[essay_id]), {})
            for rank, essay_id in enumerate(ranked, start=1)
        )
        return ScoreSheet(rows, "runner_fit" if rows else None, None, names.absent(ranked))
    facts = result.assessment_metadata
    found = []
    for item in sorted(result.essay_results, key=lambda item: item.rank):
        error = errors.get(item.essay_id, own.get(item.essay_id, (0.0, 0.0))[1])
        grading = {
            "grade": item.letter_grade,
            "confidence": item.confidence_label,
            "shares": _shares(facts, item.essay_id),
        }
        tally = (wins[item.essay_id], losses[item.essay_id])
        found.append(names.row(item.essay_id, (item.bt_score, error), item.rank, tally, grading))
    source: Source = "engine" if errors else "runner_fit"
    reason = facts.get("stop_reason")
    ids = [row.essay_id for row in found]
    return ScoreSheet(tuple(found), source, None if reason is None else str(reason), names.absent(ids))


class _Names:
    """What is known of each essay id: our own essays, and the anchors that cj added."""

    def __init__(self, essays: Sequence[RunEssay], result: AssessmentResult | None) -> None:
        self._judged = [essay for essay in essays if essay.storage_id is not None]
        self._by_id = {essay.essay_id: essay for essay in self._judged}
        self._labels = {essay.stem: essay for essay in essays if essay.role == "anchor"}
        self._engine: dict[str, Mapping[str, Any]] = {}
        known = None if result is None else result.assessment_metadata.get("anchors")
        for anchor in known if isinstance(known, list) else []:
            self._engine[str(anchor.get("id"))] = anchor

    def row(
        self,
        essay_id: str,
        score: tuple[float, float],
        rank: int,
        tally: tuple[int, int],
        grading: Mapping[str, Any],
    ) -> ScoreRow:
        ours = self._by_id.get(essay_id)
        engine = self._engine.get(essay_id, {})
        if ours is None:
            ours = self._labels.get(str(engine.get("label")))
        expert = ours.grade if ours is not None else engine.get("grade")
        return ScoreRow(
            essay_id=essay_id,
            name=ours.stem if ours is not None else str(engine.get("label") or essay_id),
            file_name=None if ours is None else ours.file_name,
            is_anchor=bool(engine)
            or (ours is not None and ours.role == "anchor")
            or essay_id.startswith("ANCHOR_"),
            expert_grade=expert,
            theta=score[0],
            standard_error=score[1],
            rank=rank,
            comparisons=sum(tally),
            wins=tally[0],
            losses=tally[1],
            grade=grading.get("grade"),
            probabilities=grading.get("shares") or {},
            confidence=grading.get("confidence"),
        )

    def absent(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(essay.stem for essay in self._judged if essay.essay_id not in set(ids))


def own_fit(duels: Sequence[Duel]) -> dict[str, tuple[float, float]]:
    """Return score and standard error by essay id, from the collected verdicts in a fixed order."""
    if not duels:
        return {}
    items = sorted({duel.winner for duel in duels} | {duel.loser for duel in duels})
    place = {item: index for index, item in enumerate(items)}
    ordered = np.array(sorted((place[duel.winner], place[duel.loser]) for duel in duels))
    judgements = Judgements.from_arrays(items, ordered[:, 0], ordered[:, 1], np.ones(len(duels)))
    fitted = fit_penalised(judgements)
    errors = centred_errors(judgements, fitted)
    both = zip(fitted.theta.tolist(), errors.tolist(), strict=True)
    return dict(zip(judgements.items, both, strict=True))


def _floats(value: object) -> dict[str, float]:
    return {str(key): float(number) for key, number in value.items()} if isinstance(value, dict) else {}


def _shares(facts: Mapping[str, object], essay_id: str) -> dict[str, float]:
    summary = facts.get("grade_projection_summary")
    every = summary.get("grade_probabilities") if isinstance(summary, dict) else None
    return _floats(every.get(essay_id)) if isinstance(every, dict) else {}
