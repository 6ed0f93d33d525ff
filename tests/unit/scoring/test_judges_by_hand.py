"""Reliability, judges left out, prediction and simulation on few verdicts: each number against its definition."""

import numpy as np
import pytest

from app.scoring.bias import preference_for_longer
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements, Record
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.judges import agreement_of_two, leave_judges_out
from app.scoring.prediction import COIN, cross_validate, judge_is_informative
from app.scoring.reliability import posterior_ratio, reliability_report, split_half
from app.scoring.simulate import random_rounds
from app.scoring.standard_errors import centred_errors

X = [Record("a", "b", 1.0, 1.0, "x"), Record("b", "c", 1.0, 1.0, "x"), Record("a", "c", 0.5, 1.0, "x")]
Y = [Record("a", "b", 1.0, 1.0, "y"), Record("c", "a", 0.0, 2.0, "y"), Record("c", "b", 1.0, 1.0, "y")]


def test_a_judge_left_out_is_held_against_the_scale_of_the_others() -> None:
    whole = fit_penalised(Judgements.from_records([*X, *Y]))
    of_y = fit_penalised(Judgements.from_records(Y))
    found = {row.judge: row for row in leave_judges_out(Judgements.from_records([*X, *Y]))}
    theta = of_y.scores()
    ahead = [theta[row.first] - theta[row.second] for row in X]
    won, tied = [np.log1p(np.exp(-by)) for by in ahead], np.log1p(np.exp(ahead[2]))
    assert found["x"].log_loss == pytest.approx((won[0] + won[1] + 0.5 * won[2] + 0.5 * tied) / 3)
    # Of x's two decided verdicts, a over b is that of y's scale, b over c is not; the tie is not counted.
    assert theta["a"] > theta["c"] > theta["b"]
    assert found["x"].agreement == 0.5
    assert found["x"].influence == pytest.approx(float(np.abs(whole.theta - of_y.theta).max()))
    assert (found["x"].comparisons, found["y"].comparisons) == (3, 4)


def test_a_judge_of_ties_only_agrees_with_nobody_and_disagrees_with_nobody() -> None:
    ties = [Record("a", "b", 0.5, 1.0, "z")]
    found = {row.judge: row for row in leave_judges_out(Judgements.from_records([*X, *ties]))}
    assert found["z"].agreement is None


def test_the_posterior_ratio_is_the_fixed_point_that_it_states() -> None:
    rows = (
        [Record("a", "b", 1.0)] * 5 + [Record("b", "c", 1.0)] * 4 + [Record("c", "b", 1.0), Record("b", "a", 1.0)]
    )
    found = Judgements.from_records(rows)
    ratio = posterior_ratio(found)
    fit = fit_penalised(found, ratio.prior_sd**-2)
    variances = centred_errors(found, fit) ** 2
    assert 0.1 < ratio.prior_sd < 10
    assert ratio.prior_sd**2 == pytest.approx((fit.theta @ fit.theta + variances.sum()) / 2, rel=1e-4)
    assert ratio.reliability == pytest.approx(1 - variances.sum() / 2 / ratio.prior_sd**2, rel=1e-4)


def test_two_items_have_a_posterior_ratio_and_one_has_none() -> None:
    two = Judgements.from_records([Record("a", "b", 1.0)] * 9 + [Record("b", "a", 1.0)])
    assert 0.0 < posterior_ratio(two).reliability < 1.0
    assert reliability_report(two, fit_penalised(two), np.random.default_rng(0)).separation.ssr > 0.0
    for found in (Judgements.from_records([], ["a"]), Judgements.from_records([], ["a", "b"])):
        with pytest.raises(NotEstimable):
            posterior_ratio(found)


def test_a_spread_without_bounds_stops_at_the_stated_ones() -> None:
    even = Judgements.from_records([Record("a", "b", 1.0), Record("b", "a", 1.0)] * 5)
    assert posterior_ratio(even).prior_sd == pytest.approx(0.01)
    assert posterior_ratio(even).reliability == pytest.approx(0.0, abs=0.01)


def test_two_judges_are_the_two_halves() -> None:
    found = Judgements.from_records([*X, *Y])
    one, other = (fit_penalised(Judgements.from_records(rows), 0.3).theta for rows in (X, Y))
    r = float(np.corrcoef(one, other)[0, 1])
    halves = split_half(found, np.random.default_rng(1), 20, ridge=0.3)
    assert halves.correlation == pytest.approx(r)
    assert halves.stepped_up == pytest.approx(2 * r / (1 + r))
    assert [halves.low, halves.high] == pytest.approx([halves.stepped_up] * 2)
    assert (halves.splits, halves.clusters) == (20, 2)


