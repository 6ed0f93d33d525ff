from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from app.scoring.bradley_terry import (
    PRODUCTION_RIDGE,
    expected_scores,
    fit_eps,
    fit_mle,
    fit_penalised,
    gradient,
    information_at,
    log_likelihood,
)
from app.scoring.data import FloatArray, Judgements, Record
from app.scoring.errors import InvalidJudgements, NotConnected, NotConverged, NotEstimable
from app.scoring.newton import climb
from app.scoring.simulate import simulate
from tests.unit.scoring import literature

ITEMS = [str(item) for item in range(6)]
verdicts = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(1, 5),
        st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from([1.0, 2.0, 0.5]),
    ),
    max_size=40,
)
Verdicts = list[tuple[int, int, float, float]]
quick = settings(max_examples=60, deadline=None, database=None)


def _judgements(rows: Verdicts, items: list[str] = ITEMS) -> Judgements:
    return Judgements.from_records(
        [Record(items[a], items[(a + gap) % 6], won, weight) for a, gap, won, weight in rows], items
    )


def test_journal_citations_give_the_published_estimates() -> None:
    # Turner and Firth, Journal of Statistical Software 48(9) 2012, section 2.1: relative to Biometrika.
    theta = fit_mle(literature.citations()).theta
    assert np.round(theta - theta[0], 5).tolist() == [0.0, -2.94907, -0.47957, 0.26895]


def test_baseball_without_home_effect_gives_the_published_estimates() -> None:
    # Agresti 2002, table 10.11: estimates against Baltimore.
    theta = fit_mle(literature.baseball()).theta
    assert np.round(theta - theta[-1], 2).tolist() == [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]


def test_the_worked_example_of_the_encyclopedia_comes_out() -> None:
    fit = fit_mle(literature.from_wins(literature.FOUR_TEAMS, literature.FOUR_TEAMS_WINS))
    assert np.round(np.exp(fit.theta), 3).tolist() == [0.640, 1.043, 0.660, 2.270]


def test_the_penalised_case_of_choix_comes_out() -> None:
    # choix penalises with alpha * sum(theta^2), so its alpha = 0.5 is a ridge of 1.
    fit = fit_penalised(literature.from_winners(8, literature.CHOIX_RANDOM), ridge=1.0)
    published = [
        -0.51974039,
        -0.46280878,
        -0.31376862,
        -0.06854694,
        -0.3185146,
        -0.00346107,
        0.63032783,
        1.05651257,
    ]
    assert fit.theta == pytest.approx(published, abs=1e-7)


@pytest.mark.parametrize(
    ("games", "published"),
    [
        (((0, 1), (1, 2), (2, 0)), [1.0, 1.0, 1.0]),
        (((0, 1), (0, 1), (1, 2), (2, 0)), [1.43586088, 0.62035049, 0.94378863]),
    ],
)
def test_the_cycles_of_choix_come_out(games: tuple[tuple[int, int], ...], published: list[float]) -> None:
    strength = np.exp(fit_mle(literature.from_winners(3, games)).theta)
    assert strength / strength.mean() == pytest.approx(published, abs=1e-7)


def test_the_introduction_to_choix_comes_out() -> None:
    games = ((1, 0), (0, 4), (3, 1), (0, 2), (2, 4), (4, 3))
    assert np.round(fit_mle(literature.from_winners(5, games)).theta + 0.0, 3).tolist() == pytest.approx(
        [0.583, 0.194, 0.0, -0.194, -0.583], abs=1e-3
    )


def test_two_items_give_the_log_odds() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0, 3.0), Record("b", "a", 1.0, 1.0)])
    theta = fit_mle(judgements).theta
    assert theta[0] - theta[1] == pytest.approx(np.log(3.0), abs=1e-12)


def test_at_the_maximum_likelihood_each_item_wins_as_often_as_expected() -> None:
    judgements = literature.baseball()
    fit = fit_mle(judgements)
    assert expected_scores(judgements.pairs, fit.theta) == pytest.approx(judgements.pairs.scores, abs=1e-9)


@quick
@given(verdicts)
def test_the_penalised_fit_is_finite_centred_and_stationary_on_any_data(rows: Verdicts) -> None:
    judgements = _judgements(rows)
    fit = fit_penalised(judgements)
    assert abs(fit.theta.sum()) < 1e-9
    assert np.abs(gradient(judgements.pairs, fit.theta, fit.ridge)).max() < 1e-8


