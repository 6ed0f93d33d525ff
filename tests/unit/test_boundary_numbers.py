"""The numbers of a boundary test, reckoned by hand."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.reports.numbers.boundary import boundary_test
from app.runner.reports.shapes.boundary import AskedPair, BoundaryTest, Tally
from app.runner.results.answers import Answer

LEAST = 0.7


def pair(better: str, worse: str, boundary: str = "A/B") -> AskedPair:
    above, below = boundary.split("/")
    return AskedPair(
        better=better,
        worse=worse,
        better_name=f"{better}.txt",
        worse_name=f"{worse}.txt",
        better_grade=above,
        worse_grade=below,
        boundary=boundary,
    )


def answer(first: str, second: str, winner: str | None, confidence: float | None = None) -> Answer:
    return Answer(1, first, second, winner, confidence)


def answers(better: str, worse: str, first: tuple[int, int], second: tuple[int, int]) -> list[Answer]:
    """Return answers by (wins, of) of the better essay where it was shown first, and where second."""
    shown = [(better, worse, "a", "b", first), (worse, better, "b", "a", second)]
    return [
        answer(a, b, right if number < wins else wrong, 4.0 if number < wins else 2.0)
        for a, b, right, wrong, (wins, of) in shown
        for number in range(of)
    ]


def numbers(*found: tuple[AskedPair, Sequence[Answer]]) -> BoundaryTest:
    return boundary_test(
        [one for one, _ in found],
        [one for _, given_ in found for one in given_],
        iterations=5,
        least_win_rate=LEAST,
    )


def single(first: tuple[int, int], second: tuple[int, int]) -> Tally:
    return numbers((pair("a", "b"), answers("a", "b", first, second))).overall


def test_the_win_rate_counts_the_better_grade_in_both_positions() -> None:
    found = single((4, 5), (3, 5))
    assert (found.wins, found.verdicts, found.asked) == (7, 10, 10)
    assert found.win_rate is not None
    assert found.win_rate.share == pytest.approx(0.7)
    assert (found.win_rate.low, found.win_rate.high) == pytest.approx((0.3968, 0.8922), abs=5e-5)
    assert found.win_rate_elsewhere is None


def test_position_bias_is_what_is_picked_first_and_what_position_does_to_the_win_rate() -> None:
    found = single((4, 5), (3, 5)).position
    assert found.first_picks is not None
    assert found.first_picks.share == pytest.approx(0.6)  # 4 of 5, and 5 - 3 of 5
    assert found.difference is not None
    assert found.difference.difference == pytest.approx(0.2)
    assert found.difference.low < 0 < found.difference.high


def test_a_judge_who_always_takes_the_first_tells_nothing_and_is_found_out() -> None:
    found = single((20, 20), (0, 20))
    assert found.position.first_picks is not None
    assert found.position.first_picks.share == 1
    assert found.position.difference is not None
    assert found.position.difference.low > 0.7
    assert found.agreement.within == 1
    assert found.agreement.across == 0
    assert found.verdict == "does_not_hold"


def test_agreement_is_by_majority_within_a_position_and_across_positions() -> None:
    found = single((4, 5), (3, 5)).agreement
    assert found.majority == pytest.approx(7 / 10)
    assert found.within == pytest.approx((6 + 4) / (10 + 10))
    assert found.across == pytest.approx((4 * 3 + 1 * 2) / 25)


def test_a_judge_who_prefers_the_worse_essay_agrees_with_itself() -> None:
    found = single((0, 5), (0, 5))
    assert (found.agreement.majority, found.agreement.within, found.agreement.across) == (1, 1, 1)
    assert found.verdict == "does_not_hold"


def test_confidence_has_its_mean_and_student_s_interval() -> None:
    found = single((4, 5), (3, 5)).confidence
    assert found is not None
    assert found.mean == pytest.approx((7 * 4 + 3 * 2) / 10)
    # standard deviation sqrt(8.4 / 9), t with 9 degrees of freedom 2.262157
    assert found.low == pytest.approx(3.4 - 2.262157 * (8.4 / 9) ** 0.5 / 10**0.5, abs=1e-5)


def test_answers_without_a_winner_are_counted_and_count_for_nobody() -> None:
    given_ = [*answers("a", "b", (5, 5), (4, 4)), answer("b", "a", None)]
    found = numbers((pair("a", "b"), given_)).overall
    assert (found.verdicts, found.wins, found.invalid, found.missing) == (9, 9, 1, 1)


def test_a_failure_that_was_asked_again_is_invalid_but_not_missing() -> None:
    given_ = [answer("a", "b", None), *answers("a", "b", (5, 5), (5, 5))]
    found = numbers((pair("a", "b"), given_)).overall
    assert (found.verdicts, found.invalid, found.missing) == (10, 1, 0)


def test_answers_on_pairs_that_nobody_wanted_count_nowhere() -> None:
    found = numbers((pair("a", "b"), [answer("a", "c", "a", 5.0), answer("a", "b", "a", 5.0)]))
    assert (found.strangers, found.overall.verdicts) == (1, 1)


def test_without_verdicts_nothing_is_made_up() -> None:
    found = numbers((pair("a", "b"), [])).overall
    assert (found.win_rate, found.confidence, found.position.first_picks, found.agreement.majority) == (None,) * 4
    assert (found.verdict, found.missing) == ("cannot_tell", 10)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ((5, 5), (5, 5), "holds"),  # 10 of 10: from 0.722
        ((5, 5), (4, 5), "cannot_tell"),  # 9 of 10: from 0.596
        ((10, 20), (10, 20), "does_not_hold"),  # 20 of 40: to 0.648
        ((3, 5), (2, 5), "cannot_tell"),  # 5 of 10: to 0.763
    ],
)
def test_a_boundary_holds_where_the_whole_interval_is_above_what_is_wanted(
    first: tuple[int, int], second: tuple[int, int], verdict: str
) -> None:
    found = single(first, second)
    assert found.verdict == verdict
    assert found.reach == (None if verdict == "cannot_tell" else "these_pairs")


def test_many_pairs_that_agree_speak_for_other_essays_too() -> None:
    pairs = [(pair(f"a{n}", f"b{n}"), answers(f"a{n}", f"b{n}", (5, 5), (5, 5))) for n in range(6)]
    found = numbers(*pairs).overall
    assert (found.verdict, found.reach) == ("holds", "other_essays")
    assert found.win_rate_elsewhere is not None
    assert found.win_rate is not None
    assert LEAST < found.win_rate_elsewhere.low < found.win_rate.low


def test_few_pairs_speak_for_themselves_alone() -> None:
    pairs = [(pair(f"a{n}", f"b{n}"), answers(f"a{n}", f"b{n}", (5, 5), (5, 5))) for n in range(2)]
    assert (numbers(*pairs).overall.verdict, numbers(*pairs).overall.reach) == ("holds", "these_pairs")


def test_pairs_that_contradict_each_other_leave_it_open() -> None:
    good = [(pair(f"a{n}", f"b{n}"), answers(f"a{n}", f"b{n}", (20, 20), (20, 20))) for n in range(3)]
    bad = (pair("a9", "b9"), answers("a9", "b9", (8, 20), (8, 20)))
    found = numbers(*good, bad).overall
    assert found.win_rate is not None
    assert found.win_rate.low > LEAST
    assert (found.verdict, found.reach) == ("cannot_tell", None)


def test_each_boundary_has_its_own_pairs_in_the_order_they_were_wanted() -> None:
    wanted = [pair("a", "b"), pair("b", "c", "B/C"), pair("b", "d", "B/C")]
    given_ = [*answers("a", "b", (5, 5), (5, 5)), *answers("b", "c", (2, 5), (2, 5))]
    found = boundary_test(wanted, given_, iterations=5, least_win_rate=LEAST)
    assert [(one.boundary, len(one.pairs)) for one in found.boundaries] == [("A/B", 1), ("B/C", 2)]
    assert [one.tally.asked for one in found.boundaries] == [10, 20]
    assert found.overall.wins == 14
    assert found.boundaries[1].pairs[1].tally.missing == 10


def test_an_open_verdict_says_how_many_iterations_would_decide_it() -> None:
    # Wilson's lower end is 0.7 where (0.9 - 0.7)^2 n = 1.96^2 x 0.7 x 0.3: from n = 20.2 on
    assert single((5, 5), (4, 5)).iterations_to_decide == 11
    assert single((5, 5), (5, 5)).iterations_to_decide is None
    assert single((7, 10), (7, 10)).iterations_to_decide is None  # at 0.7 itself nothing ever decides
    assert numbers((pair("a", "b"), [])).overall.iterations_to_decide is None


tallies = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))


@given(tallies)
def test_turning_every_verdict_round_mirrors_the_win_rate_and_keeps_the_agreement(
    drawn: tuple[int, int, int, int],
) -> None:
    won, lost, won_too, lost_too = drawn
    here = single((won, won + lost), (won_too, won_too + lost_too))
    there = single((lost, won + lost), (lost_too, won_too + lost_too))
    assert here.agreement == there.agreement
    if here.win_rate is not None and there.win_rate is not None:
        assert here.win_rate.share == pytest.approx(1 - there.win_rate.share)
        assert here.win_rate.low == pytest.approx(1 - there.win_rate.high)
