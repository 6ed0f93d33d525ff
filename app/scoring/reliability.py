"""Reliability of a scale: fed by judgements, fit and a seeded generator; feeds reports and research.

No single number says how reliable a scale is. `reliability_report` gives scale separation only together with
a split-half coefficient (or the reason why there is none) and with the ratio of posterior variance, since
separation reliability rises by itself where pairs are chosen adaptively or judges are few (Bramley 2015;
Verhavert et al. 2018).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.optimize import brentq

from app.scoring.agreement import pearson_r
from app.scoring.bradley_terry import PRODUCTION_RIDGE, Fit, fit_penalised
from app.scoring.data import FloatArray, Judgements
from app.scoring.errors import NotEstimable
from app.scoring.robust import Unit, clusters
from app.scoring.standard_errors import centred_errors, usual_errors

SMALLEST_SD, LARGEST_SD = 0.01, 30.0
LEAST_VARIANCE = 1e-18
"""Scores that vary less than this differ by rounding only."""


@dataclass(frozen=True)
class Separation:
    """Scale separation: `ssr` = 1 - mean(SE^2) / var(theta), `ratio` G = sqrt(ssr / (1 - ssr)).

    `observed_sd` (n - 1 in the denominator) and `rmse` in logits; `ssr` below 0 (more error than spread) is
    given as it is, G is then 0. `comparisons_per_item` is the mean number, without which ssr says little.
    With the own-information errors of an "eps" fit `ssr` is the MLE reliability of R's sirt::btm and
    `observed_ratio` its index sepG.
    """

    ssr: float
    ratio: float
    observed_sd: float
    rmse: float
    comparisons_per_item: float

    @property
    def observed_ratio(self) -> float:
        """Observed standard deviation over rmse: what some programs call separation; never below G."""
        return self.observed_sd / self.rmse if self.rmse > 0 else float("inf")


@dataclass(frozen=True)
class SplitHalf:
    """Pearson correlation of the scales of two random halves, over many splits.

    `correlation` is the mean of one half against the other; `stepped_up` the mean after Spearman-Brown, for
    the whole data; `low`, `high` the 2.5 and 97.5 percentiles of the stepped-up values over splits (they show
    the play of the split, not a confidence interval). `clusters` judges (or verdicts) were split.
    """

    correlation: float
    stepped_up: float
    low: float
    high: float
    splits: int
    clusters: int
    by: Unit


@dataclass(frozen=True)
class PosteriorRatio:
    """`reliability` = 1 - mean posterior variance / prior variance, with the prior fitted to the data.

    `prior_sd` is the standard deviation of true scores in logits that explains the data best (empirical
    Bayes). A coin gives a reliability near 0.
    """

    reliability: float
    prior_sd: float


@dataclass(frozen=True)
class ReliabilityReport:
    """The three coefficients together; `split_half` is None for the reason in `no_split_half`."""

    separation: Separation
    split_half: SplitHalf | None
    no_split_half: str | None
    posterior: PosteriorRatio


def reliability_report(
    judgements: Judgements, fit: Fit, rng: Generator, splits: int = 100, errors: FloatArray | None = None
) -> ReliabilityReport:
    """Return separation, split-half over judges, and posterior ratio of a scale.

    `errors` (n,) are those of the fit, by default `usual_errors`. Halves of the judges are fitted with the
    ridge of the fit, or that of production where it has none: half of the data seldom has a maximum
    likelihood estimate. Raises `NotEstimable` if there are fewer than two items or no spread at all.
    """
    separation = _separate(judgements, fit, usual_errors(judgements, fit) if errors is None else errors)
    posterior = posterior_ratio(judgements)
    try:
        halves = split_half(judgements, rng, splits, ridge=fit.ridge or PRODUCTION_RIDGE)
    except NotEstimable as refusal:
        return ReliabilityReport(separation, None, refusal.detail, posterior)
    return ReliabilityReport(separation, halves, None, posterior)


def split_half(
    judgements: Judgements, rng: Generator, splits: int = 100, *, ridge: float, by: Unit = "judge"
) -> SplitHalf:
    """Split the judges at random into halves, fit each, correlate, and step up: r -> 2 r / (1 + r).

    Items that one half never saw are left out of that split's correlation. By "comparison" instead of
    "judge" the judges' shared taste counts as truth: an upper bound. Spearman 1910, Brown 1910; for
    comparative judgement Bisson, Gilmore, Inglis and Jones 2016. Raises `NotEstimable` for fewer than two
    judges, or if no split leaves three items seen by both halves.
    """
    cluster, size = clusters(judgements, by)
    found = []
    for _ in range(splits):
        upper = np.zeros(size, dtype=np.bool_)
        upper[rng.permutation(size)[: size // 2]] = True
        correlation = _correlate_halves(judgements, upper[cluster], ridge)
        if correlation is not None:
            found.append(correlation)
    if not found:
        raise NotEstimable("no split leaves three items that both halves compared")
    halves = np.array(found)
    stepped_up = 2.0 * halves / (1.0 + np.maximum(halves, -0.99))
    low, high = np.percentile(stepped_up, [2.5, 97.5])
    return SplitHalf(float(halves.mean()), float(stepped_up.mean()), float(low), float(high), len(found), size, by)


def posterior_ratio(judgements: Judgements) -> PosteriorRatio:
    """Fit the variance of true scores: the fixed point s^2 = sum(theta^2 + V) / (n - 1) at ridge 1/s^2.

    This is the stationary point of the EM algorithm with the normal approximation of the posterior (Laplace);
    the coefficient is that of EAP scores (Adams 2005). Raises `NotEstimable` for fewer than two items.
    """
    if judgements.size < 2 or not judgements.count:
        raise NotEstimable("reliability needs two items and a comparison")

    def surplus(log_sd: float) -> float:
        theta, variances = _posterior(judgements, log_sd)
        return float(np.log((theta @ theta + variances.sum()) / (judgements.size - 1)) - 2.0 * log_sd)

    low, high = float(np.log(SMALLEST_SD)), float(np.log(LARGEST_SD))
    if surplus(low) <= 0.0:
        log_sd = low
    elif surplus(high) >= 0.0:
        log_sd = high
    else:
        log_sd = float(brentq(surplus, low, high, xtol=1e-6))
    _, variances = _posterior(judgements, log_sd)
    left = float(variances.sum()) / (judgements.size - 1) / float(np.exp(2.0 * log_sd))
    return PosteriorRatio(max(0.0, 1.0 - left), float(np.exp(log_sd)))


def _posterior(judgements: Judgements, log_sd: float) -> tuple[FloatArray, FloatArray]:
    fit = fit_penalised(judgements, float(np.exp(-2.0 * log_sd)))
    return fit.theta, centred_errors(judgements, fit) ** 2


def _separate(judgements: Judgements, fit: Fit, errors: FloatArray) -> Separation:
    if judgements.size < 2:
        raise NotEstimable("reliability needs two items")
    observed = float(fit.theta.var(ddof=1))
    if observed <= LEAST_VARIANCE:
        raise NotEstimable("all items have the same score: there is no spread to be reliable")
    error = float((errors**2).mean())
    ssr = 1.0 - error / observed
    ratio = float(np.sqrt(max(0.0, ssr) / (1.0 - ssr))) if ssr < 1.0 else float("inf")
    return Separation(
        ssr,
        ratio,
        float(np.sqrt(observed)),
        float(np.sqrt(error)),
        float(judgements.comparisons_per_item.mean()),
    )


def _correlate_halves(
    judgements: Judgements, upper: np.ndarray[tuple[int], np.dtype[np.bool_]], ridge: float
) -> float | None:
    halves = [judgements.keep(upper), judgements.keep(~upper)]
    seen = np.logical_and(*[half.comparisons_per_item > 0 for half in halves])
    if seen.sum() < 3:
        return None
    one, other = (fit_penalised(half, ridge).theta[seen] for half in halves)
    if one.std() == 0.0 or other.std() == 0.0:
        return None
    return pearson_r(one, other)
