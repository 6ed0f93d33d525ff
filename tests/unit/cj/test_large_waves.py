"""Matchings of many essays: valid, near the optimum, the same each time."""

import networkx as nx
import numpy as np
import pytest

from app.cj.design import Design, Policy, Standing, pair_of
from app.cj.pairing.connect import groups_of
from app.cj.pairing.matching import heaviest_matching
from app.cj.pairing.wave import next_wave
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import FloatArray, IndexArray
from app.scoring.simulate import simulate

MANY = 601


def candidates(essays: int, seed: int) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return about half of all pairs, with merits; a table of merits has -inf for the others."""
    rng = np.random.default_rng(seed)
    table = np.triu(np.where(rng.random((essays, essays)) < 0.5, rng.random((essays, essays)), -np.inf), 1)
    low, high = np.nonzero(np.isfinite(table) & (np.arange(essays)[:, None] < np.arange(essays)))
    return low.astype(np.int64), high.astype(np.int64), table


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_blossom_finds_what_another_implementation_finds(seed: int) -> None:
    low, high, table = candidates(13, seed)
    graph: nx.Graph[int] = nx.Graph()
    for one, other in zip(low.tolist(), high.tolist(), strict=True):
        graph.add_edge(one, other, weight=float(table[one, other]))
    known = nx.max_weight_matching(graph, maxcardinality=True)
    found = heaviest_matching(low, high, lambda one, other: table[one, other])
    assert len(found) == len(known)
    assert sum(table[pair] for pair in found) == pytest.approx(
        sum(table[min(pair), max(pair)] for pair in known), abs=1e-6
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_exchanges_come_near_the_optimum(seed: int) -> None:
    low, high, table = candidates(80, seed)
    best = heaviest_matching(low, high, lambda one, other: table[one, other])
    near = heaviest_matching(low, high, lambda one, other: table[one, other], exact=0)
    players = [at for pair in near for at in pair]
    assert len(players) == len(set(players)) == 80
    assert all(np.isfinite(table[pair]) for pair in near)
    assert sum(table[pair] for pair in near) >= 0.97 * sum(table[pair] for pair in best)


def large(rounds: int) -> Standing:
    rng = np.random.default_rng(5)
    verdicts = simulate(rng.normal(0, 2, MANY), rounds, rng)
    asked = list(zip(verdicts.first.tolist(), verdicts.second.tolist(), strict=True))
    return Standing(MANY, frozenset(), asked, verdicts, fit_penalised(verdicts))


@pytest.mark.parametrize(
    "policy", [Policy.INFORMATION, Policy.NEAREST, Policy.OPTIMAL_GRAPH, Policy.RANDOM_BALANCED]
)
def test_a_large_wave_pairs_all_but_one_with_new_partners_and_is_repeatable(policy: Policy) -> None:
    where, design = large(4), Design(policy)
    wave = next_wave(where, design, room=MANY, rng=np.random.default_rng(2))
    assert len({at for shown in wave for at in shown}) == 2 * len(wave)
    assert len(wave) >= MANY // 2 - 2
    assert {pair_of(shown) for shown in where.asked}.isdisjoint(pair_of(shown) for shown in wave)
    assert next_wave(where, design, room=MANY, rng=np.random.default_rng(2)) == wave


def test_two_waves_connect_a_large_batch() -> None:
    empty = Standing(MANY, frozenset(), (), None, None)
    first = next_wave(empty, Design(), room=MANY, rng=np.random.default_rng(0))
    then = next_wave(
        Standing(MANY, frozenset(), first, None, None), Design(), room=MANY, rng=np.random.default_rng(1)
    )
    assert len(first) == MANY // 2
    assert groups_of(MANY, [*first, *then]).max() == 0


def test_in_a_large_batch_information_pairs_neighbours() -> None:
    where = large(6)
    assert where.fit is not None
    gaps = {}
    for policy in (Policy.INFORMATION, Policy.RANDOM_BALANCED):
        wave = next_wave(where, Design(policy), room=MANY, rng=np.random.default_rng(2))
        gaps[policy] = np.mean([abs(where.fit.theta[a] - where.fit.theta[b]) for a, b in wave])
    assert gaps[Policy.INFORMATION] < 0.3 * gaps[Policy.RANDOM_BALANCED]
