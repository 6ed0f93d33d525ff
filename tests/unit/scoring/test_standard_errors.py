import numpy as np
import pytest
from scipy.sparse import coo_array, csc_array, diags_array, eye_array
from scipy.sparse.linalg import splu
from scipy.stats import norm

from app.scoring.bradley_terry import (
    expected_scores,
    fit_eps,
    fit_mle,
    fit_penalised,
    gradient,
    information_at,
)
from app.scoring.data import FloatArray, Judgements, Record
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.information import DENSE_ITEMS, Information
from app.scoring.simulate import simulate
from app.scoring.standard_errors import (
    bt_quality_flags,
    bt_se_summary,
    centred_errors,
    covariance,
    own_information_errors,
    reference_errors,
    wide_for_bands,
)
from tests.unit.scoring import literature


def _laplacian(information: Information) -> FloatArray:
    matrix = np.diag(information.diagonal - information.ridge)
    matrix[information.low, information.high] -= information.weight
    matrix[information.high, information.low] -= information.weight
    return matrix


def test_journal_citations_give_the_published_standard_errors() -> None:
    # Turner and Firth, Journal of Statistical Software 48(9) 2012, section 2.1: relative to Biometrika.
    judgements = literature.citations()
    errors = reference_errors(judgements, fit_mle(judgements), "Biometrika")
    assert np.round(errors, 5).tolist() == [0.0, 0.10255, 0.06059, 0.07083]


def test_baseball_errors_are_about_a_third_as_published() -> None:
    # Agresti 2002, p. 438: standard errors against Baltimore are about 0.3.
    judgements = literature.baseball()
    assert np.round(reference_errors(judgements, fit_mle(judgements), "Baltimore")[:-1], 1).tolist() == [0.3] * 6


def test_the_covariance_is_the_pseudo_inverse_of_the_information() -> None:
    judgements = literature.baseball()
    fit = fit_mle(judgements)
    information = information_at(judgements.pairs, fit.theta)
    assert covariance(judgements, fit) == pytest.approx(np.linalg.pinv(_laplacian(information)), abs=1e-10)


def test_the_penalised_covariance_is_the_inverse_curvature_within_centred_scales() -> None:
    judgements = simulate(np.linspace(-2, 2, 9), 6, np.random.default_rng(1))
    fit = fit_penalised(judgements)
    curvature = _laplacian(information_at(judgements.pairs, fit.theta)) + fit.ridge * np.eye(9)
    centre = np.eye(9) - 1 / 9
    expected = centre @ np.linalg.inv(curvature) @ centre
    assert covariance(judgements, fit) == pytest.approx(expected, abs=1e-10)
    assert centred_errors(judgements, fit) == pytest.approx(np.sqrt(np.diag(expected)), abs=1e-10)
    assert covariance(judgements, fit).sum(axis=0) == pytest.approx(np.zeros(9), abs=1e-10)


def test_an_error_against_a_reference_is_that_of_the_difference() -> None:
    judgements = simulate(np.linspace(-2, 2, 9), 6, np.random.default_rng(2))
    fit = fit_penalised(judgements)
    full = covariance(judgements, fit)
    differences = np.sqrt(full.diagonal() + full[4, 4] - 2 * full[:, 4])
    assert reference_errors(judgements, fit, "e4") == pytest.approx(differences, abs=1e-9)
    assert reference_errors(judgements, fit, "e4")[4] == 0.0


def test_two_items_have_the_error_of_their_log_odds() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0, 3.0), Record("a", "b", 0.0, 1.0)])
    fit = fit_mle(judgements)
    assert reference_errors(judgements, fit, "a")[1] == pytest.approx(np.sqrt(1 / 3 + 1), abs=1e-12)
    assert centred_errors(judgements, fit) == pytest.approx(np.full(2, np.sqrt(1 / 3 + 1) / 2), abs=1e-12)


def test_own_information_leaves_out_opponents_and_ridge() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0, 3.0), Record("a", "b", 0.0, 1.0)])
    fit = fit_mle(judgements)
    assert own_information_errors(judgements, fit) == pytest.approx([np.sqrt(4 / 3)] * 2, abs=1e-12)


def test_own_information_of_an_isolated_item_is_nothing() -> None:
    judgements = Judgements.from_records([Record("a", "b", 0.5)], ["a", "b", "alone"])
    assert own_information_errors(judgements, fit_penalised(judgements)).tolist()[2] == np.inf


def test_an_isolated_item_has_the_error_of_the_prior() -> None:
    judgements = Judgements.from_records([], ["a", "b", "c", "d"])
    assert centred_errors(judgements, fit_penalised(judgements, 0.1)) == pytest.approx([np.sqrt(7.5)] * 4)


def test_errors_are_wide_where_they_exceed_half_a_grade_band() -> None:
    summary = bt_se_summary(np.array([0.5, 0.7]), np.array([10, 10]), 10)
    assert wide_for_bands(summary, 1.0)
    assert not wide_for_bands(summary, 1.3)
    with pytest.raises(InvalidJudgements):
        wide_for_bands(summary, 0.0)


def test_a_single_item_has_no_error_against_itself() -> None:
    alone = Judgements.from_records([], ["a"])
    assert centred_errors(alone, fit_penalised(alone)).tolist() == [0.0]


def test_items_tied_to_nothing_have_no_unpenalised_error() -> None:
    nothing = np.array([], dtype=np.int64)
    with pytest.raises(NotEstimable):
        Information(3, nothing, nothing, np.array([])).variances()


def test_unknown_references_and_foreign_fits_are_refused() -> None:
    judgements, other = literature.baseball(), literature.citations()
    with pytest.raises(InvalidJudgements, match="Chicago"):
        reference_errors(judgements, fit_mle(judgements), "Chicago")
    with pytest.raises(InvalidJudgements):
        centred_errors(judgements, fit_mle(other))


