"""The parts of pairing, each against its definition: lots, worth, merit, the cost of skew, positions."""

from collections.abc import Sequence
from itertools import combinations, product
from math import exp

import numpy as np
import pytest

from app.cj.design import Design, Oriented, Policy, Standing
from app.cj.orientation import Positions
from app.cj.pairing import worth as worths
from app.cj.pairing.history import History
from app.cj.pairing.merit import Merits, skew_cost
from app.cj.pairing.pool import Pool
from app.cj.pairing.worth import LOT, lots, worth_by
from app.scoring.bradley_terry import Fit, fit_penalised
from app.scoring.data import FloatArray, IndexArray, Judgements
from app.scoring.standard_errors import covariance, information_of

ASKED: list[Oriented] = [(0, 1), (1, 2), (2, 0), (3, 1), (0, 1), (3, 4)]
LOW, HIGH = (np.array(part) for part in zip(*combinations(range(5), 2), strict=True))
MASK = 2**64 - 1


def no_lot(low: IndexArray, _: IndexArray) -> FloatArray:
    return np.zeros(low.shape)


def judged(asked: Sequence[Oriented]) -> tuple[Judgements, Fit]:
    names = [str(at) for at in range(5)]
    outcome = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]
    verdicts = Judgements.from_arrays(names, [a for a, _ in asked], [b for _, b in asked], outcome)
    return verdicts, fit_penalised(verdicts)


def test_a_lot_is_the_published_mixture_of_seed_and_pair() -> None:
    """Steele, Lea and Flood 2014 (splitmix64), in whole numbers."""
    drawn = lots(5, 42)(LOW, HIGH)
    for low, high, lot in zip(LOW.tolist(), HIGH.tolist(), drawn.tolist(), strict=True):
        mixed = ((low * 5 + high) * 0x9E3779B97F4A7C15 + 42) & MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        assert lot == ((mixed ^ (mixed >> 31)) >> 11) / 2**53
    low, high = np.triu_indices(200, 1)
    many = lots(200, 7)(low, high)
    assert 0.0 <= many.min() < 0.001
    assert 0.999 < many.max() < 1.0
    assert many.mean() == pytest.approx(0.5, abs=0.01)


def test_worth_is_the_formula_of_the_policy() -> None:
    verdicts, fit = judged(ASKED)
    history, standing = History.of(5, ASKED), Standing(5, frozenset(), ASKED, verdicts, fit)
    known, counts, times = covariance(verdicts, fit), [3, 4, 2, 2, 1], {(0, 1): 2, (1, 2): 1, (0, 2): 1}
    times |= {(1, 3): 1, (3, 4): 1}
    rare_design = Design(Policy.OPTIMAL_GRAPH, count_weight=2.0, proximity_weight=3.0)
    rare = worth_by(rare_design, standing, history, lambda low, _: np.ones(low.shape))(LOW, HIGH)
    close = worth_by(Design(Policy.NEAREST), standing, history, no_lot)(LOW, HIGH)
    telling = worth_by(Design(Policy.INFORMATION), standing, history, no_lot)(LOW, HIGH)
    for at, (one, other) in enumerate(combinations(range(5), 2)):
        gap = abs(float(fit.theta[one] - fit.theta[other]))
        met = times.get((one, other), 0)
        near = exp(-gap) if gap < 2.0 else 0.0
        rarity = 1 / (1 + counts[one]) + 1 / (1 + counts[other])
        assert rare[at] == pytest.approx(2.0 * rarity + LOT + 3.0 * near / (1 + met))
        assert close[at] == pytest.approx(-gap - met)
        chance = 1 / (1 + exp(-gap))
        variance = known[one, one] + known[other, other] - 2 * known[one, other]
        assert telling[at] == pytest.approx(chance * (1 - chance) * variance)


