"""Pairs of one wave: who meets whom next. PURE.

Fed by what was asked so far and the latest scores; feeds orientation. Essays are positions 0 .. n-1, so that
the same seed gives the same pairs whatever the ids are.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from app.cj.design import Pair


@dataclass(frozen=True)
class Weights:
    """What a wave prefers: rarely compared essays, and essays of similar strength."""

    comparison_count: float = 1.0
    proximity: float = 0.5


def choose_wave(
    essays: int,
    asked: Iterable[Pair],
    scores: Mapping[int, float] | None,
    *,
    rng: np.random.Generator,
    weights: Weights = Weights(),
) -> list[Pair]:
    """Return the pairs of the next wave: each essay at most once, new pairs while there are any.

    A maximum-weight matching of maximum size. When every pair was asked at least once, the pairs asked the
    fewest times are asked again. With an odd number of essays the one compared most often stays out.
    """
    times = Counter(asked)
    counts = Counter(position for pair in times.elements() for position in pair)
    players = _players(essays, counts)
    candidates = _fewest_times(players, times)
    graph: nx.Graph[int] = nx.Graph()
    for pair in candidates:
        weight = _weight(pair, counts, scores or {}, weights) + rng.uniform(0.0, 0.001)
        graph.add_edge(*pair, weight=weight)
    matched = nx.max_weight_matching(graph, maxcardinality=True)
    pairs = [(min(pair), max(pair)) for pair in matched]
    return sorted(pairs, key=lambda pair: (counts[pair[0]] + counts[pair[1]], pair))


def _players(essays: int, counts: Mapping[int, int]) -> list[int]:
    everyone = list(range(essays))
    if essays % 2 == 1 and essays > 1:
        everyone.remove(max(everyone, key=lambda position: (counts.get(position, 0), -position)))
    return everyone


def _fewest_times(players: Sequence[int], times: Mapping[Pair, int]) -> list[Pair]:
    every = [(low, high) for at, low in enumerate(players) for high in players[at + 1 :]]
    if not every:
        return []
    fewest = min(times.get(pair, 0) for pair in every)
    return [pair for pair in every if times.get(pair, 0) == fewest]


def _weight(pair: Pair, counts: Mapping[int, int], scores: Mapping[int, float], weights: Weights) -> float:
    rarity = sum(1 / (1 + counts.get(position, 0)) for position in pair)
    proximity = 0.0
    if pair[0] in scores and pair[1] in scores:
        apart = abs(scores[pair[0]] - scores[pair[1]])
        proximity = math.exp(-apart) if apart < 2 else 0.0
    return weights.comparison_count * rarity + weights.proximity * proximity
