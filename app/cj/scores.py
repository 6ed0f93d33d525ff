"""Scores of a batch from its verdicts: Bradley-Terry with standard errors. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.scoring.bradley_terry import Fit, fit_penalised
from app.scoring.data import Judgements
from app.scoring.standard_errors import (
    SummaryOfErrors,
    bt_quality_flags,
    bt_se_summary,
    centred_errors,
    wide_for_bands,
)


@dataclass(frozen=True)
class Scores:
    """Scores and standard errors in logits, and the number of successful comparisons, by position.

    ``verdicts`` and ``fitted`` are the judgements and the fit that they come from.
    """

    by_position: Mapping[int, float]
    errors: Mapping[int, float]
    counts: Mapping[int, int]
    used: int
    verdicts: Judgements
    fitted: Fit

    def summary(self, positions: Sequence[int]) -> Mapping[str, float | int]:
        """Return ``bt_se_summary`` of some of the essays."""
        return self._summary(positions).as_fields()

    def _summary(self, positions: Iterable[int]) -> SummaryOfErrors:
        wanted = list(positions)
        return bt_se_summary(
            np.array([self.errors[position] for position in wanted], dtype=np.float64),
            np.array([self.counts[position] for position in wanted], dtype=np.int64),
            self.used,
        )

    def wide_for_bands(self, band_width: float) -> bool:
        """Return whether the errors blur neighbouring grades."""
        return wide_for_bands(self._summary(self.by_position), band_width)

    @property
    def mean_se(self) -> float:
        """The mean standard error in logits, each capped as in the summary."""
        return self._summary(self.by_position).mean_se

    def flags(self) -> Mapping[str, bool]:
        """Return ``bt_quality_flags`` of all essays."""
        return bt_quality_flags(self._summary(self.by_position)).as_fields()


class Asked(Protocol):
    """What a fit needs of a comparison."""

    @property
    def number(self) -> int:
        """Its place in the order in which comparisons were asked."""

    @property
    def a(self) -> int:
        """The essay shown first."""

    @property
    def b(self) -> int:
        """The essay shown second."""

    @property
    def state(self) -> str:
        """``succeeded`` where there is a verdict that counts."""

    @property
    def winner(self) -> str | None:
        """``a`` or ``b``."""


def fit(essay_count: int, asked: Sequence[Asked], start: Mapping[int, float] | None = None) -> Scores:
    """Fit all successful comparisons, in the order of their numbers, whatever order they came in.

    ``start`` are earlier scores to begin from. A pair that was judged differently in its two orders counts one win
    for each essay, which has the likelihood of two ties.
    """
    good = sorted((item for item in asked if item.state == "succeeded"), key=lambda item: item.number)
    judgements = Judgements.from_arrays(
        [str(position) for position in range(essay_count)],
        [item.a for item in good],
        [item.b for item in good],
        [1.0 if item.winner == "a" else 0.0 for item in good],
    )
    begin = None if start is None else {str(position): score for position, score in start.items()}
    fitted = fit_penalised(judgements, start=begin)
    errors = centred_errors(judgements, fitted)
    counts = judgements.comparisons_per_item
    return Scores(
        dict(enumerate(map(float, fitted.theta))),
        dict(enumerate(map(float, errors))),
        dict(enumerate(map(int, counts))),
        len(good),
        judgements,
        fitted,
    )
