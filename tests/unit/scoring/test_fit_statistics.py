import numpy as np
import pytest
from scipy.stats import chi2

from app.scoring.bradley_terry import Fit, fit_mle, fit_penalised
from app.scoring.data import Judgements, Record
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.goodness import deviance
from app.scoring.misfit import FitStatistics, item_fit, judge_fit
from app.scoring.simulate import simulate
from tests.unit.scoring import literature


def _fit_at(judgements: Judgements, theta: list[float]) -> Fit:
    return Fit(judgements.items, np.array(theta), "penalised", 0.1, 0.0, 0)


def test_the_deviance_of_the_citations_is_the_published_one() -> None:
    # Turner and Firth 2012, section 2.1: residual deviance 4.2934 on 3 degrees of freedom.
    judgements = literature.citations()
    found = deviance(judgements, fit_mle(judgements))
    assert (round(found.deviance, 4), found.degrees_of_freedom) == (4.2934, 3)
    assert found.p_value == pytest.approx(chi2.sf(4.2934, 3), abs=1e-5)


def test_the_deviance_of_the_baseball_games_is_the_published_one() -> None:
    # Agresti 2002, section 10.6.2: G^2 = 15.7 on 15 degrees of freedom.
    judgements = literature.baseball()
    found = deviance(judgements, fit_mle(judgements))
    assert (round(found.deviance, 1), found.degrees_of_freedom) == (15.7, 15)
    assert found.trustworthy


def test_a_saturated_model_has_no_deviance() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0, 3.0), Record("b", "a", 1.0)])
    found = deviance(judgements, fit_mle(judgements))
    assert found.deviance == pytest.approx(0.0, abs=1e-9)
    assert (found.degrees_of_freedom, found.p_value) == (0, None)


def test_pairs_judged_once_have_no_trustworthy_deviance() -> None:
    judgements = simulate(np.linspace(-1, 1, 10), 4, np.random.default_rng(1))
    assert not deviance(judgements, fit_penalised(judgements)).trustworthy


def test_the_deviance_has_the_mean_of_its_degrees_of_freedom_under_the_model() -> None:
    rng = np.random.default_rng(2)
    names = tuple(f"e{at}" for at in range(6))
    low, high = np.triu_indices(6, 1)
    theta = np.linspace(-1, 1, 6)
    found = []
    for _ in range(150):
        wins = rng.binomial(40, 1 / (1 + np.exp(theta[high] - theta[low])))
        judgements = Judgements.from_arrays(
            names, np.tile(low, 2), np.tile(high, 2), np.repeat([1.0, 0.0], 15), np.append(wins, 40 - wins)
        )
        found.append(deviance(judgements, fit_mle(judgements)))
    assert {one.degrees_of_freedom for one in found} == {10}
    assert np.mean([one.deviance for one in found]) == pytest.approx(10, abs=1.2)


def test_mean_squares_follow_their_definition() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0), Record("b", "a", 1.0), Record("c", "a", 0.5)])
    theta = [0.5, -0.2, -0.3]
    p_ab, p_ac = 1 / (1 + np.exp(-0.7)), 1 / (1 + np.exp(-0.8))
    squares = [(1 - p_ab) ** 2, p_ab**2, (0.5 - p_ac) ** 2]
    variances = [p_ab * (1 - p_ab), p_ab * (1 - p_ab), p_ac * (1 - p_ac)]
    found = item_fit(judgements, _fit_at(judgements, theta))
    assert found.infit[0] == pytest.approx(sum(squares) / sum(variances))
    assert found.outfit[0] == pytest.approx(np.mean(np.divide(squares, variances)))
    assert found.infit[2] == found.outfit[2] == pytest.approx(squares[2] / variances[2])
    assert found.comparisons.tolist() == [3.0, 2.0, 1.0]


def test_judges_and_items_share_one_definition() -> None:
    records = [Record("a", "b", 1.0, 2.0, "x"), Record("b", "a", 1.0, 1.0, "x"), Record("a", "b", 1.0, 5.0)]
    judgements = Judgements.from_records(records)
    fit = _fit_at(judgements, [0.4, -0.4])
    found = judge_fit(judgements, fit)
    of_x = item_fit(judgements.keep(np.array([True, True, False])), fit)
    assert found.names == ("x",)
    assert (found.infit[0], found.outfit[0]) == (pytest.approx(of_x.infit[0]), pytest.approx(of_x.outfit[0]))
    assert found.comparisons.tolist() == [3.0]


