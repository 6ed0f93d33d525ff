"""Bias of a judge: fed by judgements in the order shown and by lengths of texts; feeds the report on a judge.

Shares with Wilson's score interval (Wilson 1927), which takes verdicts as independent: with many verdicts on
few essays it is too narrow. The joint model of order and quality is in `order_effect`.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from app.scoring.data import Judgements
from app.scoring.errors import InvalidJudgements, NotEstimable


@dataclass(frozen=True)
class Share:
    """A share with its interval; `count` is the weighted number of cases behind it."""

    share: float
    low: float
    high: float
    count: float


def wilson_interval(hits: float, count: float, level: float = 0.95) -> Share:
    """Return hits / count with Wilson's interval; raises `NotEstimable` for no cases."""
    if count <= 0:
        raise NotEstimable("there is no case from which to take a share")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = hits / count
    centre = (share + z * z / (2.0 * count)) / (1.0 + z * z / count)
    half = z * np.sqrt(share * (1.0 - share) / count + z * z / (4.0 * count * count)) / (1.0 + z * z / count)
    return Share(share, max(0.0, float(centre - half)), min(1.0, float(centre + half)), count)


def first_pick_rate(judgements: Judgements) -> Share:
    """Return how often the essay shown first won; ties are left out.

    With orders drawn at random 0.5 is the rate of an unbiased judge, whatever the essays.
    """
    judgements.require_order()
    decided = judgements.outcome != 0.5
    weight = judgements.weight[decided]
    hits = float(weight[judgements.outcome[decided] > 0.5].sum())
    return wilson_interval(hits, float(weight.sum()))


def swap_consistency(judgements: Judgements) -> Share:
    """Return the share of pairs, shown in both orders and decided in both, with the same winner in both.

    In each order the majority decides. A fair coin gives 0.5, a judge who sees only the order 0. Close pairs
    lower it with no fault of the judge. Raises `NotEstimable` if no pair was shown in both orders.
    """
    judgements.require_order()
    pairs = judgements.ordered_pairs
    lead = np.sign(2.0 * pairs.wins - pairs.total)
    key = pairs.low * pairs.size + pairs.high
    back = pairs.high * pairs.size + pairs.low
    forward, backward = np.intersect1d(key, back, return_indices=True)[1:]
    once = pairs.low[forward] < pairs.high[forward]
    forward, backward = forward[once], backward[once]
    # `key[forward] == back[backward]`: `backward` is the same pair, shown the other way round.
    decided = (lead[forward] != 0) & (lead[backward] != 0)
    agree = lead[forward][decided] == -lead[backward][decided]
    return wilson_interval(float(agree.sum()), float(agree.size))


def preference_for_longer(judgements: Judgements, lengths: ArrayLike) -> Share:
    """Return how often the longer text won; `lengths` (n,), any one unit.

    Ties and pairs of equal length are left out. Longer essays are often better: only the difference to an
    expert's preference on the same pairs is bias.
    """
    sizes = np.asarray(lengths, dtype=np.float64)
    if sizes.shape != (judgements.size,) or not np.isfinite(sizes).all():
        raise InvalidJudgements("one finite length an item is needed")
    longer = np.sign(sizes[judgements.first] - sizes[judgements.second])
    winner = np.sign(judgements.outcome - 0.5)
    used = (longer != 0) & (winner != 0)
    weight = judgements.weight[used]
    hits = float(weight[(longer == winner)[used]].sum())
    return wilson_interval(hits, float(weight.sum()))
