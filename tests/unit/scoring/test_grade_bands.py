"""The parts of the grade bands, each against its definition: dense normal likelihood, moments, counts by hand."""

import numpy as np
import pytest
from scipy.special import log_ndtr
from scipy.stats import truncnorm

from app.scoring.data import FloatArray
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.grade_bands import (
    DRAWS,
    LEAST_STEP,
    ROWS,
    SIGMAS,
    TAUS,
    GradeBands,
    _centres,
    _Given,
    _line,
    _log_prior,
    _positive,
    _resample,
    fit_bands,
)

SCORES = np.array([-2.1, -1.2, -1.6, 0.3, 0.9, 2.6])
ERRORS = np.array([0.3, 0.5, 0.2, 0.4, 0.0, 0.6])
PLACES = np.array([0, 1, 1, 2, 4, 4])
GRADES = 5


def given() -> _Given:
    return _Given.on_grid(SCORES - SCORES.mean(), ERRORS, PLACES, GRADES)


def dense(sigma: float, tau: float) -> tuple[FloatArray, FloatArray, float]:
    """Return (a, b), their covariance and the restricted log-likelihood by matrices, one row an anchor."""
    y = SCORES - SCORES.mean()
    design = np.column_stack([np.ones(PLACES.size), PLACES])
    spread = np.diag(sigma**2 + ERRORS**2) + tau**2 * (PLACES[:, None] == PLACES[None, :])
    inverse = np.linalg.inv(spread)
    curvature = design.T @ inverse @ design
    found = np.linalg.solve(curvature, design.T @ inverse @ y)
    rest = y - design @ found
    value = -0.5 * (np.linalg.slogdet(spread)[1] + np.linalg.slogdet(curvature)[1] + rest @ inverse @ rest)
    return found, np.linalg.inv(curvature), float(value)


def test_the_line_is_that_of_generalised_least_squares_at_every_point_of_the_grid() -> None:
    known = given()
    line = _line(known)
    for point in range(0, known.sigma.size, 7):
        (level, slope), covariance, _ = dense(known.sigma[point], known.tau[point])
        pivot = line.pivot[point]
        assert line.slope[point] == pytest.approx(slope)
        assert line.level[point] == pytest.approx(level + slope * pivot)
        assert line.slope_sd[point] == pytest.approx(np.sqrt(covariance[1, 1]))
        at_pivot = np.array([1.0, pivot])
        assert line.level_sd[point] == pytest.approx(np.sqrt(at_pivot @ covariance @ at_pivot))
        assert at_pivot @ covariance @ np.array([0.0, 1.0]) == pytest.approx(0.0, abs=1e-9)


def test_the_evidence_is_the_restricted_likelihood_times_the_chance_of_a_rising_line() -> None:
    known = given()
    evidence = _line(known).evidence
    expected = []
    for sigma, tau in zip(known.sigma, known.tau, strict=True):
        (_, slope), covariance, value = dense(sigma, tau)
        expected.append(value + log_ndtr(slope / np.sqrt(covariance[1, 1])))
    # Both are known up to one constant.
    assert evidence - evidence[0] == pytest.approx(np.array(expected) - expected[0], abs=1e-8)


def test_the_grid_is_in_units_of_the_distance_of_grades() -> None:
    known = given()
    y = SCORES - SCORES.mean()
    # Mean place 2: squared distances 4 + 1 + 1 + 0 + 4 + 4.
    step = np.sqrt(float(y @ y) / 14.0)
    assert known.sigma == pytest.approx(np.repeat(SIGMAS * step, TAUS.size))
    assert known.tau == pytest.approx(np.tile(TAUS * step, SIGMAS.size))
    assert SIGMAS[[0, -1]] == pytest.approx([0.03, 12.0])
    assert TAUS[[0, 1, -1]] == pytest.approx([0.0, 0.05, 3.0])
    assert (SIGMAS.size, TAUS.size) == (36, 12)
    still = _Given.on_grid(np.zeros(2), np.zeros(2), np.array([0, 1]), 2)
    assert still.sigma[0] == pytest.approx(0.03 * LEAST_STEP)
    assert LEAST_STEP == 0.05


def test_means_of_grades_are_weighted_by_precision_and_absent_grades_have_none() -> None:
    known = given()
    sigma, y = float(known.sigma[-1]), SCORES - SCORES.mean()
    weight = 1.0 / (sigma**2 + ERRORS**2)
    assert known.precision[-1] == pytest.approx(
        [weight[0], weight[1] + weight[2], weight[3], 0.0, weight[4] + weight[5]]
    )
    assert known.mean[-1][1] == pytest.approx((weight[1] * y[1] + weight[2] * y[2]) / (weight[1] + weight[2]))
    assert known.mean[-1][3] == 0.0


def test_draws_above_zero_have_the_moments_of_the_cut_normal_distribution() -> None:
    for mean, sd in ((1.0, 0.5), (0.2, 1.0), (-1.0, 0.7)):
        count = 200_000
        drawn = _positive(np.full(count, mean), np.full(count, sd), np.random.default_rng(1))
        cut = truncnorm(-mean / sd, np.inf, loc=mean, scale=sd)
        assert drawn.min() > 0.0
        assert drawn.mean() == pytest.approx(cut.mean(), abs=5 * cut.std() / np.sqrt(count))
        assert drawn.std() == pytest.approx(cut.std(), rel=0.01)
    assert (_positive(np.full(9, -400.0), np.ones(9), np.random.default_rng(1)) > 0).all()