def test_mean_squares_are_near_one_under_the_model() -> None:
    rng = np.random.default_rng(3)
    judgements = simulate(rng.normal(0, 1, 30), 80, rng, judges=10)
    fit = fit_penalised(judgements)
    items, judges = item_fit(judgements, fit), judge_fit(judgements, fit)
    assert len(items.flagged) <= 2
    assert len(judges.flagged) <= 1
    assert items.infit.mean() == pytest.approx(1.0, abs=0.05)
    assert judges.outfit.mean() == pytest.approx(1.0, abs=0.08)


def test_a_judge_who_picks_the_worse_essay_is_flagged() -> None:
    rng = np.random.default_rng(4)
    judgements = simulate(rng.normal(0, 1.5, 30), 60, rng, judges=12)
    contrary = np.where(judgements.judge == 3, 1.0 - judgements.outcome, judgements.outcome)
    turned = Judgements(
        judgements.items,
        judgements.first,
        judgements.second,
        contrary,
        judgements.weight,
        judgements.judge,
        judgements.judges,
    )
    found = judge_fit(turned, fit_penalised(turned))
    assert "j3" in found.flagged
    assert found.names[int(found.outfit.argmax())] == "j3"


def test_a_judge_without_any_noise_fits_too_well() -> None:
    low, high = np.triu_indices(20, 1)
    judgements = Judgements.from_arrays([f"e{at:02}" for at in range(20)], low, high, np.ones(190))
    found = item_fit(judgements, fit_penalised(judgements))
    assert (found.infit < 0.5).all()
    assert len(found.flagged) == 20


def test_an_item_without_comparisons_is_neither_fitting_nor_flagged() -> None:
    judgements = Judgements.from_records([Record("a", "b", 1.0), Record("b", "a", 1.0)], ["a", "b", "alone"])
    found = item_fit(judgements, fit_penalised(judgements))
    assert np.isnan(found.infit[2])
    assert found.flagged == ()


def test_judges_without_names_have_no_fit() -> None:
    judgements = literature.baseball()
    with pytest.raises(NotEstimable):
        judge_fit(judgements, fit_mle(judgements))


def test_a_fit_of_other_items_is_refused() -> None:
    with pytest.raises(InvalidJudgements):
        item_fit(literature.baseball(), fit_mle(literature.citations()))
    with pytest.raises(InvalidJudgements):
        deviance(literature.baseball(), fit_mle(literature.citations()))


def test_the_deviance_is_trusted_from_five_verdicts_a_pair_on() -> None:
    five = [Record("a", "b", 1.0, 3.0), Record("b", "a", 1.0, 2.0)]
    for records, enough in ((five, True), (five[:1], False), ([], False)):
        found = Judgements.from_records(records, ["a", "b"])
        assert deviance(found, fit_penalised(found)).trustworthy is enough


def test_a_deviance_with_one_degree_of_freedom_has_a_tail_and_one_without_has_none() -> None:
    rows = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("a", "c"), ("a", "c"), ("c", "a")]
    ring = Judgements.from_records([Record(one, other, 1.0) for one, other in rows])
    found = deviance(ring, fit_mle(ring))
    assert found.degrees_of_freedom == 1
    assert found.p_value == pytest.approx(chi2.sf(found.deviance, 1))
    chain = Judgements.from_records([Record(one, other, 1.0) for one, other in rows[:4]])
    assert deviance(chain, fit_mle(chain)).degrees_of_freedom == 0
    assert deviance(chain, fit_mle(chain)).p_value is None


def test_mean_squares_are_flagged_outside_the_range_and_not_at_its_ends() -> None:
    infit = np.array([0.5, 1.5, 0.49, 1.0, 1.0, 1.51, np.nan])
    outfit = np.array([1.5, 0.5, 1.0, 0.49, 1.51, 1.0, np.nan])
    found = FitStatistics(tuple("abcdefg"), infit, outfit, np.ones(7))
    assert found.flagged == ("c", "d", "e", "f")
