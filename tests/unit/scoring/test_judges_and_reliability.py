"""Bias, cycles, agreement, prediction, reliability: values by hand, and what a coin must look like."""

import numpy as np
import pytest

from app.scoring.bias import first_pick_rate, preference_for_longer, swap_consistency, wilson_interval
from app.scoring.bradley_terry import PRODUCTION_RIDGE, fit_penalised
from app.scoring.cycles import cyclic_triads
from app.scoring.data import FloatArray, Judgements, Record
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.judges import agreement_of_two, leave_judges_out
from app.scoring.prediction import cross_validate, foretell, judge_is_informative
from app.scoring.reliability import posterior_ratio, reliability_report, split_half
from app.scoring.robust import bootstrap, sandwich_errors
from app.scoring.simulate import simulate
from app.scoring.standard_errors import centred_errors, covariance


def records(*rows: tuple[str, str, float]) -> Judgements:
    return Judgements.from_records([Record(*row) for row in rows])


def coin_with_adaptive_pairs(size: int, rounds: int, rng: np.random.Generator) -> Judgements:
    """Return a coin's verdicts on pairs that were chosen to be close on the scale so far."""
    first, second, outcome = [], [], []
    theta: FloatArray = rng.normal(0, 0.01, size)
    for _ in range(rounds):
        order = np.argsort(theta + rng.normal(0, 1e-9, size))
        first += order[0::2].tolist()
        second += order[1::2].tolist()
        outcome += rng.integers(0, 2, size // 2).astype(float).tolist()
        found = Judgements.from_arrays([str(item) for item in range(size)], first, second, outcome)
        theta = fit_penalised(found).theta
    return Judgements.from_arrays(found.items, found.first, found.second, found.outcome)


def test_wilson_s_interval_is_that_of_the_textbook() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: 81 of 263, Wilson score."""
    found = wilson_interval(81, 263)
    assert (round(found.share, 4), round(found.low, 4), round(found.high, 4)) == (0.3080, 0.2553, 0.3662)
    with pytest.raises(NotEstimable):
        wilson_interval(0, 0)


def test_first_picks_are_counted_without_ties() -> None:
    found = first_pick_rate(records(("a", "b", 1.0), ("a", "c", 1.0), ("b", "c", 0.0), ("c", "a", 0.5)))
    assert found.share == pytest.approx(2 / 3)
    assert found.count == 3


def test_a_judge_who_sees_only_the_order_is_never_consistent_and_one_who_sees_only_essays_always() -> None:
    order = records(("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 0.0), ("c", "b", 0.0))
    essays = records(("a", "b", 1.0), ("b", "a", 0.0), ("b", "c", 0.0), ("c", "b", 1.0), ("a", "c", 1.0))
    assert (swap_consistency(order).share, swap_consistency(order).count) == (0.0, 2)
    assert (swap_consistency(essays).share, swap_consistency(essays).count) == (1.0, 2)
    with pytest.raises(NotEstimable):
        swap_consistency(records(("a", "b", 1.0)))


def test_the_longer_text_is_counted_where_lengths_and_verdicts_differ() -> None:
    found = records(("a", "b", 1.0), ("c", "a", 1.0), ("b", "c", 0.5), ("c", "d", 1.0))
    share = preference_for_longer(found, [300, 200, 100, 100])
    assert (share.share, share.count) == (0.5, 2)
    with pytest.raises(InvalidJudgements):
        preference_for_longer(found, [1, 2])


def test_one_of_four_triads_is_a_cycle() -> None:
    rows = [("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0), ("a", "d", 1.0), ("b", "d", 1.0), ("c", "d", 1.0)]
    found = cyclic_triads(records(*rows))
    assert (found.cyclic, found.compared, found.share) == (1, 4, 0.25)
    assert found.consistence == pytest.approx(1 - 1 / 2)
    assert cyclic_triads(records(("a", "b", 1.0), ("b", "a", 1.0))).share is None


def test_a_coin_makes_a_quarter_of_all_triads_cycles() -> None:
    rng = np.random.default_rng(1)
    low, high = np.triu_indices(60, 1)
    verdicts = rng.integers(0, 2, low.size).astype(float)
    found = cyclic_triads(Judgements.from_arrays([str(item) for item in range(60)], low, high, verdicts))
    assert found.share == pytest.approx(0.25, abs=0.02)


def test_two_noisy_judges_of_the_same_essays_agree_and_their_largest_difference_is_named() -> None:
    rng = np.random.default_rng(2)
    truth = np.linspace(-3, 3, 20)
    one = simulate(truth, 40, rng)
    moved = truth.copy()
    moved[3] = 4.0
    other = simulate(moved, 40, rng)
    found = agreement_of_two(one, other, limit=2)
    assert found.items == 20
    assert found.largest[0].item == one.items[3]
    assert found.largest[0].difference < -3
    assert len(found.largest) == 2
    assert found.pearson > 0.6
    assert found.same_winner is not None
    assert 0.6 < found.same_winner.share < 1.0


def test_agreement_needs_the_same_items_and_three_of_them() -> None:
    with pytest.raises(InvalidJudgements):
        agreement_of_two(records(("a", "b", 1.0)), records(("a", "c", 1.0)))
    with pytest.raises(NotEstimable):
        agreement_of_two(records(("a", "b", 1.0)), records(("a", "b", 1.0)))


def test_a_contrary_judge_stands_out_when_left_out() -> None:
    rng = np.random.default_rng(3)
    found = simulate(rng.normal(0, 1.5, 20), 60, rng, judges=6)
    assert found.judge is not None
    contrary = np.where(found.judge == 2, 1.0 - found.outcome, found.outcome)
    turned = Judgements(found.items, found.first, found.second, contrary, found.weight, found.judge, found.judges)
    rows = {row.judge: row for row in leave_judges_out(turned)}
    worst = max(rows.values(), key=lambda row: row.log_loss)
    assert worst.judge == found.judges[2]
    assert worst.agreement is not None
    assert worst.agreement < 0.4
    assert worst.influence == max(row.influence for row in rows.values())
    assert sum(row.comparisons for row in rows.values()) == found.count


def test_verdicts_of_a_scale_are_foretold_and_those_of_a_coin_are_not() -> None:
    rng = np.random.default_rng(4)
    real, coin = simulate(rng.normal(0, 2, 30), 20, rng), simulate(np.zeros(30), 20, rng)
    seen, tossed = cross_validate(real, rng), cross_validate(coin, rng)
    assert seen.log_loss + 2 * seen.error < np.log(2) < tossed.log_loss + 2 * tossed.error
    assert seen.accuracy is not None
    assert seen.accuracy > 0.7
    assert judge_is_informative(real, rng).informative
    assert not judge_is_informative(coin, rng).informative
    with pytest.raises(NotEstimable):
        cross_validate(records(("a", "b", 1.0)), rng)


def test_a_judge_who_sees_only_the_order_is_not_informative() -> None:
    rng = np.random.default_rng(5)
    found = simulate(np.zeros(30), 20, rng)
    first = Judgements.from_arrays(found.items, found.first, found.second, np.ones(found.count))
    assert not judge_is_informative(first, rng).informative


def test_adaptive_pairing_lends_a_coin_a_reliability_that_its_companions_unmask() -> None:
    rng = np.random.default_rng(6)
    coin = coin_with_adaptive_pairs(40, 12, rng)
    report = reliability_report(coin, fit_penalised(coin), rng)
    honest = simulate(np.zeros(40), 12, rng)
    plain = reliability_report(honest, fit_penalised(honest), rng)
    assert report.separation.ssr > 0.5 > plain.separation.ssr
    assert not judge_is_informative(coin, rng).informative


def test_separation_is_its_definition() -> None:
    rng = np.random.default_rng(7)
    found = simulate(rng.normal(0, 1.5, 26), 20, rng)
    fit = fit_penalised(found)
    report = reliability_report(found, fit, rng)
    error = float((centred_errors(found, fit) ** 2).mean())
    ssr = 1 - error / float(fit.theta.var(ddof=1))
    assert report.separation.ssr == pytest.approx(ssr)
    assert report.separation.ratio == pytest.approx((ssr / (1 - ssr)) ** 0.5)
    assert report.separation.rmse == pytest.approx(error**0.5)
    assert report.separation.comparisons_per_item == 20
    assert report.split_half is None
    assert "judge" in (report.no_split_half or "")


def test_the_posterior_ratio_finds_the_spread_of_true_scores_and_none_for_a_coin() -> None:
    rng = np.random.default_rng(8)
    real, coin = simulate(rng.normal(0, 1.5, 200), 40, rng), simulate(np.zeros(200), 40, rng)
    assert posterior_ratio(real).prior_sd == pytest.approx(1.5, abs=0.2)
    assert posterior_ratio(real).reliability > 0.8
    assert posterior_ratio(coin).reliability < 0.3


def test_halves_of_many_judges_correlate_as_spearman_and_brown_say() -> None:
    rng = np.random.default_rng(9)
    found = simulate(rng.normal(0, 1.5, 25), 60, rng, judges=20)
    halves = split_half(found, rng, 40, ridge=PRODUCTION_RIDGE)
    assert halves.splits == 40
    assert halves.clusters == 20
    assert 0.7 < halves.correlation < halves.stepped_up < 1
    assert halves.stepped_up == pytest.approx(2 * halves.correlation / (1 + halves.correlation), abs=0.01)
    assert halves.low <= halves.stepped_up <= halves.high


def test_robust_errors_agree_with_the_model_where_judges_have_no_habits() -> None:
    rng = np.random.default_rng(10)
    found = simulate(rng.normal(0, 1, 15), 120, rng, judges=60)
    fit = fit_penalised(found)
    model = centred_errors(found, fit).mean()
    assert sandwich_errors(found, fit).mean() == pytest.approx(model, rel=0.2)
    drawn = bootstrap(found, fit, rng, 150)
    assert drawn.errors.mean() == pytest.approx(model, rel=0.2)
    assert (drawn.low <= fit.theta).mean() > 0.9
    assert (drawn.high >= fit.theta).mean() > 0.9


def test_judges_with_habits_widen_the_robust_errors() -> None:
    rng = np.random.default_rng(11)
    base = simulate(np.zeros(10), 200, rng, judges=10)
    assert base.judge is not None
    tastes = rng.normal(0, 3, (10, 10))
    seat = np.asarray(base.judge)
    ahead = tastes[seat, base.first] - tastes[seat, base.second]
    outcome = (rng.random(base.count) < 1 / (1 + np.exp(-ahead))).astype(float)
    found = Judgements(base.items, base.first, base.second, outcome, base.weight, base.judge, base.judges)
    fit = fit_penalised(found)
    assert sandwich_errors(found, fit).mean() > 1.5 * centred_errors(found, fit).mean()


@pytest.mark.parametrize("act", [lambda j: split_half(j, np.random.default_rng(0), ridge=0.1), leave_judges_out])
def test_statistics_of_judges_need_named_judges(act: object) -> None:
    assert callable(act)
    with pytest.raises(NotEstimable):
        act(records(("a", "b", 1.0), ("b", "c", 1.0)))


def test_held_out_loss_and_its_error_are_their_definition() -> None:
    rows = [Record("a", "b", 1.0), Record("b", "c", 1.0), Record("a", "c", 0.0)]
    found = cross_validate(Judgements.from_records(rows), np.random.default_rng(0), folds=3, ridge=0.5)
    losses = []
    for left_out in rows:
        others = Judgements.from_records([row for row in rows if row is not left_out], ["a", "b", "c"])
        theta = fit_penalised(others, 0.5).scores()
        ahead = theta[left_out.first] - theta[left_out.second]
        losses.append(np.log1p(np.exp(-ahead if left_out.outcome == 1.0 else ahead)))
    assert found.log_loss == pytest.approx(np.mean(losses))
    assert found.error == pytest.approx(np.std(losses, ddof=1) / 3**0.5)
    assert (found.pairs, found.comparisons) == (3, 3)


def test_the_sandwich_is_its_definition() -> None:
    rows = [Record("a", "b", 1.0, 1.0, "x"), Record("b", "c", 1.0, 1.0, "x"), Record("c", "a", 1.0, 1.0, "y")]
    found = Judgements.from_records(rows)
    fit = fit_penalised(found)
    scores = np.zeros((2, 3))
    for row, seat in zip(rows, (0, 0, 1), strict=True):
        one, other = found.items.index(row.first), found.items.index(row.second)
        surplus = 1.0 - 1.0 / (1.0 + np.exp(fit.theta[other] - fit.theta[one]))
        scores[seat, one] += surplus
        scores[seat, other] -= surplus
    inverse = covariance(found, fit)
    expected = np.sqrt(np.diagonal(inverse @ scores.T @ scores @ inverse) * 2 / 1)
    assert sandwich_errors(found, fit) == pytest.approx(expected)


def test_coins_that_choose_their_own_pairs_are_never_informative() -> None:
    """Held-out verdicts leak through the choice of later pairs; what foretells them from the past cannot leak."""
    leaked, ahead = 0, []
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        found = judge_is_informative(coin_with_adaptive_pairs(30, 10, rng), rng)
        leaked += found.cross_validation.log_loss + 1.645 * found.cross_validation.error < found.baseline
        assert not found.informative
        ahead.append(found.forward.log_loss)
    assert leaked > 0
    assert np.mean(ahead) > np.log(2)


def test_ties_are_neither_hit_nor_missed() -> None:
    ties = records(("a", "b", 0.5), ("b", "c", 0.5), ("a", "c", 0.5))
    assert cross_validate(ties, np.random.default_rng(0), folds=3).accuracy is None


def test_verdicts_are_foretold_from_earlier_rows_on_other_pairs() -> None:
    rows = [("a", "b", 1.0), ("b", "c", 1.0), ("a", "b", 0.0), ("a", "c", 1.0), ("c", "b", 1.0), ("a", "b", 1.0)]
    found = foretell(records(*rows), blocks=3, ridge=0.5)
    losses = []
    for at in (2, 3, 4, 5):
        block = rows[at // 2 * 2 : at // 2 * 2 + 2]
        taken = [{one, other} for one, other, _ in block]
        earlier = [Record(*row) for row in rows[: at // 2 * 2] if {row[0], row[1]} not in taken]
        theta = fit_penalised(Judgements.from_records(earlier, ["a", "b", "c"]), 0.5).scores()
        first, second, outcome = rows[at]
        ahead = theta[first] - theta[second]
        losses.append(np.log1p(np.exp(-ahead if outcome == 1.0 else ahead)))
    assert found.log_loss == pytest.approx(np.mean(losses))
    assert found.comparisons == 4
    # Clusters: a-b (two verdicts), a-c, b-c.
    rest = np.array(losses) - np.mean(losses)
    sums = np.array([rest[0] + rest[3], rest[1], rest[2]])
    assert found.error == pytest.approx(float(np.sqrt((sums**2).sum() * 3 / 2)) / 4)
    with pytest.raises(NotEstimable):
        foretell(records(*rows), blocks=7)
    with pytest.raises(NotEstimable):
        foretell(records(*rows), blocks=1)
