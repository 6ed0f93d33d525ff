"""Stopping and grades: the engine's decisions, without a database."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cj.projection import Anchor, calibrate, project
from app.cj.states import MOVES, BatchState, check_move
from app.cj.stopping import largest_change
from app.contracts.grade_scales import LETTER_ORDER, SCALES, normalized_score, order_of
from app.errors import IllegalMove
from app.scoring.errors import NotEstimable

LEGACY = SCALES["eng5_np_legacy_9_step"]


def test_the_largest_change_needs_an_earlier_fit() -> None:
    assert largest_change(None, {0: 1.0}) is None
    assert largest_change({0: 1.0, 1: 0.0}, {0: 1.5, 1: -1.0, 2: 0.2}) == 1.0


def anchors() -> list[Anchor]:
    return [Anchor(-4.0 + index, grade) for index, grade in enumerate(LEGACY.grades)]


def test_an_essay_at_an_anchor_s_score_gets_its_grade() -> None:
    calibration = calibrate(anchors(), LEGACY)
    for anchor in anchors():
        found = project(anchor.score, 0.1, calibration)
        assert found.grade == anchor.grade
        assert sum(found.probabilities.values()) == pytest.approx(1.0)


def test_a_larger_error_spreads_the_probability_and_lowers_confidence() -> None:
    calibration = calibrate(anchors(), LEGACY)
    sure, unsure = project(0.0, 0.1, calibration), project(0.0, 1.6, calibration)
    assert max(sure.probabilities.values()) > max(unsure.probabilities.values())
    assert (sure.label, unsure.label) == ("HIGH", "LOW")
    assert sure.confidence > unsure.confidence


def test_far_below_the_lowest_grade_is_the_grade_below() -> None:
    calibration = calibrate(anchors(), LEGACY)
    assert project(-12.0, 0.2, calibration).grade == "F"


def test_anchors_that_contradict_their_grades_still_give_rising_centres() -> None:
    turned = [Anchor(0.0, "A"), Anchor(1.0, "F+"), Anchor(0.5, "C-")]
    calibration = calibrate(turned, LEGACY)
    assert calibration.inversions == (("F+", "C-"), ("C-", "A"))
    assert all(low < high for low, high in zip(calibration.centres, calibration.centres[1:], strict=False))


@pytest.mark.parametrize("known", [[], [Anchor(0.0, "A"), Anchor(1.0, "A")], [Anchor(0.0, "A"), Anchor(1.0, "Q")]])
def test_without_two_grades_nothing_is_projected(known: list[Anchor]) -> None:
    with pytest.raises(NotEstimable, match="at least two grades"):
        calibrate(known, LEGACY)


def test_a_stated_probability_is_kept() -> None:
    """Scores of anchors and students are drawn around nine true centres; stated and kept shares must agree."""
    rng = np.random.default_rng(8)
    stated, kept = [], []
    for _ in range(150):
        centres = np.linspace(-5, 5, 9)
        known = [
            Anchor(float(rng.normal(centres[place], 0.6)), grade)
            for place, grade in enumerate(LEGACY.grades)
            for _ in range(2)
        ]
        calibration = calibrate(known, LEGACY)
        for place, grade in enumerate(LEGACY.grades):
            error = float(rng.uniform(0.2, 1.2))
            score = float(rng.normal(rng.normal(centres[place], 0.6), error))
            found = project(score, error, calibration)
            stated.append(max(found.probabilities.values()))
            kept.append(max(found.probabilities, key=lambda name: found.probabilities[name]) == grade)
    shares, hits = np.array(stated), np.array(kept)
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        inside = (shares >= low) & (shares < high)
        assert hits[inside].mean() == pytest.approx(shares[inside].mean(), abs=0.08)


@pytest.mark.parametrize("scale_id", sorted(SCALES))
def test_every_scale_is_projected_with_one_anchor_a_grade_or_with_grades_missing(scale_id: str) -> None:
    scale = SCALES[scale_id]
    for grades in (scale.grades, scale.grades[::3], (scale.grades[0], scale.grades[-1])):
        known = [Anchor(float(scale.index(grade)), grade) for grade in grades]
        calibration = calibrate(known, scale)
        assert len(calibration.boundaries) == len(scale.grades) - 1
        for place in range(len(scale.grades)):
            found = project(float(place), 0.3, calibration)
            assert sum(found.probabilities.values()) == pytest.approx(1.0)
        assert project(float(len(scale.grades) - 1), 0.05, calibration).grade == scale.grades[-1]


@given(st.floats(-6, 6), st.floats(0.05, 2))
def test_a_higher_score_never_means_a_lower_expected_grade(score: float, error: float) -> None:
    calibration = calibrate(anchors(), LEGACY)

    def mean(at: float) -> float:
        shares = project(at, error, calibration).probabilities
        return sum(LEGACY.index(grade) * share for grade, share in shares.items())

    assert mean(score + 0.5) >= mean(score) - 1e-9


def test_scales_are_consistent() -> None:
    for scale in SCALES.values():
        assert len(scale.grades) == len(scale.priors) == len(set(scale.grades))
        assert sum(scale.priors) == pytest.approx(1.0)
        orders = [order_of(grade, scale) for grade in scale.grades]
        assert orders == list(range(len(scale.grades) - 1, -1, -1))
    assert order_of("F", LEGACY) == 9
    assert order_of("Z", LEGACY) is None
    assert [normalized_score(grade, None) for grade in LETTER_ORDER][:4] == [1.0, 0.93, 0.87, 0.80]
    assert normalized_score("9", SCALES["eng5_np_national_9_step"]) == 1.0


def test_a_finished_batch_moves_no_more() -> None:
    for state in (BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED):
        assert MOVES[state] == frozenset()
        with pytest.raises(IllegalMove):
            check_move(state, BatchState.SENDING)
    reachable = {BatchState.RECEIVED} | {to for onward in MOVES.values() for to in onward}
    assert reachable == set(BatchState)