@quick
@given(verdicts)
def test_swapping_all_outcomes_mirrors_the_scale(rows: Verdicts) -> None:
    mirrored = [(a, gap, 1.0 - won, weight) for a, gap, won, weight in rows]
    assert fit_penalised(_judgements(mirrored)).theta == pytest.approx(
        -fit_penalised(_judgements(rows)).theta, abs=1e-8
    )


@quick
@given(verdicts)
def test_showing_the_pairs_in_the_other_order_changes_nothing(rows: Verdicts) -> None:
    turned = [((a + gap) % 6, 6 - gap, 1.0 - won, weight) for a, gap, won, weight in rows]
    assert np.array_equal(fit_penalised(_judgements(turned)).theta, fit_penalised(_judgements(rows)).theta)


@quick
@given(verdicts, st.permutations(range(6)))
def test_relabelling_permutes(rows: Verdicts, order: list[int]) -> None:
    renamed = [ITEMS[index] for index in order]
    scores = fit_penalised(_judgements(rows)).scores()
    again = fit_penalised(_judgements(rows, renamed)).scores()
    assert [again[renamed[at]] for at in range(6)] == pytest.approx([scores[ITEMS[at]] for at in range(6)])


@quick
@given(verdicts, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_not_one_bit(rows: Verdicts, random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert np.array_equal(fit_penalised(_judgements(shuffled)).theta, fit_penalised(_judgements(rows)).theta)


@quick
@given(verdicts, st.integers(0, 5), st.integers(1, 5))
def test_adding_a_win_never_lowers_the_winner_nor_lifts_the_loser(rows: Verdicts, a: int, gap: int) -> None:
    before = fit_penalised(_judgements(rows)).theta
    after = fit_penalised(_judgements([*rows, (a, gap, 1.0, 1.0)])).theta
    assert after[a] >= before[a] - 1e-9
    assert after[(a + gap) % 6] <= before[(a + gap) % 6] + 1e-9


@quick
@given(verdicts)
def test_a_tie_is_half_a_win_of_each(rows: Verdicts) -> None:
    split = [
        half
        for a, gap, won, weight in rows
        for half in (
            [(a, gap, 1.0, weight / 2), (a, gap, 0.0, weight / 2)] if won == 0.5 else [(a, gap, won, weight)]
        )
    ]
    assert fit_penalised(_judgements(split)).theta == pytest.approx(
        fit_penalised(_judgements(rows)).theta, abs=1e-8
    )


def test_a_verdict_with_weight_two_counts_as_two() -> None:
    twice = Judgements.from_records([Record("a", "b", 1.0), Record("a", "b", 1.0), Record("b", "c", 1.0)])
    weighted = Judgements.from_records([Record("a", "b", 1.0, 2.0), Record("b", "c", 1.0)])
    assert np.array_equal(fit_penalised(twice).theta, fit_penalised(weighted).theta)


@pytest.mark.parametrize("spread", [0.5, 2.0, 8.0])
def test_gradient_and_information_agree_with_finite_differences(spread: float) -> None:
    rng = np.random.default_rng(11)
    pairs = simulate(rng.normal(0, 1, 8), 12, rng).pairs
    theta = rng.normal(0, spread, 8)

    def value(at: FloatArray) -> float:
        return log_likelihood(pairs, at) - 0.1 * float(at @ at)

    assert gradient(pairs, theta, 0.2) == pytest.approx(approx_fprime(theta, value, 1e-7), abs=1e-4)

    def slope(of: int) -> FloatArray:
        def part(at: FloatArray) -> float:
            return float(gradient(pairs, at, 0.2)[of])

        return np.asarray(approx_fprime(theta, part, 1e-7))

    hessian = np.array([slope(of) for of in range(8)])
    information = information_at(pairs, theta, 0.2)
    matrix = np.diag(information.diagonal)
    matrix[information.low, information.high] -= information.weight
    matrix[information.high, information.low] -= information.weight
    assert matrix == pytest.approx(-hessian, abs=1e-5)


def test_a_clean_sweep_stays_finite_and_ordered() -> None:
    wins = [Record(a, b, 1.0) for at, a in enumerate("abcdef") for b in "abcdef"[at + 1 :]]
    theta = fit_penalised(Judgements.from_records(wins)).theta
    assert (np.diff(theta) < 0).all()
    assert np.abs(theta).max() < 6
    assert theta == pytest.approx(-theta[::-1], abs=1e-9)


def test_a_million_wins_in_a_row_do_not_explode() -> None:
    fit = fit_penalised(Judgements.from_records([Record("a", "b", 1.0, 1e6)]))
    assert 1.0 < fit.theta[0] < 10.0
    assert fit.theta[0] == pytest.approx(-fit.theta[1])


def test_an_item_without_comparisons_stands_at_the_mean() -> None:
    fit = fit_penalised(Judgements.from_records([Record("a", "b", 1.0)], ["a", "b", "alone"]))
    assert fit.scores()["alone"] == pytest.approx(0.0, abs=1e-12)


def test_one_comparison_solves_its_own_equation() -> None:
    theta = fit_penalised(Judgements.from_records([Record("a", "b", 1.0)])).theta[0]
    assert 1 / (1 + np.exp(2 * theta)) == pytest.approx(PRODUCTION_RIDGE * theta, abs=1e-10)


def test_no_comparisons_leave_all_at_zero() -> None:
    assert fit_penalised(Judgements.from_records([], ["a", "b", "c"])).theta.tolist() == [0.0, 0.0, 0.0]


def test_a_single_item_is_its_own_scale() -> None:
    alone = Judgements.from_records([], ["a"])
    assert [fit(alone).theta.tolist() for fit in (fit_penalised, fit_mle, fit_eps)] == [[0.0]] * 3


def test_two_unconnected_nets_are_fitted_apart_by_the_penalty() -> None:
    left = [Record("a", "b", 1.0), Record("b", "a", 1.0), Record("a", "b", 1.0)]
    right = [Record("c", "d", 1.0)]
    both = fit_penalised(Judgements.from_records(left + right)).scores()
    assert both["a"] == pytest.approx(fit_penalised(Judgements.from_records(left)).scores()["a"], abs=1e-9)
    assert both["c"] == pytest.approx(fit_penalised(Judgements.from_records(right)).scores()["c"], abs=1e-9)


def test_maximum_likelihood_is_refused_for_a_clean_winner_who_is_named() -> None:
    records = [Record("b", "c", 1.0), Record("c", "b", 1.0), Record("winner", "b", 1.0)]
    with pytest.raises(NotConnected) as caught:
        fit_mle(Judgements.from_records(records))
    assert caught.value.components == (("b", "c"), ("winner",))
    assert "winner" in caught.value.detail
    with pytest.raises(NotConnected) as caught:
        fit_mle(Judgements.from_records([*records[:2], Record("ahead", "b", 1.0)]))
    assert caught.value.components == (("b", "c"), ("ahead",))


def test_maximum_likelihood_is_refused_for_two_unconnected_nets() -> None:
    records = [Record(x, y, 1.0) for x, y in ("ab", "ba", "cd", "dc", "de", "ed")]
    with pytest.raises(NotConnected) as caught:
        fit_mle(Judgements.from_records(records))
    assert caught.value.components == (("c", "d", "e"), ("a", "b"))


def test_a_refusal_names_each_group_once_and_counts_what_it_leaves_out() -> None:
    nets = [(group[at], group[at - 1]) for group in ("abc", "de", "fg") for at in range(len(group))]
    with pytest.raises(NotConnected) as caught:
        fit_mle(Judgements.from_records([Record(x, y, 1.0) for x, y in nets]))
    assert caught.value.components == (("a", "b", "c"), ("d", "e"), ("f", "g"))
    for count, last in ((5, "i4"), (6, "i4; and 1 more")):
        with pytest.raises(NotConnected) as caught:
            fit_mle(Judgements.from_records([], [f"i{at}" for at in range(count)]))
        assert caught.value.detail.endswith(f"i3; {last}")
    assert "a, b, c, d, e; z" in NotConnected([tuple("abcde"), ("z",)]).detail
    assert "a, b, c, d, e and 1 more; z" in NotConnected([tuple("abcdef"), ("z",)]).detail


def test_one_tie_is_enough_to_connect_in_both_directions() -> None:
    assert fit_mle(Judgements.from_records([Record("a", "b", 0.5)])).theta.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("start", [{}, {"0": 9.0, "3": -400.0, "stranger": 1.0}])
def test_a_warm_start_changes_nothing_but_the_way(start: dict[str, float]) -> None:
    judgements = literature.from_winners(8, literature.CHOIX_RANDOM)
    assert fit_penalised(judgements, start=start).theta == pytest.approx(
        fit_penalised(judgements).theta, abs=1e-10
    )


def test_a_warm_start_at_the_solution_saves_steps() -> None:
    judgements = literature.baseball()
    cold = fit_penalised(judgements)
    assert fit_penalised(judgements, start=cold.scores()).steps < cold.steps


@pytest.mark.parametrize("ridge", [-0.1, float("nan"), float("inf")])
def test_a_ridge_that_is_no_penalty_is_refused(ridge: float) -> None:
    with pytest.raises(InvalidJudgements):
        fit_penalised(literature.baseball(), ridge)


def test_a_start_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidJudgements):
        fit_penalised(literature.baseball(), start={"Boston": float("nan")})


def test_a_long_chain_is_fitted() -> None:
    names = [f"e{at:03}" for at in range(300)]
    chain = [Record(names[at], names[at + 1], 1.0) for at in range(299)]
    theta = fit_penalised(Judgements.from_records(chain)).theta
    assert (np.diff(theta) < 1e-12).all()
    assert theta == pytest.approx(-theta[::-1], abs=1e-9)
    assert theta[0] > 2.0


def test_the_scale_of_eps_is_its_definition() -> None:
    rng = np.random.default_rng(2)
    judgements = simulate(rng.normal(0, 1.5, 10), 8, rng)
    theta, pairs = fit_eps(judgements).theta, judgements.pairs
    adjusted = 0.3 + (8 - 0.6) * pairs.scores / 8
    assert expected_scores(pairs, theta) == pytest.approx(adjusted, abs=1e-9)
    assert abs(theta.sum()) < 1e-9


def test_the_scale_of_eps_with_unequal_counts_leaves_one_constant() -> None:
    judgements = literature.from_winners(8, (*literature.CHOIX_RANDOM, (0, 1), (1, 0)))
    pairs, theta = judgements.pairs, fit_eps(judgements).theta
    counts = pairs.comparisons
    rest = 0.3 + (counts - 0.6) * pairs.scores / counts - expected_scores(pairs, theta)
    steps = rest / information_at(pairs, theta).diagonal
    assert steps == pytest.approx(np.full(8, steps[0]), abs=1e-8)


def test_the_scale_of_eps_is_shorter_than_maximum_likelihood() -> None:
    judgements = literature.baseball()
    assert fit_eps(judgements).theta.std() < fit_mle(judgements).theta.std()


def test_eps_needs_all_items_tied_together() -> None:
    with pytest.raises(NotConnected) as caught:
        fit_eps(Judgements.from_records([Record("a", "b", 1.0)], ["a", "b", "alone"]))
    assert caught.value.components == (("a", "b"), ("alone",))


@pytest.mark.parametrize("eps", [0.0, -0.3, 0.5])
def test_an_eps_that_is_no_adjustment_is_refused(eps: float) -> None:
    with pytest.raises(NotEstimable):
        fit_eps(Judgements.from_records([Record("a", "b", 1.0)]), eps)


def test_true_scores_are_recovered_from_many_comparisons() -> None:
    rng = np.random.default_rng(8)
    truth = rng.normal(0, 1.2, 60)
    theta = fit_penalised(simulate(truth, 400, rng)).theta
    assert np.abs(theta - (truth - truth.mean())).max() < 0.45
    assert np.sqrt(((theta - truth + truth.mean()) ** 2).mean()) < 0.14


def test_errors_of_the_fit_are_typed() -> None:
    assert {kind.code for kind in (NotConnected, NotConverged, NotEstimable, InvalidJudgements)} == {
        "comparisons_not_connected",
        "scoring_not_converged",
        "not_estimable",
        "invalid_judgements",
    }
    assert {kind.status for kind in (NotConnected, NotConverged, NotEstimable, InvalidJudgements)} == {422}


def test_a_climb_without_a_summit_ends_soon_and_is_refused() -> None:
    reached = []

    def value(at: FloatArray) -> float:
        reached.append(float(at[0]))
        return float(at[0])

    with pytest.raises(NotConverged, match="without limit"):
        climb(np.zeros(2), value, lambda _: (np.array([1.0, 0.0]), np.array([90.0, 0.0])))
    assert max(reached) == 540.0


def test_a_step_that_overshoots_is_halved_until_it_gains() -> None:
    # The logistic likelihood of one win and one loss, from far out: a full Newton step lands farther out still.
    def newton(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = 1.0 / (1.0 + np.exp(at)) - 0.5
        return slope, slope / np.maximum(np.exp(at) / (1.0 + np.exp(at)) ** 2, 1e-12)

    top, steps = climb(np.array([4.0]), lambda at: -float(np.logaddexp(0, at).sum() - 0.5 * at.sum()), newton)
    assert top == pytest.approx(np.zeros(1), abs=1e-9)
    assert 3 < steps < 20
