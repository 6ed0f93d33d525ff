"""Prediction of unseen verdicts: fed by judgements and a seeded generator; feeds the report on a judge.

A scale that means something foretells verdicts it has not seen. Log-loss is in nats; a coin has ln 2 = 0.693.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import xlogy

from app.scoring.bradley_terry import PRODUCTION_RIDGE, fit_penalised
from app.scoring.data import FloatArray, IndexArray, Judgements, tally
from app.scoring.errors import NotEstimable

COIN = float(np.log(2.0))
CAUTIOUS_RIDGE = 1.0
ONE_SIDED = 1.645


@dataclass(frozen=True)
class CrossValidation:
    """Mean `log_loss` (nats a verdict) with its standard error over pairs; `accuracy` on decided verdicts.

    `accuracy` counts a prediction of exactly 0.5 as half a hit; None if all verdicts are ties. `order_only`
    is the loss of predicting by the order of showing alone, without the essays; infinite where the order is
    not known.
    """

    log_loss: float
    error: float
    accuracy: float | None
    order_only: float
    pairs: int
    comparisons: float


@dataclass(frozen=True)
class Forward:
    """Mean `log_loss` (nats) of verdicts foretold from earlier ones, its standard error, and their number."""

    log_loss: float
    error: float
    comparisons: float


@dataclass(frozen=True)
class Informativeness:
    """Whether the verdicts carry information on the essays, and the two predictions that say so."""

    informative: bool
    baseline: float
    cross_validation: CrossValidation
    forward: Forward


def cross_validate(
    judgements: Judgements, rng: Generator, folds: int = 10, ridge: float = PRODUCTION_RIDGE
) -> CrossValidation:
    """Predict each verdict from a fit to the other folds; all verdicts on one pair are in the same fold.

    (Otherwise a judge who repeats itself would be predicted from its own earlier answer.) Where pairs were
    chosen by what was said before, the choice of the other pairs betrays a verdict, and even a coin may look
    foreseen: see `foretell`. Raises `NotEstimable` for fewer pairs than folds, or fewer than two folds.
    """
    pair, size = _pair_of(judgements)
    if folds < 2 or size < folds or not judgements.count:
        raise NotEstimable(f"cross-validation in {folds} folds needs at least as many pairs, and two folds")
    fold = rng.permutation(np.arange(size) % folds)[pair]
    ahead = _ahead_unseen(judgements, fold, folds, ridge)
    outcome, weight = judgements.outcome, judgements.weight
    mean, error = _mean_loss(ahead, judgements)
    accuracy = _accuracy(ahead, outcome, weight)
    return CrossValidation(mean, error, accuracy, _order_only(judgements), size, float(weight.sum()))


def foretell(judgements: Judgements, blocks: int = 10, ridge: float = CAUTIOUS_RIDGE) -> Forward:
    """Predict the verdicts of each block of rows, but the first, from earlier rows on other pairs.

    With rows in the order in which they were made this is fair to any way of pairing: whatever the past, a
    coin's next verdict is a coin's (Dawid 1984). Raises `NotEstimable` for fewer verdicts than blocks.
    """
    rows = judgements.first.size
    if blocks < 2 or judgements.count < blocks:
        raise NotEstimable(f"prediction in {blocks} blocks needs at least as many verdicts, and two blocks")
    pair, _ = _pair_of(judgements)
    block = np.arange(rows) * blocks // rows
    ahead = np.zeros(rows)
    start: dict[str, float] = {}
    for number in range(1, blocks):
        unseen = block == number
        earlier = (block < number) & ~np.isin(pair, pair[unseen])
        fit = fit_penalised(judgements.keep(earlier), ridge, start)
        start = fit.scores()
        ahead[unseen] = fit.theta[judgements.first[unseen]] - fit.theta[judgements.second[unseen]]
    later = judgements.keep(block > 0)
    mean, error = _mean_loss(ahead[block > 0], later)
    return Forward(mean, error, float(later.weight.sum()))


def judge_is_informative(judgements: Judgements, rng: Generator, folds: int = 10) -> Informativeness:
    """Return whether unseen verdicts are foretold better than by a coin, and than by the order of showing.

    Both log-losses, cross-validated and of later verdicts from earlier ones, must lie 1.645 standard errors
    below the better of the two baselines (one-sided 5 %; a coin passes more rarely than that, since fitting
    noise costs log-loss). The fits use a ridge of 1 (prior N(0, 1)), so that few verdicts do not make them
    overconfident. False means "not shown", not "a coin".
    """
    result, forward = cross_validate(judgements, rng, folds, CAUTIOUS_RIDGE), foretell(judgements, folds)
    baseline = min(COIN, result.order_only)
    highest = max(found.log_loss + ONE_SIDED * found.error for found in (result, forward))
    return Informativeness(highest < baseline, baseline, result, forward)


def _pair_of(judgements: Judgements) -> tuple[IndexArray, int]:
    """Return for each verdict the number of its unordered pair, and how many pairs there are."""
    key = np.minimum(judgements.first, judgements.second) * judgements.size
    pair = np.unique(key + np.maximum(judgements.first, judgements.second), return_inverse=True)[1]
    return pair.astype(np.int64), int(pair.max()) + 1 if pair.size else 0


def _mean_loss(ahead: FloatArray, judgements: Judgements) -> tuple[float, float]:
    """Return the mean log-loss of predicted distances, and its standard error with pairs as clusters."""
    outcome, weight = judgements.outcome, judgements.weight
    loss = outcome * np.logaddexp(0.0, -ahead) + (1.0 - outcome) * np.logaddexp(0.0, ahead)
    total = float(weight.sum())
    mean = float(weight @ loss) / total
    pair, size = _pair_of(judgements)
    spread = tally(pair, weight * (loss - mean), size)
    return mean, float(np.sqrt((spread @ spread) * size / max(1, size - 1))) / total


def _ahead_unseen(
    judgements: Judgements, fold: np.ndarray[tuple[int], np.dtype[np.int64]], folds: int, ridge: float
) -> FloatArray:
    """Return theta_first - theta_second of each verdict, from the fit without its fold; shape (m,)."""
    ahead = np.zeros(judgements.first.size)
    start: dict[str, float] = {}
    for number in range(folds):
        unseen = fold == number
        fit = fit_penalised(judgements.keep(~unseen), ridge, start)
        start = fit.scores()
        ahead[unseen] = fit.theta[judgements.first[unseen]] - fit.theta[judgements.second[unseen]]
    return ahead


def _accuracy(ahead: FloatArray, outcome: FloatArray, weight: FloatArray) -> float | None:
    decided = (outcome != 0.5) & (weight > 0)
    if not decided.any():
        return None
    hit = 0.5 * (1.0 + np.sign(ahead[decided]) * np.sign(outcome[decided] - 0.5))
    return float(weight[decided] @ hit / weight[decided].sum())


def _order_only(judgements: Judgements) -> float:
    if not judgements.order_known:
        return float("inf")
    rate = float(judgements.weight @ judgements.outcome / judgements.weight.sum())
    return -float(xlogy(rate, rate) + xlogy(1.0 - rate, 1.0 - rate))
