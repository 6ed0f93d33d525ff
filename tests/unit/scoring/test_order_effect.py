import numpy as np
import pytest
from scipy.optimize import approx_fprime

from app.scoring.bradley_terry import fit_mle, fit_penalised
from app.scoring.data import FloatArray, Judgements, Pairs, Record
from app.scoring.errors import NotConnected, NotEstimable
from app.scoring.order_effect import _blocks, _newton, _slope, _value, fit_order_effect
from app.scoring.simulate import simulate
from app.scoring.standard_errors import centred_errors
from tests.unit.scoring import literature


def test_baseball_with_home_effect_gives_the_published_estimates() -> None:
    # Agresti 2002, table 10.11 (last column): abilities that add up to one; home effect 0.302.
    fit = fit_order_effect(literature.baseball(), ridge=0.0)
    strength = np.exp(fit.theta)
    assert np.round(strength / strength.sum(), 3).tolist() == [
        0.220,
        0.190,
        0.164,
        0.157,
        0.137,
        0.088,
        0.044,
    ]
    assert round(fit.order_effect, 3) == 0.302


def test_baseball_gives_the_published_test_of_the_home_effect() -> None:
    # R's BradleyTerry2 on the same data: at.home 0.3023, standard error 0.1309, deviances 44.053 and 38.643.
    fit = fit_order_effect(literature.baseball(), ridge=0.0)
    assert round(fit.order_effect_error, 4) == 0.1309
    assert fit.likelihood_ratio == pytest.approx(44.053 - 38.643, abs=1e-3)
    assert fit.p_value == pytest.approx(0.0200, abs=1e-4)


def test_standard_errors_are_those_of_the_bordered_information() -> None:
    judgements = literature.baseball()
    fit = fit_order_effect(judgements, ridge=0.3)
    pairs = judgements.ordered_pairs
    design = np.zeros((pairs.low.size, 8))
    design[np.arange(pairs.low.size), pairs.low] = 1.0
    design[np.arange(pairs.low.size), pairs.high] = -1.0
    design[:, 7] = 1.0
    chance = 1 / (1 + np.exp(-(design @ np.append(fit.theta, fit.order_effect))))
    curvature = design.T @ np.diag(pairs.total * chance * (1 - chance)) @ design + np.diag([0.3] * 7 + [0.0])
    centre = np.eye(8)
    centre[:7, :7] -= 1 / 7
    errors = np.sqrt(np.diag(centre @ np.linalg.inv(curvature) @ centre))
    assert np.append(fit.errors, fit.order_effect_error) == pytest.approx(errors, abs=1e-9)


def test_the_gradient_vanishes_at_the_joint_maximum() -> None:
    judgements = literature.baseball()
    fit = fit_order_effect(judgements)
    pairs = judgements.ordered_pairs
    ahead = fit.theta[pairs.low] - fit.theta[pairs.high] + fit.order_effect
    rest = pairs.wins - pairs.total / (1 + np.exp(-ahead))
    assert rest.sum() == pytest.approx(0.0, abs=1e-8)
    assert pairs.add_up(rest, -rest) == pytest.approx(0.1 * fit.theta, abs=1e-8)


def differences(pairs: Pairs, at: FloatArray, ridge: float) -> FloatArray:
    """Return the Hessian at (theta, delta) as finite differences of the gradient, one row a part of it."""

    def part(of: int) -> FloatArray:
        def slope(moved: FloatArray) -> float:
            return float(_slope(pairs, moved, ridge)[of])

        return np.asarray(approx_fprime(at, slope, 1e-7))

    return np.array([part(of) for of in range(at.size)])


@pytest.mark.parametrize("spread", [0.5, 2.0, 6.0])
def test_gradient_and_curvature_with_order_agree_with_finite_differences(spread: float) -> None:
    rng = np.random.default_rng(12)
    pairs = simulate(rng.normal(0, 1, 7), 12, rng, order_effect=0.4).ordered_pairs
    at = np.append(rng.normal(0, spread, 7), 0.7)

    def value(moved: FloatArray) -> float:
        return _value(pairs, moved, 0.2)

    assert _slope(pairs, at, 0.2) == pytest.approx(approx_fprime(at, value, 1e-7), abs=1e-4)
    hessian = differences(pairs, at, 0.2)
    information, border, response, rest = _blocks(pairs, at, 0.2)
    matrix = np.diag(information.diagonal)
    matrix[information.low, information.high] -= information.weight
    matrix[information.high, information.low] -= information.weight
    assert matrix == pytest.approx(-hessian[:7, :7], abs=1e-5)
    assert border == pytest.approx(-hessian[:7, 7], abs=1e-5)
    assert rest + border @ response == pytest.approx(-hessian[7, 7], abs=1e-5)


