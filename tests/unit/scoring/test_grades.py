"""Grades from scores: stated probabilities are kept, in simulation and end to end, and obey their laws."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cj.projection import Anchor, calibrate, project, project_all
from app.contracts.grade_scales import SCALES, GradeScale
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import FloatArray
from app.scoring.errors import InvalidJudgements, NotEstimable
from app.scoring.grade_bands import GradeBands, fit_bands
from app.scoring.simulate import simulate
from app.scoring.standard_errors import centred_errors

LEGACY = SCALES["eng5_np_legacy_9_step"]
SWEDISH = SCALES["swedish_8_anchor"]
quick = settings(max_examples=60, deadline=None, database=None)
known_anchors = st.lists(
    st.tuples(st.floats(-6, 6), st.integers(0, 8), st.floats(0, 1.5)), min_size=2, max_size=24
).filter(lambda rows: len({place for _, place, _ in rows}) > 1)
Rows = list[tuple[float, int, float]]


@dataclass
class Kept:
    """Stated probabilities of the likeliest grades, and whether those grades were right."""

    stated: FloatArray
    right: FloatArray

    def near(self, share: float, most: float = 0.05) -> tuple[float, float, int]:
        """Return the mean stated probability, the share of right grades, and the number of cases there."""
        inside = np.abs(self.stated - share) <= most
        return float(self.stated[inside].mean()), float(self.right[inside].mean()), int(inside.sum())


def truth(rng: np.random.Generator, scale: GradeScale) -> tuple[FloatArray, float]:
    """Return centres and spread of the grades of one assignment: uneven steps, spread 0.3 to 1 of a step."""
    step = float(rng.uniform(0.5, 2.0))
    steps = step * np.maximum(0.2, 1 + 0.3 * rng.standard_normal(len(scale.grades)))
    return np.cumsum(steps), step * float(rng.uniform(0.3, 1.0))


def anchored(rng: np.random.Generator, scale: GradeScale, each: int, missing: int) -> np.ndarray:
    """Return the places of the anchors: ``each`` a grade, ``missing`` grades have none."""
    there = rng.choice(len(scale.grades), len(scale.grades) - missing, replace=False)
    return np.repeat(np.sort(there), each)


def simulated(scale: GradeScale, each: int, missing: int, seed: int, sets: int = 200) -> Kept:
    """Return how probabilities were kept where scores are measured with normal errors of known size."""
    rng = np.random.default_rng(seed)
    stated, right = [], []
    for _ in range(sets):
        centres, spread = truth(rng, scale)
        places, students = anchored(rng, scale, each, missing), rng.choice(len(scale.grades), 24, p=scale.priors)
        everyone = np.concatenate([places, students])
        errors = rng.uniform(0.1, 0.6, everyone.size) * spread / 0.5
        scores = rng.normal(rng.normal(centres[everyone], spread), errors)
        size = places.size
        bands = fit_bands(scores[:size], errors[:size], places, len(scale.grades))
        shares = bands.probabilities(scores[size:], errors[size:], np.array(scale.priors))
        stated.append(shares.max(axis=1))
        right.append(shares.argmax(axis=1) == students)
    return Kept(np.concatenate(stated), np.concatenate(right))


@pytest.mark.parametrize(
    ("scale", "each", "missing"),
    [
        (LEGACY, 1, 0),
        (LEGACY, 2, 0),
        (LEGACY, 3, 0),
        (LEGACY, 1, 3),
        (LEGACY, 2, 5),
        (SWEDISH, 1, 0),
        (SWEDISH, 2, 3),
    ],
)
def test_stated_probabilities_are_kept(scale: GradeScale, each: int, missing: int) -> None:
    kept = simulated(scale, each, missing, seed=100 + 10 * each + missing)
    for share in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        stated, right, cases = kept.near(share)
        assert cases > 30
        assert right == pytest.approx(stated, abs=0.05 + 1 / cases**0.5)


@pytest.mark.parametrize(("each", "missing"), [(1, 0), (2, 4)])
def test_stated_probabilities_are_kept_with_scores_and_errors_of_a_fit(each: int, missing: int) -> None:
    rng = np.random.default_rng(each + missing)
    stated, right = [], []
    for _ in range(60):
        centres, spread = truth(rng, LEGACY)
        places, students = anchored(rng, LEGACY, each, missing), rng.integers(0, 9, 30)
        judgements = simulate(rng.normal(centres[np.concatenate([places, students])], spread), 40, rng)
        fit = fit_penalised(judgements)
        rows = list(zip(fit.theta.tolist(), centred_errors(judgements, fit).tolist(), strict=True))
        size = places.size
        anchors = [
            Anchor(score, LEGACY.grades[at], error) for (score, error), at in zip(rows, places, strict=False)
        ]
        scores, errors = zip(*rows[size:], strict=True)
        for found, at in zip(project_all(scores, errors, calibrate(anchors, LEGACY)), students, strict=True):
            likeliest = max(found.probabilities, key=lambda name: found.probabilities[name])
            stated.append(found.probabilities[likeliest])
            right.append(likeliest == LEGACY.grades[at])
    kept = Kept(np.array(stated), np.array(right))
    for share, most in ((0.4, 0.05), (0.5, 0.05), (0.6, 0.05), (0.8, 0.1)):
        stated_share, right_share, cases = kept.near(share, most)
        assert cases > 50
        assert right_share == pytest.approx(stated_share, abs=0.06 + 1 / cases**0.5)


def bands_of(rows: Rows, shift: float = 0.0) -> GradeBands:
    scores, places, errors = zip(*rows, strict=True)
    return fit_bands(np.array(scores) + shift, np.array(errors), np.array(places), 9)


@quick
@given(known_anchors, st.floats(0.0, 3.0))
def test_a_higher_score_makes_every_higher_grade_more_likely(rows: Rows, error: float) -> None:
    scores = np.linspace(-12, 12, 97)
    shares = bands_of(rows).probabilities(scores, np.full(97, error), np.array(LEGACY.priors))
    at_least = shares[:, ::-1].cumsum(axis=1)
    assert (np.diff(at_least, axis=0) >= -1e-12).all()


@quick
@given(known_anchors, st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 4)), min_size=1, max_size=5))
def test_probabilities_sum_to_one_over_all_grades(rows: Rows, essays: list[tuple[float, float]]) -> None:
    anchors = [Anchor(score, SWEDISH.grades[min(place, 7)], error) for score, place, error in rows]
    if len({anchor.grade for anchor in anchors}) < 2:
        return
    scores, errors = zip(*essays, strict=True)
    for found in project_all(scores, errors, calibrate(anchors, SWEDISH)):
        assert set(found.probabilities) == set(SWEDISH.grades)
        assert sum(found.probabilities.values()) == pytest.approx(1.0)
        assert min(found.probabilities.values()) >= 0.0
        assert 0.0 <= found.confidence <= 1.0


@quick
@given(known_anchors, st.sampled_from([-4.0, 0.5, 64.0]))
def test_moving_all_scores_moves_the_centres_and_no_probability(rows: Rows, shift: float) -> None:
    here, there = bands_of(rows), bands_of(rows, shift)
    assert there.centres == pytest.approx(here.centres + shift, abs=1e-6)
    scores, errors, priors = np.linspace(-5, 5, 11), np.full(11, 0.4), np.array(LEGACY.priors)
    assert there.probabilities(scores + shift, errors, priors) == pytest.approx(
        here.probabilities(scores, errors, priors), abs=1e-6
    )


@quick
@given(known_anchors)
def test_centres_rise_in_every_draw_and_draws_are_the_same_each_time(rows: Rows) -> None:
    bands = bands_of(rows)
    assert (np.diff(bands.centres, axis=1) >= 0).all()
    assert (bands.sigma > 0).all()
    assert np.array_equal(bands.centres, bands_of(rows).centres)


def test_projecting_many_is_projecting_each() -> None:
    calibration = calibrate([Anchor(float(at), grade) for at, grade in enumerate(LEGACY.grades)], LEGACY)
    scores, errors = np.linspace(-2, 10, 150).tolist(), [0.1 + 0.01 * at for at in range(150)]
    many = project_all(scores, errors, calibration)
    for found, score, error in zip(many, scores, errors, strict=True):
        alone = project(score, error, calibration)
        assert (found.grade, found.label) == (alone.grade, alone.label)
        assert found.probabilities == pytest.approx(alone.probabilities, abs=1e-12)
    assert project_all([], [], calibration) == []


def test_centres_are_found_where_many_anchors_show_them() -> None:
    rng = np.random.default_rng(1)
    centres = np.array([0.0, 0.5, 2.5, 3.0, 3.6, 5.0, 5.5, 7.5, 8.0])
    places = np.repeat(np.arange(9), 60)
    bands = fit_bands(rng.normal(centres[places], 0.4), np.full(places.size, 0.0), places, 9)
    assert bands.centres.mean(axis=0) == pytest.approx(centres, abs=0.15)
    assert bands.sigma.mean() == pytest.approx(0.4, abs=0.05)


def test_anchors_of_uncertain_score_count_for_less() -> None:
    sure = [(float(at), at, 0.05) for at in range(9)]
    strayed = bands_of([*sure, (9.0, 4, 0.05)]).centres.mean(axis=0)[4]
    vague = bands_of([*sure, (9.0, 4, 3.0)]).centres.mean(axis=0)[4]
    assert 3.9 < vague < 4.3 < strayed


def test_errors_of_the_anchors_are_not_taken_for_spread() -> None:
    rng = np.random.default_rng(2)
    places = np.repeat(np.arange(9), 12)
    scores = rng.normal(2.0 * places, 1.0)
    known = fit_bands(scores, np.full(places.size, 0.95), places, 9).sigma.mean()
    unknown = fit_bands(scores, np.zeros(places.size), places, 9).sigma.mean()
    assert unknown == pytest.approx(1.0, abs=0.12)
    assert known < 0.6


def test_grades_without_anchors_lie_between_and_beyond_the_others() -> None:
    bands = bands_of([(2.0, 2, 0.1), (4.0, 4, 0.1), (6.0, 6, 0.1), (2.2, 2, 0.1), (5.9, 6, 0.1)])
    assert bands.centres.mean(axis=0) == pytest.approx(np.arange(9), abs=0.6)
    doubt = bands.centres.std(axis=0)
    assert doubt[2] < doubt[1] < doubt[0]
    assert doubt[3] > doubt[4]


def test_anchors_turned_upside_down_leave_next_to_no_knowledge() -> None:
    calibration = calibrate([Anchor(8.0 - at, grade) for at, grade in enumerate(LEGACY.grades)], LEGACY)
    assert len(calibration.inversions) == 8
    assert max(project(4.0, 0.3, calibration).probabilities.values()) < 0.25


def test_anchors_of_one_and_the_same_score_say_nothing() -> None:
    calibration = calibrate([Anchor(1.0, grade) for grade in LEGACY.grades for _ in range(3)], LEGACY)
    assert calibration.inversions == ()
    assert np.isfinite(calibration.centres).all()
    assert max(project(1.0, 0.5, calibration).probabilities.values()) < 0.3


@pytest.mark.parametrize(
    ("score", "error", "grade"), [(-0.3, 0.1, "F+"), (-12.0, 0.1, "F"), (-12.0, 8.0, "F+"), (20.0, 0.1, "A")]
)
def test_far_below_the_lowest_centre_is_below_the_lowest_grade(score: float, error: float, grade: str) -> None:
    calibration = calibrate(
        [Anchor(at + shift, name) for at, name in enumerate(LEGACY.grades) for shift in (-0.3, 0.3)], LEGACY
    )
    assert project(score, error, calibration).grade == grade


def test_below_the_lowest_begins_two_standard_deviations_under_its_centre() -> None:
    calibration = calibrate(
        [Anchor(at + shift, name) for at, name in enumerate(LEGACY.grades) for shift in (-0.3, 0.3)], LEGACY
    )
    edge = calibration.centres[0] - 2 * (calibration.spread**2 + 0.4**2) ** 0.5
    assert project(edge + 0.01, 0.4, calibration).grade == "F+"
    assert project(edge - 0.01, 0.4, calibration).grade == "F"


def test_what_is_summed_up_is_what_was_drawn() -> None:
    anchors = [Anchor(at + shift, name, 0.2) for at, name in enumerate(LEGACY.grades) for shift in (-0.5, 0.5)]
    found = calibrate(anchors, LEGACY)
    assert found.centres == pytest.approx(found.bands.centres.mean(axis=0))
    assert found.boundaries[0] == pytest.approx((found.centres[0] + found.centres[1]) / 2)
    assert found.band_width == pytest.approx((found.centres[8] - found.centres[0]) / 8)
    assert found.spread**2 == pytest.approx(
        (found.bands.sigma**2).mean() + np.mean([draw.var() for draw in found.bands.centres.T])
    )


@pytest.mark.parametrize(
    ("entropy_of", "error", "expected"),
    [
        # Contract: sqrt((1 - entropy) * factor); certain grades have entropy 0.
        (1, 0.0, (1.0, "HIGH")),
        (1, 0.5, (0.8**0.5, "HIGH")),
        (1, 1.0, (0.6**0.5, "MID")),
        (1, 1.5, (0.3**0.5, "LOW")),
        (9, 0.0, (0.0, "LOW")),
        (3, 0.0, ((1 - np.log(3) / np.log(9)) ** 0.5, "HIGH")),
        (4, 0.0, ((1 - np.log(4) / np.log(9)) ** 0.5, "MID")),
        (8, 0.49, ((1 - np.log(8) / np.log(9)) ** 0.5, "LOW")),
    ],
)
def test_confidence_is_the_contract_s(entropy_of: int, error: float, expected: tuple[float, str]) -> None:
    # Centres of `entropy_of` grades lie together, the others out of reach: so many grades are equally likely.
    centres = np.array([0.0] * entropy_of + [1e3 + at for at in range(9 - entropy_of)])
    calibration = calibrate([Anchor(0.0, "F+"), Anchor(1.0, "A")], LEGACY)
    bands = GradeBands(centres[None, :], np.array([0.5]))
    found = project(0.0, error, type(calibration)(LEGACY, tuple(centres), 0.5, bands))
    assert found.confidence == pytest.approx(expected[0], abs=1e-6)
    assert found.label == expected[1]


def test_numbers_that_are_none_are_refused() -> None:
    for scores, errors in (([np.nan, 1.0], [0.1, 0.1]), ([0.0, 1.0], [-0.1, 0.1]), ([0.0, 1.0], [np.inf, 0.1])):
        with pytest.raises(InvalidJudgements):
            fit_bands(np.array(scores), np.array(errors), np.array([0, 1]), 9)
    with pytest.raises(NotEstimable, match="two grades"):
        fit_bands(np.array([0.0, 1.0]), np.zeros(2), np.array([3, 3]), 9)
