"""Judges compared: fed by the judgements of two judges or of many; feeds reports on who differs where."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.scoring.agreement import (
    kendall_tau_a,
    kendall_tau_b,
    pearson_r,
    quadratic_weighted_kappa,
    spearman_rho,
)
from app.scoring.bias import Share, wilson_interval
from app.scoring.bradley_terry import PRODUCTION_RIDGE, fit_penalised
from app.scoring.data import FloatArray, IndexArray, Judgements, Pairs
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.standard_errors import centred_errors


@dataclass(frozen=True)
class Disagreement:
    """An item on which two scales differ: `difference` = first - second in logits, `z` in standard errors."""

    item: str
    first: float
    second: float
    difference: float
    z: float


@dataclass(frozen=True)
class PairDisagreement:
    """A pair that both judged and saw differently: share of the verdicts that `item` won, by each (a tie 0.5)."""

    item: str
    against: str
    first: float
    second: float


@dataclass(frozen=True)
class AgreementOfTwo:
    """Two judges over the same items.

    `pairs` that both judged; `same_winner`: share of those decided by both with the same majority winner,
    `kappa`: quadratic weighted kappa of the majorities (lost, tied, won), each pair counted from both sides;
    None if there is no such pair. Correlations of the scales over `items` that both compared. `largest`:
    items by |z|, `largest_pairs`: pairs by the difference of shares, largest first.
    """

    pairs: int
    same_winner: Share | None
    kappa: float | None
    pearson: float
    spearman: float
    kendall_tau_a: float
    kendall_tau_b: float
    items: int
    largest: tuple[Disagreement, ...]
    largest_pairs: tuple[PairDisagreement, ...]


@dataclass(frozen=True)
class LeftOut:
    """One judge against the scale of all others.

    `log_loss` (nats) and `agreement` (share of decided verdicts) of the judge's verdicts under that scale;
    `influence` is the largest move of a centred score, in logits, when the judge is left out.
    """

    judge: str
    comparisons: float
    log_loss: float
    agreement: float | None
    influence: float


def agreement_of_two(
    first: Judgements, second: Judgements, limit: int = 10, ridge: float = PRODUCTION_RIDGE
) -> AgreementOfTwo:
    """Compare two judges' (or runs') verdicts and scales; at most `limit` largest disagreements.

    Both scales are centred on the items that both compared. A difference mixes disagreement on the item with
    a different spread of the scales (a noisier judge has a shorter scale). Raises `InvalidJudgements` for
    different items, `NotEstimable` for fewer than three items compared by both or a scale without spread.
    """
    if first.items != second.items:
        raise InvalidJudgements("the two judges must judge the same list of items")
    shared = np.flatnonzero((first.comparisons_per_item > 0) & (second.comparisons_per_item > 0))
    if shared.size < 3:
        raise NotEstimable("fewer than three items were compared by both judges")
    one, error_of_one = _scale(first, ridge, shared)
    other, error_of_other = _scale(second, ridge, shared)
    differences = one - other
    z = differences / np.sqrt(error_of_one**2 + error_of_other**2)
    order = np.lexsort((shared, -np.abs(z)))[:limit]
    largest = tuple(
        Disagreement(
            first.items[shared[at]], float(one[at]), float(other[at]), float(differences[at]), float(z[at])
        )
        for at in order
    )
    shares = _shared_pairs(first.pairs, second.pairs)
    return AgreementOfTwo(
        int(shares.low.size),
        _same_winner(shares),
        _kappa(shares),
        pearson_r(one, other),
        spearman_rho(one, other),
        kendall_tau_a(one, other),
        kendall_tau_b(one, other),
        int(shared.size),
        largest,
        _largest_pairs(first.items, shares, limit),
    )


def leave_judges_out(judgements: Judgements, ridge: float = PRODUCTION_RIDGE) -> tuple[LeftOut, ...]:
    """Fit the scale without each judge in turn and hold the judge's verdicts against it; in order of judges.

    Judges without verdicts are skipped. Raises `NotEstimable` if the data do not name two judges.
    """
    if judgements.judge is None or len(judgements.judges) < 2:
        raise NotEstimable("at least two named judges are needed")
    whole = fit_penalised(judgements, ridge)
    start = whole.scores()
    rows = []
    for seat, judge in enumerate(judgements.judges):
        own = judgements.judge == seat
        theirs = judgements.keep(own)
        if not theirs.count:
            continue
        rest = fit_penalised(judgements.keep(~own), ridge, start).theta
        log_loss, agreement = _hold_against(theirs, rest)
        influence = float(np.abs(rest - whole.theta).max())
        rows.append(LeftOut(judge, float(theirs.weight.sum()), log_loss, agreement, influence))
    return tuple(rows)


def _scale(
    judgements: Judgements, ridge: float, shared: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[FloatArray, FloatArray]:
    fit = fit_penalised(judgements, ridge)
    theta = fit.theta[shared]
    return theta - theta.mean(), centred_errors(judgements, fit)[shared]


class _Shares(NamedTuple):
    """Pairs (low, high) that both judged, and the share of its verdicts that `low` won, by each judge."""

    low: IndexArray
    high: IndexArray
    one: FloatArray
    other: FloatArray


def _shared_pairs(first: Pairs, second: Pairs) -> _Shares:
    size = first.size
    _, mine, theirs = np.intersect1d(
        first.low * size + first.high, second.low * size + second.high, return_indices=True
    )
    one, other = first.wins[mine] / first.total[mine], second.wins[theirs] / second.total[theirs]
    return _Shares(first.low[mine], first.high[mine], one, other)


def _same_winner(shares: _Shares) -> Share | None:
    decided = (shares.one != 0.5) & (shares.other != 0.5)
    if not decided.any():
        return None
    same = ((shares.one > 0.5) == (shares.other > 0.5))[decided]
    return wilson_interval(float(same.sum()), float(same.size))


def _kappa(shares: _Shares) -> float | None:
    if not shares.low.size:
        return None
    one, other = (np.sign(share - 0.5).astype(np.int64) for share in (shares.one, shares.other))
    try:
        return quadratic_weighted_kappa([*(1 + one), *(1 - one)], [*(1 + other), *(1 - other)], 3)
    except NotEstimable:
        return None


def _largest_pairs(items: tuple[str, ...], shares: _Shares, limit: int) -> tuple[PairDisagreement, ...]:
    gap = np.abs(shares.one - shares.other)
    order = [at for at in np.argsort(-gap, kind="stable")[:limit] if gap[at] > 0]
    return tuple(
        PairDisagreement(
            items[shares.low[at]], items[shares.high[at]], float(shares.one[at]), float(shares.other[at])
        )
        for at in order
    )


def _hold_against(judgements: Judgements, theta: FloatArray) -> tuple[float, float | None]:
    ahead = theta[judgements.first] - theta[judgements.second]
    outcome, weight = judgements.outcome, judgements.weight
    loss = outcome * np.logaddexp(0.0, -ahead) + (1.0 - outcome) * np.logaddexp(0.0, ahead)
    decided = (outcome != 0.5) & (weight > 0)
    hit = 0.5 * (1.0 + np.sign(ahead) * np.sign(outcome - 0.5))
    agreement = float(weight[decided] @ hit[decided] / weight[decided].sum()) if decided.any() else None
    return float(weight @ loss / weight.sum()), agreement