def test_the_step_with_order_solves_the_bordered_equations() -> None:
    pairs = literature.baseball().ordered_pairs
    at = np.append(np.array([0.8, 0.3, 0.2, 0.0, -0.1, -0.4, -0.8]), 0.2)
    slope, step = _newton(pairs, at, 0.1)
    assert step[:7].sum() == pytest.approx(0.0, abs=1e-9)
    assert -differences(pairs, at, 0.1) @ step == pytest.approx(slope, abs=1e-3)


def test_a_planted_order_effect_is_recovered() -> None:
    rng = np.random.default_rng(5)
    judgements = simulate(rng.normal(0, 1.2, 40), 100, rng, order_effect=0.5)
    fit = fit_order_effect(judgements)
    assert abs(fit.order_effect - 0.5) < 3 * fit.order_effect_error
    assert fit.p_value < 1e-6


def test_the_interval_of_the_order_effect_covers_zero_for_an_unbiased_judge() -> None:
    rng = np.random.default_rng(6)
    fits = [fit_order_effect(simulate(rng.normal(0, 1.2, 16), 12, rng)) for _ in range(200)]
    missed = np.mean([abs(fit.order_effect) > 1.96 * fit.order_effect_error for fit in fits])
    rejected = np.mean([fit.p_value < 0.05 for fit in fits])
    assert 0.015 < missed < 0.1
    assert 0.015 < rejected < 0.1


def test_showing_everything_the_other_way_round_turns_the_sign() -> None:
    judgements = literature.baseball()
    turned = Judgements.from_arrays(
        judgements.items, judgements.second, judgements.first, 1.0 - judgements.outcome, judgements.weight
    )
    one, other = fit_order_effect(judgements), fit_order_effect(turned)
    # The same games, but now the visitors are named first: their disadvantage has the opposite sign.
    assert other.order_effect == pytest.approx(-one.order_effect, abs=1e-9)
    assert other.theta == pytest.approx(one.theta, abs=1e-9)


def test_balanced_orders_leave_the_scale_alone() -> None:
    records = [Record(a, b, won) for a, b in ("ab", "bc", "ac") for won in (1.0, 1.0, 0.0)]
    records += [Record(b, a, 1.0 - won) for a, b, won, _, _ in records]
    judgements = Judgements.from_records(records)
    fit = fit_order_effect(judgements)
    assert fit.order_effect == pytest.approx(0.0, abs=1e-9)
    assert fit.theta == pytest.approx(fit_penalised(judgements).theta, abs=1e-9)
    assert fit.errors == pytest.approx(centred_errors(judgements, fit_penalised(judgements)), abs=1e-9)
    assert fit.likelihood_ratio == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_a_judge_who_always_picks_one_place_has_no_estimate(outcome: float) -> None:
    records = [Record(a, b, outcome) for a, b in ("ab", "ba", "bc", "cb")]
    with pytest.raises(NotEstimable):
        fit_order_effect(Judgements.from_records(records))


def test_no_judgements_have_no_order_effect() -> None:
    with pytest.raises(NotEstimable):
        fit_order_effect(Judgements.from_records([], ["a", "b"]))


def test_maximum_likelihood_with_order_needs_connected_items_too() -> None:
    records = [Record("a", "b", 1.0), Record("a", "b", 0.0), Record("c", "a", 1.0)]
    with pytest.raises(NotConnected):
        fit_order_effect(Judgements.from_records(records), ridge=0.0)


def test_the_plain_likelihood_is_that_of_the_plain_fit() -> None:
    judgements = literature.baseball()
    fit = fit_order_effect(judgements, ridge=0.0)
    pairs = judgements.ordered_pairs
    ahead = fit.theta[pairs.low] - fit.theta[pairs.high] + fit.order_effect
    with_order = float(pairs.wins @ ahead - pairs.total @ np.logaddexp(0, ahead))
    assert 2 * (with_order - fit_mle(judgements).log_likelihood) == pytest.approx(fit.likelihood_ratio, abs=1e-8)
