"""Who is shown first: even for every essay at every budget, and for every pair that comes again."""

from collections import Counter
from itertools import accumulate, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cj.design import Design, Oriented, Pair, Policy
from app.cj.orientation import orient
from app.cj.simulation import Play, simulated_judge

MATCHED = [Policy.OPTIMAL_GRAPH, Policy.INFORMATION, Policy.NEAREST, Policy.RANDOM_BALANCED]
quick = settings(max_examples=25, deadline=None)


def asked_in(essays: int, policy: Policy, total: int, seed: int, anchors: int = 0) -> list[Oriented]:
    """Return a batch's comparisons, as shown, judged by a simulated judge."""
    truth = np.random.default_rng([seed, 99]).normal(0, 2, essays)
    judge = simulated_judge(truth.tolist(), np.random.default_rng([seed, 98]))
    play = Play(essays, Design(policy), judge, seed, frozenset(range(anchors)))
    for _ in play.until([total]):
        pass
    return play.asked


def skews(asked: list[Oriented]) -> tuple[Counter[int], Counter[int]]:
    """Return times first minus times second, and times in all, by essay."""
    skew, counts = Counter[int](), Counter[int]()
    for first, second in asked:
        skew[first] += 1
        skew[second] -= 1
        counts[first] += 1
        counts[second] += 1
    return skew, counts


@pytest.mark.parametrize("policy", MATCHED)
@pytest.mark.parametrize("seed", [0, 7])
def test_with_24_essays_each_is_as_balanced_as_parity_allows_at_every_budget(policy: Policy, seed: int) -> None:
    """|A - B| is 0 for an even number of comparisons and 1 for an odd one, from 24 to 552 comparisons."""
    asked = asked_in(24, policy, 552, seed)
    assert len(asked) == 552
    skew, counts = skews(asked[:24])
    for first, second in asked[24:]:
        assert all(abs(skew[essay]) == counts[essay] % 2 for essay in range(24))
        skew.update({first: 1, second: -1})
        counts.update([first, second])
    assert all(skew[essay] == 0 and counts[essay] == 46 for essay in range(24))


@pytest.mark.parametrize("policy", MATCHED)
@quick
@given(essays=st.integers(4, 14), total=st.integers(4, 120), seed=st.integers(0, 99))
def test_the_skew_of_any_essay_stays_within_a_tenth_or_parity(
    policy: Policy, essays: int, total: int, seed: int
) -> None:
    skew, counts = skews(asked_in(essays, policy, total, seed))
    for essay in range(essays):
        assert abs(skew[essay]) <= max(counts[essay] % 2, 2 if counts[essay] % 2 == 0 and essays % 2 else 1)


@quick
@given(students=st.integers(6, 20), anchors=st.integers(3, 9), seed=st.integers(0, 99))
def test_against_anchors_every_student_is_balanced_while_all_meetings_are_new(
    students: int, anchors: int, seed: int
) -> None:
    essays = students + anchors
    asked = asked_in(essays, Policy.ANCHORS_ONLY, students * anchors, seed, anchors)
    skew, counts = skews(asked)
    assert all(abs(skew[essay]) == counts[essay] % 2 for essay in range(anchors, essays))
    assert all(abs(skew[essay]) <= 7 for essay in range(anchors))  # above 4 in one set of two hundred


@pytest.mark.parametrize("policy", [*MATCHED, Policy.ANCHORS_ONLY])
@quick
@given(seed=st.integers(0, 99))
def test_a_pair_that_comes_again_is_shown_the_other_way_round(policy: Policy, seed: int) -> None:
    anchors = 3 if policy is Policy.ANCHORS_ONLY else 0
    seen: dict[Pair, list[Oriented]] = {}
    for shown in asked_in(7, policy, 63, seed, anchors):
        seen.setdefault((min(shown), max(shown)), []).append(shown)
    for times in seen.values():
        assert all(len(set(times[at : at + 2])) == 2 for at in range(0, len(times) - 1, 2))


def test_the_next_partners_get_opposite_positions() -> None:
    pairs = [(0, 1), (2, 3), (4, 5), (6, 7)]
    partners = {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 0, 0: 7}
    for seed in range(8):
        first = {shown[0] for shown in orient(pairs, [], rng=np.random.default_rng(seed), partners=partners)}
        assert all((one in first) != (other in first) for one, other in partners.items())


def test_partners_get_opposite_positions_whichever_of_its_pair_each_is() -> None:
    pairs = [(0, 1), (2, 3), (4, 5), (6, 7)]
    partners = {1: 3, 3: 1, 2: 4, 4: 2, 5: 7, 7: 5}
    for seed in range(8):
        first = {shown[0] for shown in orient(pairs, [], rng=np.random.default_rng(seed), partners=partners)}
        assert all((one in first) != (other in first) for one, other in partners.items())


def test_a_partner_whose_position_is_settled_decides_that_of_an_open_pair() -> None:
    shown = [(4, 0), (1, 5)]
    pairs = [(2, 3), (0, 6)]
    for seed in range(8):
        found = orient(pairs, shown, rng=np.random.default_rng(seed), partners={6: 2, 2: 6})
        assert found[1] == (0, 6)
        assert found[0] == (2, 3)


@quick
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] < pair[1]), max_size=30)
)
def test_any_pairs_one_by_one_leave_no_essay_more_than_half_its_comparisons_astray(pairs: list[Pair]) -> None:
    shown: list[Oriented] = []
    for at, pair in enumerate(pairs):
        shown += orient([pair], shown, rng=np.random.default_rng(at))
    forward = Counter(shown)
    for pair in combinations(range(7), 2):
        assert abs(forward[pair] - forward[pair[::-1]]) <= 1
    assert list(accumulate(len(pair) for pair in shown))[-1:] == ([2 * len(pairs)] if pairs else [])
