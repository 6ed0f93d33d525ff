"""Pairs of a wave: what every policy keeps to, and what each is for."""

import math
import os
import subprocess
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cj.design import Design, Oriented, Pair, Policy, Specified, Standing, check_design, pair_of, policy_named
from app.cj.pairing.connect import groups_of
from app.cj.pairing.wave import all_at_once, next_wave
from app.cj.simulation import Play, simulated_judge
from app.errors import InvalidInput
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements
from app.scoring.standard_errors import covariance

quick = settings(max_examples=25, deadline=None)
MATCHED = [Policy.OPTIMAL_GRAPH, Policy.INFORMATION, Policy.NEAREST, Policy.RANDOM_BALANCED]
CHOOSING = [*MATCHED, Policy.ANCHORS_ONLY]


def played(essays: int, design: Design, total: int, seed: int = 0, anchors: int = 0) -> list[list[Oriented]]:
    """Return the waves of a batch judged by a simulated judge, up to ``total`` comparisons."""
    truth = np.random.default_rng([seed, 99]).normal(0, 2, essays)
    answer = simulated_judge(truth.tolist(), np.random.default_rng([seed, 98]))
    waves: list[list[Oriented]] = []

    def judge(wave: object) -> list[float | None]:
        waves.append(list(wave))  # type: ignore[call-overload]  # noted as it comes
        return list(answer(waves[-1]))

    play = Play(essays, design, judge, seed, frozenset(range(anchors)))
    for _ in play.until([total]):
        pass
    return waves


def flat(waves: list[list[Oriented]]) -> list[Oriented]:
    return [shown for wave in waves for shown in wave]


def standing(essays: int, asked: list[Oriented], theta: list[float] | None = None) -> Standing:
    """Return a standing whose verdicts all went the way of ``theta``, with a fit that has these scores."""
    if theta is None:
        return Standing(essays, frozenset(), asked, None, None)
    outcomes = [float(theta[first] > theta[second]) for first, second in asked]
    names = [str(at) for at in range(essays)]
    verdicts = Judgements.from_arrays(names, [a for a, _ in asked], [b for _, b in asked], outcomes)
    fit = fit_penalised(verdicts)
    scores = np.array(theta) - np.mean(theta)
    return Standing(essays, frozenset(), asked, verdicts, type(fit)(fit.items, scores, "penalised", 0.1, 0.0, 1))


@pytest.mark.parametrize("policy", MATCHED)
@quick
@given(essays=st.integers(2, 15), seed=st.integers(0, 50), both=st.booleans())
def test_in_a_wave_each_essay_meets_one_other_at_most(policy: Policy, essays: int, seed: int, both: bool) -> None:
    waves = played(essays, Design(policy, both_orders=both), 4 * essays, seed)
    assert len(waves[0]) == essays // 2 * (2 if both else 1)
    for wave in waves:
        partners: dict[int, set[int]] = {}
        for a, b in wave:
            partners.setdefault(a, set()).add(b)
            partners.setdefault(b, set()).add(a)
        assert all(len(met) == 1 for met in partners.values())