def test_four_times_the_data_halve_the_error() -> None:
    games = literature.citations()
    more = games.reweighted(4.0 * games.weight)
    assert centred_errors(more, fit_mle(more)) == pytest.approx(centred_errors(games, fit_mle(games)) / 2)


@pytest.mark.parametrize(("rounds", "spread"), [(10, 1.2), (30, 1.2), (30, 2.0)])
def test_intervals_cover_the_truth_as_often_as_they_say(rounds: int, spread: float) -> None:
    rng = np.random.default_rng(7)
    misses = []
    for _ in range(120):
        truth = rng.normal(0, spread, 20)
        truth -= truth.mean()
        judgements = simulate(truth, rounds, rng)
        fit = fit_penalised(judgements)
        misses.append(np.abs(fit.theta - truth) / centred_errors(judgements, fit))
    covered = [float((np.array(misses) < norm.ppf(0.5 + level / 2)).mean()) for level in (0.5, 0.8, 0.95)]
    assert covered == pytest.approx([0.5, 0.8, 0.95], abs=0.05)


def test_eps_with_own_information_covers_the_truth_too() -> None:
    rng = np.random.default_rng(9)
    misses = []
    for _ in range(120):
        truth = rng.normal(0, 1.2, 20)
        truth -= truth.mean()
        judgements = simulate(truth, 20, rng)
        fit = fit_eps(judgements)
        misses.append(np.abs(fit.theta - truth) / own_information_errors(judgements, fit))
    assert float((np.array(misses) < 1.96).mean()) == pytest.approx(0.95, abs=0.03)


def test_variances_of_many_items_agree_with_a_direct_solution() -> None:
    size = DENSE_ITEMS + 101
    rng = np.random.default_rng(3)
    judgements = simulate(rng.normal(0, 1.5, size), 8, rng)
    fit = fit_penalised(judgements)
    information = information_at(judgements.pairs, fit.theta, fit.ridge)
    rows = np.concatenate([information.low, information.high])
    columns = np.concatenate([information.high, information.low])
    crossings = coo_array((np.tile(information.weight, 2), (rows, columns)), shape=(size, size))
    own = np.asarray(crossings.sum(axis=0)).ravel()
    matrix = csc_array(diags_array(own) - crossings + fit.ridge * eye_array(size))
    chosen = rng.choice(size, 5, replace=False)
    variances = information.variances()
    solve = splu(matrix).solve
    for item in chosen:
        unit = np.full(size, -1 / size)
        unit[item] += 1
        assert variances[item] == pytest.approx(solve(unit)[item], rel=2e-6)


def test_many_items_are_fitted_to_the_maximum() -> None:
    size = DENSE_ITEMS + 100
    rng = np.random.default_rng(4)
    judgements = simulate(rng.normal(0, 1.5, size), 10, rng)
    fit = fit_penalised(judgements)
    assert np.abs(gradient(judgements.pairs, fit.theta, fit.ridge)).max() < 1e-7
    rest = judgements.pairs.scores - expected_scores(judgements.pairs, fit.theta)
    assert rest == pytest.approx(fit.ridge * fit.theta, abs=1e-7)


def test_many_items_without_comparisons_have_the_error_of_the_prior() -> None:
    judgements = Judgements.from_records([], [str(item) for item in range(DENSE_ITEMS + 1)])
    errors = centred_errors(judgements, fit_penalised(judgements, 0.1))
    assert errors == pytest.approx(np.full(errors.size, np.sqrt(10 - 10 / errors.size)), rel=1e-6)


def test_the_summary_caps_errors_and_counts_items() -> None:
    summary = bt_se_summary(np.array([0.3, 0.5, np.inf, 2.0]), np.array([4, 5, 0, 1]), 5)
    assert summary.as_fields() == {
        "mean_se": pytest.approx((0.3 + 0.5 + 2.0 + 2.0) / 4),
        "max_se": 2.0,
        "min_se": 0.3,
        "item_count": 4,
        "comparison_count": 5,
        "items_at_cap": 2,
        "isolated_items": 1,
        "mean_comparisons_per_item": 2.5,
        "min_comparisons_per_item": 0,
        "max_comparisons_per_item": 5,
    }


def test_the_summary_of_nothing_is_zero() -> None:
    fields = bt_se_summary(np.array([]), np.array([], dtype=np.int64), 0).as_fields()
    assert set(fields.values()) == {0}


@pytest.mark.parametrize("errors", [[0.1], [0.1, float("nan")], [0.1, -0.1]])
def test_errors_that_do_not_fit_the_items_are_refused(errors: list[float]) -> None:
    with pytest.raises(InvalidJudgements):
        bt_se_summary(np.array(errors), np.array([1, 1]), 1)


@pytest.mark.parametrize(
    ("errors", "counts", "flags"),
    [
        ([0.4, 0.4], [1, 1], (False, False, False)),
        ([0.41, 0.41], [1, 1], (True, False, False)),
        ([0.0, 0.8], [1, 1], (False, False, False)),
        ([0.0, 0.0, 0.81], [1, 1, 1], (True, False, False)),
        ([0.1, 0.1, 0.1], [1, 1, 0], (False, True, True)),
        ([0.1, 0.1, 0.1], [2, 2, 0], (False, False, True)),
    ],
)
def test_flags_rise_above_their_limits_and_not_at_them(
    errors: list[float], counts: list[int], flags: tuple[bool, bool, bool]
) -> None:
    found = bt_quality_flags(bt_se_summary(np.array(errors), np.array(counts), sum(counts) // 2))
    assert tuple(found.as_fields().values()) == flags