def test_hits_are_counted_by_weight_and_an_even_prediction_is_half_a_hit() -> None:
    # Each verdict is foretold from the two others; with one fold a pair the three are told apart by hand.
    rows = [Record("a", "b", 1.0, 2.0), Record("b", "c", 1.0), Record("a", "c", 1.0), Record("d", "e", 1.0, 3.0)]
    found = cross_validate(Judgements.from_records(rows), np.random.default_rng(0), folds=4)
    # a over c follows from the others, and so do a over b (c is below a and b) by the same size as b over c:
    # without a-b: b over c, a over c: even. Without b-c: a over both: even. Nothing is known of d and e.
    assert found.accuracy == pytest.approx((2 * 0.5 + 0.5 + 1.0 + 3 * 0.5) / 7)
    assert found.comparisons == 7


def test_a_coin_has_the_loss_of_the_textbook_and_the_order_alone_that_of_its_rate() -> None:
    assert round(COIN, 3) == 0.693
    rows = [Record("a", "b", 1.0, 3.0), Record("b", "c", 0.0), Record("a", "c", 0.0)]
    found = cross_validate(Judgements.from_records(rows), np.random.default_rng(0), folds=3)
    assert found.order_only == pytest.approx(-(0.6 * np.log(0.6) + 0.4 * np.log(0.4)))
    unknown = Judgements.from_records(rows, order_known=False)
    assert cross_validate(unknown, np.random.default_rng(0), folds=3).order_only == np.inf
    ten = Judgements.from_records([Record(f"i{at}", f"i{at + 1}", float(at % 4 > 0)) for at in range(12)])
    said = judge_is_informative(ten, np.random.default_rng(0))
    assert said.baseline == pytest.approx(said.cross_validation.order_only)
    assert said.baseline < COIN


def test_folds_are_refused_only_where_there_are_more_of_them_than_pairs_or_fewer_than_two() -> None:
    three = Judgements.from_records([Record("a", "b", 1.0), Record("b", "c", 1.0), Record("a", "c", 0.0)])
    assert cross_validate(three, np.random.default_rng(0), folds=2).pairs == 3
    for folds in (1, 4):
        with pytest.raises(NotEstimable):
            cross_validate(three, np.random.default_rng(0), folds=folds)


def test_one_length_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidJudgements):
        preference_for_longer(Judgements.from_records(X), [1.0, np.nan, 2.0])


def test_rounds_pair_every_item_once_and_two_items_are_enough() -> None:
    rng = np.random.default_rng(5)
    first, second = random_rounds(2, 3, rng)
    assert (first.size, second.size) == (3, 3)
    assert (first + second == 1).all()
    first, second = random_rounds(7, 4, rng)
    for at in range(4):
        met = [*first[3 * at : 3 * at + 3], *second[3 * at : 3 * at + 3]]
        assert len(set(met)) == 6
    assert random_rounds(2, 0, rng)[0].size == 0
    for size, rounds in ((1, 1), (2, -1)):
        with pytest.raises(InvalidJudgements):
            random_rounds(size, rounds, rng)


def test_pairs_of_two_panels_are_compared_by_the_shares_that_each_gave() -> None:
    items = ["a", "b", "c", "d"]
    one = [("a", "b", 3.0), ("b", "a", 1.0), ("b", "c", 2.0), ("c", "d", 2.0)]
    other = [("a", "b", 1.0), ("b", "a", 4.0), ("b", "c", 3.0), ("d", "a", 1.0)]
    left, right = (
        Judgements.from_records([Record(won, lost, 1.0, weight) for won, lost, weight in rows], items)
        for rows in (one, other)
    )
    found = agreement_of_two(left, right)
    # a-b: 3 of 4 against 1 of 5; b-c: all by both; c-d and a-d were judged by one of the two.
    assert found.pairs == 2
    largest = found.largest_pairs[0]
    assert (largest.item, largest.against) == ("a", "b")
    assert [largest.first, largest.second] == pytest.approx([0.75, 0.2])
    assert found.same_winner is not None
    assert (found.same_winner.share, found.same_winner.count) == (0.5, 2)


def test_the_error_of_a_loss_over_two_pairs_is_that_of_two_clusters() -> None:
    rows = [Record("a", "b", 1.0), Record("c", "d", 1.0, 3.0)]
    found = cross_validate(Judgements.from_records(rows), np.random.default_rng(0), folds=2)
    assert found.log_loss == pytest.approx(COIN)
    assert found.error == pytest.approx(0.0, abs=1e-12)
    met = [Record("a", "b", 1.0), Record("b", "c", 0.0), Record("b", "c", 1.0)]
    found = cross_validate(Judgements.from_records(met), np.random.default_rng(0), folds=2)
    alone = fit_penalised(Judgements.from_records(met[:1], ["a", "b", "c"])).scores()
    ahead = alone["b"] - alone["c"]
    tossed, losses = COIN, [np.log1p(np.exp(ahead)), np.log1p(np.exp(-ahead))]
    mean = (tossed + sum(losses)) / 3
    clusters = np.array([tossed - mean, sum(losses) - 2 * mean])
    assert found.log_loss == pytest.approx(mean)
    assert found.error == pytest.approx(float(np.sqrt((clusters @ clusters) * 2 / 1)) / 3)
