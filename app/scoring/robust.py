"""Standard errors that do not trust the model: fed by a fit and its judgements; feed research reports.

The production errors take verdicts as independent. Verdicts of one judge share that judge's taste; both
methods here take judges (or single verdicts) as the independent units instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from scipy.sparse import csr_array
from scipy.special import expit

from app.scoring.bradley_terry import Fit, fit_penalised
from app.scoring.data import FloatArray, IndexArray, Judgements
from app.scoring.errors import NotEstimable
from app.scoring.standard_errors import covariance

Unit = Literal["judge", "comparison"]


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Spread of centred theta over resampled data: standard deviations and percentile bounds, (n,)."""

    errors: FloatArray
    low: FloatArray
    high: FloatArray
    replicates: int


def sandwich_errors(judgements: Judgements, fit: Fit, by: Unit = "judge") -> FloatArray:
    """Return cluster-robust standard errors of centred theta, shape (n,).

    A^-1 (sum over clusters of s s') A^-1 * G / (G - 1): A is the penalised information, s a cluster's score
    (Huber 1967; Liang and Zeger 1986). A verdict without a judge is a cluster of its own. Too small with few
    (under some 30) judges. Raises `NotEstimable` with fewer than two clusters.
    """
    cluster, size = clusters(judgements, by)
    ahead = fit.theta[judgements.first] - fit.theta[judgements.second]
    surplus = judgements.weight * (judgements.outcome - expit(ahead))
    places = np.concatenate([judgements.first, judgements.second])
    scores = csr_array(
        (np.concatenate([surplus, -surplus]), (np.concatenate([cluster, cluster]), places)),
        shape=(size, judgements.size),
    )
    influence = np.asarray(scores @ covariance(judgements, fit))
    return np.asarray(np.sqrt((influence**2).sum(axis=0) * size / (size - 1)))


def bootstrap(
    judgements: Judgements, fit: Fit, rng: Generator, replicates: int = 200, by: Unit = "judge"
) -> Bootstrap:
    """Draw clusters with replacement, refit with the ridge of `fit`, and return the spread of centred theta.

    Efron and Tibshirani 1993, chapters 6 and 13; bounds are the 2.5 and 97.5 percentiles. The penalised fit
    stays finite in replicates in which an essay has no comparison. Raises `NotEstimable` for fewer than two
    clusters or replicates.
    """
    cluster, size = clusters(judgements, by)
    if replicates < 2:
        raise NotEstimable("at least two replicates are needed")
    start: Mapping[str, float] = fit.scores()
    drawn = np.empty((replicates, judgements.size))
    for replicate in range(replicates):
        times = rng.multinomial(size, np.full(size, 1.0 / size))
        again = judgements.reweighted(judgements.weight * times[cluster])
        drawn[replicate] = fit_penalised(again, fit.ridge, start).theta
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return Bootstrap(drawn.std(axis=0, ddof=1), low, high, replicates)


def clusters(judgements: Judgements, by: Unit) -> tuple[IndexArray, int]:
    """Return for each verdict the number of its cluster, and how many there are (at least two)."""
    rows = np.arange(judgements.first.size)
    if by == "judge":
        if judgements.judge is None:
            raise NotEstimable("the judgements do not say who judged")
        named = np.where(judgements.judge >= 0, judgements.judge, len(judgements.judges) + rows)
        rows = np.unique(named, return_inverse=True)[1]
    size = int(rows.max()) + 1 if rows.size else 0
    if size < 2:
        raise NotEstimable("at least two judges (or verdicts) are needed")
    return rows.astype(np.int64), size