def test_worth_among_many_essays_takes_their_own_information(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts, fit = judged(ASKED)
    own = 1.0 / information_of(verdicts, fit).diagonal
    standing = Standing(5, frozenset(), ASKED, verdicts, fit)
    monkeypatch.setattr(worths, "EXACT_VARIANCES", 4)
    telling = worth_by(Design(Policy.INFORMATION), standing, History.of(5, ASKED), no_lot)(LOW, HIGH)
    chance = 1 / (1 + np.exp(fit.theta[HIGH] - fit.theta[LOW]))
    assert telling == pytest.approx(chance * (1 - chance) * (own[LOW] + own[HIGH]))
    monkeypatch.setattr(worths, "EXACT_VARIANCES", 5)
    exact = worth_by(Design(Policy.INFORMATION), standing, History.of(5, ASKED), no_lot)(LOW, HIGH)
    assert exact != pytest.approx(telling)


@pytest.mark.parametrize("policy", [Policy.INFORMATION, Policy.NEAREST])
def test_policies_that_need_scores_draw_lots_before_a_fit(policy: Policy) -> None:
    lot = lots(5, 1)
    verdicts, fit = judged(ASKED)
    for standing in (
        Standing(5, frozenset(), ASKED, None, None),
        Standing(5, frozenset(), ASKED, None, fit),
        Standing(5, frozenset(), ASKED, verdicts, None),
    ):
        assert worth_by(Design(policy), standing, History.of(5, ASKED), lot) is lot
    full = Standing(5, frozenset(), ASKED, verdicts, fit)
    assert worth_by(Design(Policy.RANDOM_BALANCED), full, History.of(5, ASKED), lot) is lot
    assert worth_by(Design(policy), full, History.of(5, ASKED), lot) is not lot


def by_hand(skew: tuple[int, int], odd: tuple[int, int], lean: int) -> float:
    """Return the rise of skew^2 beyond parity, over four, of the best orientation that is free."""
    before = sum(at**2 - is_odd for at, is_odd in zip(skew, odd, strict=True))
    after = {
        way: (skew[0] + way) ** 2 + (skew[1] - way) ** 2 - sum(1 - is_odd for is_odd in odd) for way in (1, -1)
    }
    free = (1, -1) if lean == 0 else (-1,) if lean > 0 else (1,)
    return (min(after[way] for way in free) - before) / 4


def test_the_cost_of_skew_is_what_the_best_orientation_adds_beyond_parity() -> None:
    counts = {0: 2, 1: 3, -1: 3, 2: 4, -2: 4, 3: 5, -3: 5}
    pair = (np.array([0]), np.array([1]))
    for one, other, lean in product(counts, counts, (-1, 0, 1)):
        there = np.array([0] if lean else [], dtype=np.int64) + 1
        history = History(
            2,
            np.array([counts[one], counts[other]]),
            np.array([one, other]),
            there,
            there * 0 + 1,
            there * 0 + lean,
        )
        assert skew_cost(history, *pair)[0] == by_hand((one, other), (one % 2, other % 2), lean)
    even = History.of(4, [(0, 1), (2, 3)])
    # 0 and 2 are both ahead by one; 0 and 3 have opposite skews.
    assert skew_cost(even, np.array([0, 0]), np.array([2, 3])).tolist() == [1.0, 0.0]


def test_merit_puts_connection_and_balance_above_any_worth() -> None:
    history = History.of(5, ASKED)
    pool = Pool.of(history, [(0, 3), (0, 4), (2, 3), (1, 4)], repeats=True)
    groups = np.array([0, 0, 0, 1, 1])

    def worth(low: IndexArray, high: IndexArray) -> FloatArray:
        return np.asarray(10.0 * low + high)

    merits = Merits(pool, groups, worth, lambda low, _: np.full(low.shape, 0.5), (3.0, 23.0), balance=True)
    low, high = np.array([0, 2, 0, 0]), np.array([3, 3, 1, 0])
    found = merits(low, high)
    cost = skew_cost(history, low, high)
    assert found[:2] == pytest.approx([0.0 + 5e-7 + 5 - 5 * cost[0], 1.0 + 5e-7 + 5 - 5 * cost[1]])
    assert found[2:].tolist() == [-np.inf, -np.inf]
    unbalanced = Merits(pool, groups * 0, worth, no_lot, (3.0, 23.0), balance=False)
    assert unbalanced(low, high)[:2] == pytest.approx([0.0, 1.0])
    flat = Merits(pool, groups * 0, worth, no_lot, (3.0, 3.0), balance=False)
    assert flat(low[:1], high[:1]) == pytest.approx([0.0])


def test_positions_are_counted_as_they_are_taken() -> None:
    positions = Positions([(0, 1), (0, 1), (2, 0)])
    assert (positions.skew[0], positions.skew[1], positions.skew[2]) == (1, -2, 1)
    assert (positions.counts[0], positions.counts[1], positions.counts[2]) == (3, 2, 1)
    assert positions.take(1, 2) == (1, 2)
    assert (positions.skew[1], positions.skew[2]) == (-1, 0)
    assert (positions.counts[1], positions.counts[2]) == (3, 2)
    assert positions.seen[(1, 2)] == 1
    # A pair asked before is turned, by how often; a new one leans by skew over one more than the count.
    assert positions.leaning((0, 1)) == 2.0
    assert positions.leaning((1, 0)) == -2.0
    assert positions.leaning((0, 3)) == pytest.approx(1 / 4)
    assert Positions([(0, 1), (2, 1)]).leaning((1, 3)) == pytest.approx(-2 / 3)
    assert Positions([(0, 1), (2, 1)]).leaning((3, 0)) == pytest.approx(-1 / 2)