def test_centres_lie_between_line_and_anchors_as_their_precisions_have_it() -> None:
    count, tau = 200_000, 0.5
    mean, precision, line = np.array([[1.0, 0.0]]), np.array([[12.0, 0.0]]), np.array([0.2, 3.0])
    known = _Given(np.ones(1), np.array([tau]), mean, precision, np.zeros(1))
    picked = np.zeros(count, dtype=np.int64)
    drawn = _centres(known, picked, np.tile(line, (count, 1)), np.random.default_rng(2))
    # Precision 12 of the anchors against 1 / 0.25 = 4 of the line: three quarters of the way, variance 1 / 16.
    assert drawn.mean(axis=0) == pytest.approx([0.2 + 0.75 * 0.8, 3.0], abs=0.006)
    assert drawn.std(axis=0) == pytest.approx([0.25, 0.5], rel=0.01)


def test_the_prior_is_that_of_the_two_ratios_to_the_slope() -> None:
    usual = _log_prior(np.array([0.75]), np.array([0.0]), np.array([1.0]))
    assert usual == pytest.approx([0.0], abs=1e-12)
    # ln 2 / 0.6 above the usual spread; a roughness of 0.6 is two of its scales; slope 1.
    assert _log_prior(np.array([1.5]), np.array([0.6]), np.array([1.0])) == pytest.approx(
        [-0.5 * ((np.log(2.0) / 0.6) ** 2 + 4.0)]
    )
    # The same ratios at twice the slope: only the last term, -ln 2, differs.
    assert _log_prior(np.array([3.0]), np.array([1.2]), np.array([2.0])) == pytest.approx(
        [-0.5 * ((np.log(2.0) / 0.6) ** 2 + 4.0) - np.log(2.0)]
    )


def test_systematic_resampling_takes_each_as_often_as_its_weight_says_give_or_take_one() -> None:
    share = np.array([0.05, 0.4, 0.0, 0.3, 0.25])
    with np.errstate(divide="ignore"):
        logs = np.log(share) + 700.0
    for seed in range(20):
        picked = _resample(logs, 50, np.random.default_rng(seed))
        counts = np.bincount(picked, minlength=5)
        assert counts.sum() == 50
        assert np.abs(counts - 50 * share).max() < 1.0
    assert _resample(np.log(np.full(7, 1 / 7)), 7, np.random.default_rng(3)).tolist() == list(range(7))


def test_probabilities_are_bayes_rule_averaged_over_the_draws() -> None:
    bands = GradeBands(np.array([[-1.0, 0.0, 2.0], [-0.5, 0.5, 1.0]]), np.array([0.5, 1.0]))
    priors = np.array([0.2, 0.5, 0.3])
    rng = np.random.default_rng(4)
    scores, errors = rng.normal(0, 2, 2 * ROWS + 1), rng.uniform(0, 1, 2 * ROWS + 1)
    found = bands.probabilities(scores, errors, priors)
    assert found.shape == (2 * ROWS + 1, 3)
    for row in (0, ROWS - 1, ROWS, 2 * ROWS):
        expected = np.zeros(3)
        for centres, sigma in zip(bands.centres, bands.sigma, strict=True):
            variance = sigma**2 + errors[row] ** 2
            chance = priors * np.exp(-((scores[row] - centres) ** 2) / (2 * variance))
            expected += chance / chance.sum() / 2
        assert found[row] == pytest.approx(expected, abs=1e-12)
    assert bands.probabilities(np.array([]), np.array([]), priors).shape == (0, 3)


def test_what_is_drawn_is_centred_where_the_anchors_are() -> None:
    bands = fit_bands(SCORES + 10.0, ERRORS, PLACES, GRADES)
    assert bands.centres.shape == (DRAWS, GRADES)
    assert bands.sigma.shape == (DRAWS,)
    line = np.polyval(np.polyfit(PLACES, SCORES + 10.0, 1), np.arange(GRADES))
    assert bands.centres.mean(axis=0) == pytest.approx(line, abs=0.6)


@pytest.mark.parametrize(
    ("scores", "errors"),
    [
        ([0.0, np.nan], [0.1, 0.1]),
        ([0.0, 1.0], [0.1, np.inf]),
        ([0.0, 1.0], [-0.1, 0.1]),
        ([0.0, 1.0], [0.1, np.nan]),
    ],
)
def test_one_number_that_is_none_is_enough_to_refuse(scores: list[float], errors: list[float]) -> None:
    with pytest.raises(InvalidJudgements):
        fit_bands(np.array(scores), np.array(errors), np.array([0, 1]), 3)


def test_two_grades_are_enough_and_one_is_not() -> None:
    assert fit_bands(np.array([0.0, 1.0]), np.zeros(2), np.array([0, 1]), 2).centres.shape == (DRAWS, 2)
    with pytest.raises(NotEstimable):
        fit_bands(np.array([0.0, 1.0]), np.zeros(2), np.array([1, 1]), 2)