@pytest.mark.parametrize("policy", CHOOSING)
@quick
@given(essays=st.integers(3, 20), seed=st.integers(0, 50))
def test_the_graph_is_connected_with_the_fewest_waves_possible(policy: Policy, essays: int, seed: int) -> None:
    anchors = max(1, essays // 3) if policy is Policy.ANCHORS_ONLY else 0
    waves = played(essays, Design(policy), 2 * essays, seed, anchors)
    joined = [int(groups_of(essays, flat(waves[:number])).max()) + 1 for number in range(1, len(waves) + 1)]
    if policy is Policy.ANCHORS_ONLY:
        assert joined[-1] == 1
    else:
        assert joined[1] == 1


@pytest.mark.parametrize("policy", MATCHED)
@quick
@given(essays=st.integers(2, 9), seed=st.integers(0, 50))
def test_no_pair_comes_again_before_all_others_came(policy: Policy, essays: int, seed: int) -> None:
    times: Counter[Pair] = Counter()
    every = list(combinations(range(essays), 2))
    for wave in played(essays, Design(policy), 3 * len(every), seed):
        fewest = min(times[pair] for pair in every)
        assert all(times[pair_of(shown)] == fewest for shown in wave)
        times.update(pair_of(shown) for shown in wave)
    assert set(times.values()) == {3}


def test_with_early_repeats_a_close_pair_comes_again_while_new_ones_are_left() -> None:
    ladder = [(0, 1), (2, 3), (1, 2), (3, 4), (4, 5), (5, 0)]
    where = standing(6, ladder, [0.0, 0.1, 4.0, 4.1, 8.0, 8.1])
    rng = np.random.default_rng(0)
    patient = next_wave(where, Design(Policy.INFORMATION), room=3, rng=rng)
    eager = next_wave(where, Design(Policy.NEAREST, early_repeats=True), room=3, rng=rng)
    asked = {pair_of(shown) for shown in ladder}
    assert asked.isdisjoint(pair_of(shown) for shown in patient)
    assert asked & {pair_of(shown) for shown in eager}


def worths(policy: Policy, where: Standing) -> dict[Pair, float]:
    """Return the worth of every pair by the policy's formula, computed one by one."""
    assert where.fit is not None
    assert where.verdicts is not None
    theta, known = where.fit.theta, covariance(where.verdicts, where.fit)
    counts = Counter(at for shown in where.asked for at in shown)
    found = {}
    for one, other in combinations(range(where.essays), 2):
        gap = float(theta[one] - theta[other])
        chance = 1 / (1 + math.exp(-gap))
        variance = known[one, one] + known[other, other] - 2 * known[one, other]
        near = math.exp(-abs(gap)) if abs(gap) < 2 else 0.0
        found[(one, other)] = {
            Policy.INFORMATION: chance * (1 - chance) * variance,
            Policy.NEAREST: -abs(gap),
            Policy.OPTIMAL_GRAPH: 1 / (1 + counts[one]) + 1 / (1 + counts[other]) + 0.5 * near,
        }[policy]
    return found


@pytest.mark.parametrize("policy", [Policy.INFORMATION, Policy.NEAREST, Policy.OPTIMAL_GRAPH])
@quick
@given(st.lists(st.floats(-4, 4), min_size=6, max_size=6), st.integers(0, 99))
def test_a_wave_is_the_best_of_all_matchings_of_new_pairs(policy: Policy, theta: list[float], seed: int) -> None:
    """After a ring of six every position is even; all matchings of the nine new pairs are tried."""
    ring = [(at, (at + 1) % 6) for at in range(6)]
    where = standing(6, ring, theta)
    worth = worths(policy, where)
    new = [pair for pair in worth if pair not in {pair_of(shown) for shown in ring}]
    full = [three for three in combinations(new, 3) if len({at for pair in three for at in pair}) == 6]
    best = max(sum(worth[pair] for pair in three) for three in full)
    wave = next_wave(where, Design(policy), room=9, rng=np.random.default_rng(seed))
    reached = sum(worth[pair_of(shown)] for shown in wave)
    assert len(wave) == 3
    assert reached == pytest.approx(best, abs=0.004)


def test_the_weights_of_optimal_graph_turn_it_to_nearness_or_to_rarity() -> None:
    where = standing(6, [(at, (at + 1) % 6) for at in range(6)], [0.0, 3.0, 0.1, 9.0, 3.1, 9.1])
    rng = np.random.default_rng(0)
    near = next_wave(where, Design(Policy.OPTIMAL_GRAPH, count_weight=0.0), room=9, rng=rng)
    assert {pair_of(shown) for shown in near} == {(0, 2), (1, 4), (3, 5)}
    once = [(0, 1), (1, 2), (2, 0), (0, 3), (4, 1), (2, 5), (3, 4)]
    rare = next_wave(
        standing(6, once, [0.0, 9.0, 0.1, 9.1, 5.0, 3.0]),
        Design(Policy.OPTIMAL_GRAPH, proximity_weight=0.0),
        room=1,
        rng=rng,
    )
    assert 5 in rare[0]


@pytest.mark.parametrize(("students", "anchors"), [(18, 6), (12, 12), (5, 9), (30, 4)])
def test_anchors_only_pairs_students_with_anchors_and_is_balanced_over_both(students: int, anchors: int) -> None:
    waves = played(students + anchors, Design(Policy.ANCHORS_ONLY), 4 * students, 3, anchors)
    asked = flat(waves)
    assert len(asked) == 4 * students
    assert all((a < anchors) != (b < anchors) for a, b in asked)
    counts = Counter(at for shown in asked for at in shown)
    of_students = [counts[at] for at in range(anchors, anchors + students)]
    of_anchors = [counts[at] for at in range(anchors)]
    assert set(of_students) == {4}
    assert max(of_anchors) - min(of_anchors) <= 3


def test_pre_specified_asks_exactly_what_was_given_in_the_positions_given() -> None:
    wanted = (Specified(3, 1, 2), Specified(0, 2), Specified(1, 3))
    design = Design(Policy.PRE_SPECIFIED, both_orders=True, specified=wanted)
    rng = np.random.default_rng(0)
    everything = [(3, 1), (0, 2), (1, 3), (3, 1)]
    assert next_wave(standing(4, []), design, room=99, rng=rng) == everything
    assert next_wave(standing(4, everything[:2]), design, room=99, rng=rng) == [(1, 3), (3, 1)]
    assert next_wave(standing(4, everything[:2]), design, room=1, rng=rng) == [(1, 3)]
    assert next_wave(standing(4, everything), design, room=99, rng=rng) == []


@pytest.mark.parametrize("policy", CHOOSING)
@quick
@given(total=st.integers(1, 60), seed=st.integers(0, 50))
def test_with_both_orders_only_the_last_pair_of_an_odd_budget_is_asked_one_way(
    policy: Policy, total: int, seed: int
) -> None:
    asked = flat(played(8, Design(policy, both_orders=True), total, seed, anchors=3))
    assert len(asked) == total
    times = Counter(asked)
    halves = sum(max(0, count - times[shown[::-1]]) for shown, count in times.items())
    assert halves == total % 2


def test_with_both_orders_a_half_that_is_missing_comes_first() -> None:
    wave = next_wave(standing(6, [(4, 2)]), Design(both_orders=True), room=5, rng=np.random.default_rng(0))
    assert wave[0] == (2, 4)
    assert Counter(pair_of(shown) for shown in wave[1:]) == {pair_of(wave[1]): 2, pair_of(wave[3]): 2}


@pytest.mark.parametrize("policy", CHOOSING)
@pytest.mark.parametrize("total", [1, 7, 23, 60, 200])
def test_all_at_once_uses_the_room_and_asks_nothing_twice_while_there_is_new(policy: Policy, total: int) -> None:
    where = Standing(24, frozenset(range(9)), (), None, None)
    planned = all_at_once(where, Design(policy), room=total, rng=np.random.default_rng(4))
    every = 9 * 15 if policy is Policy.ANCHORS_ONLY else 276
    assert len(planned) == total
    assert len({pair_of(shown) for shown in planned}) == min(total, every)
    if total >= 60:
        assert groups_of(24, planned).max() == 0


def test_only_available_pairs_are_asked_and_when_they_are_used_up_nothing_is() -> None:
    available = frozenset({(0, 1), (1, 2), (2, 3)})
    where = Standing(4, frozenset(), (), None, None, available)
    planned = next_wave(where, Design(), room=9, rng=np.random.default_rng(0))
    assert {pair_of(shown) for shown in planned} == {(0, 1), (2, 3)}
    nothing = Standing(4, frozenset(), planned, None, None, frozenset())
    assert next_wave(nothing, Design(), room=9, rng=np.random.default_rng(0)) == []


def test_a_failed_link_between_two_groups_is_made_again_by_another_pair() -> None:
    """(1, 2) was asked and failed: verdicts leave {0, 1} and {2, 3} apart, so the next wave ties them."""
    names = ["0", "1", "2", "3"]
    verdicts = Judgements.from_arrays(names, [0, 2], [1, 3], [1.0, 1.0])
    where = Standing(4, frozenset(), [(0, 1), (2, 3), (1, 2)], verdicts, fit_penalised(verdicts))
    wave = next_wave(where, Design(), room=1, rng=np.random.default_rng(0))
    assert pair_of(wave[0]) in {(0, 2), (0, 3), (1, 3)}


@pytest.mark.parametrize("policy", CHOOSING)
def test_one_essay_or_no_room_asks_nothing(policy: Policy) -> None:
    rng = np.random.default_rng(0)
    assert next_wave(Standing(1, frozenset(), (), None, None), Design(policy), room=9, rng=rng) == []
    assert next_wave(Standing(6, frozenset({0}), (), None, None), Design(policy), room=0, rng=rng) == []


def test_anchors_only_without_anchors_asks_nothing_and_is_refused_as_a_design() -> None:
    where, design = Standing(6, frozenset(), (), None, None), Design(Policy.ANCHORS_ONLY)
    assert next_wave(where, design, room=9, rng=np.random.default_rng(0)) == []
    with pytest.raises(InvalidInput, match="at least one anchor"):
        check_design(design, 6, frozenset())


@pytest.mark.parametrize(
    ("design", "field"),
    [
        (Design(Policy.PRE_SPECIFIED), "specified"),
        (Design(Policy.PRE_SPECIFIED, specified=(Specified(0, 1), Specified(2, 9))), r"specified\[1\]"),
        (Design(Policy.PRE_SPECIFIED, specified=(Specified(1, 1),)), r"specified\[0\]"),
        (Design(Policy.PRE_SPECIFIED, specified=(Specified(0, 1, 0),)), r"specified\[0\]: times"),
        (Design(count_weight=-1.0), "count_weight"),
        (Design(proximity_weight=float("nan")), "proximity_weight"),
    ],
)
def test_a_design_that_cannot_be_carried_out_is_refused_by_its_field(design: Design, field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        check_design(design, 6, frozenset())


def test_a_policy_nobody_knows_is_refused_with_those_there_are() -> None:
    assert policy_named("nearest") is Policy.NEAREST
    with pytest.raises(InvalidInput, match="none of optimal_graph, information"):
        policy_named("swiss")


@pytest.mark.parametrize("policy", CHOOSING)
def test_the_same_seed_gives_the_same_waves_and_another_seed_others(policy: Policy) -> None:
    assert played(20, Design(policy), 90, 1, 6) == played(20, Design(policy), 90, 1, 6)
    assert played(20, Design(policy), 90, 1, 6)[0] != played(20, Design(policy), 90, 2, 6)[0]


def test_another_process_with_another_hash_seed_gives_the_same_waves() -> None:
    program = (
        "import numpy as np\n"
        "from app.cj.design import Design, Standing\n"
        "from app.cj.pairing.wave import all_at_once\n"
        "available = frozenset((a, b) for a in range(30) for b in range(a + 1, 30) if (a * b) % 3)\n"
        "where = Standing(30, frozenset(), (), None, None, available)\n"
        "print(all_at_once(where, Design(), room=100, rng=np.random.default_rng(5)))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
