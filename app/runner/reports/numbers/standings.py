"""Where each shared essay stands in each run, and how it moved from the baseline. PURE.

Fed by judged runs; feeds ``comparing``. Ranks are among the shared essays only, and scores are centred on them, so
that runs over more or other essays can be held against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from app.runner.reports.numbers.alignment import SAME_SCORE
from app.runner.reports.numbers.judged import LETTERS, JudgedRun, essay_name
from app.runner.reports.shapes.comparison import ComparedEssay, Move, ScaleAgreement, Standing
from app.scoring.agreement import kendall_tau_b, spearman_rho
from app.scoring.data import FloatArray
from app.scoring.errors import NotEstimable

Z95 = 1.959964


@dataclass(frozen=True, eq=False)
class Column:
    """One run over the shared essays, in the order of their keys: centred scores, errors, ranks."""

    scores: FloatArray
    errors: FloatArray
    ranks: FloatArray


def column(run: JudgedRun, keys: Sequence[str]) -> Column:
    """Return the shared essays of one run; essays of the same score share the better rank."""
    rows = [run.by_key[key] for key in keys]
    scores = np.array([row.theta for row in rows])
    ranks = rankdata(-np.round(scores / SAME_SCORE) * SAME_SCORE, method="min")
    return Column(scores - scores.mean(), np.array([row.standard_error for row in rows]), ranks)


def essays_compared(runs: Sequence[JudgedRun], keys: Sequence[str]) -> tuple[ComparedEssay, ...]:
    """Return the shared essays, those that moved most first."""
    columns = [column(run, keys) for run in runs]
    found = [_essay(runs, columns, key, place) for place, key in enumerate(keys)]
    return tuple(sorted(found, key=lambda item: (-max(abs(move.ranks) for move in item.moves), _first(item))))


def _first(item: ComparedEssay) -> tuple[int, str]:
    return item.standings[0].rank, item.name


def _essay(runs: Sequence[JudgedRun], columns: Sequence[Column], key: str, place: int) -> ComparedEssay:
    rows = [run.by_key[key] for run in runs]
    standings = [
        Standing(
            letter=letter,
            rank=int(own.ranks[place]),
            score=float(own.scores[place]),
            standard_error=float(own.errors[place]),
            wins=row.wins,
            comparisons=row.comparisons,
        )
        for letter, own, row in zip(LETTERS, columns, rows, strict=False)
    ]
    base = columns[0]
    moves = [
        Move(
            letter=letter,
            ranks=int(base.ranks[place] - own.ranks[place]),
            score=float(own.scores[place] - base.scores[place]),
            z=_z(base, own, place),
        )
        for letter, own in zip(LETTERS[1:], columns[1:], strict=False)
    ]
    return ComparedEssay(**essay_name(rows[0]).model_dump(), standings=tuple(standings), moves=tuple(moves))


def _z(base: Column, own: Column, place: int) -> float | None:
    error = float(np.hypot(base.errors[place], own.errors[place]))
    return float(own.scores[place] - base.scores[place]) / error if error > 0 else None


def scales_compared(base: Column, other: Column) -> ScaleAgreement:
    """Return how two scales agree; null where one of them has no spread."""
    found: list[float | None] = []
    for correlation in (spearman_rho, kendall_tau_b):
        try:
            found.append(correlation(base.ranks, other.ranks))
        except NotEstimable:
            found.append(None)
    spread = float(base.scores.std())
    errors = np.hypot(base.errors, other.errors)
    moved = np.abs(other.scores - base.scores) > Z95 * errors
    return ScaleAgreement(
        spearman=found[0],
        tau_b=found[1],
        spread_ratio=float(other.scores.std()) / spread if spread > SAME_SCORE else None,
        moved=int((moved & (errors > 0)).sum()),
    )
