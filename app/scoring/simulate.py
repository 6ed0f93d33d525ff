"""Simulated judgements: fed by true scores and a seeded generator; feed tests, benchmarks and planning.

A simulated batch shows what a design can deliver before money is spent: how large the standard errors will
be, how often intervals cover the truth.
"""

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from app.scoring.data import FloatArray, IndexArray, Judgements
from app.scoring.errors import InvalidJudgements


def random_rounds(size: int, rounds: int, rng: Generator) -> tuple[IndexArray, IndexArray]:
    """Return `rounds` random pairings of all items, in random order of showing (first, second).

    Each item takes part once a round; with an odd number of items one item, drawn anew, sits out each round.
    """
    if size < 2 or rounds < 0:
        raise InvalidJudgements("at least two items are needed to pair them")
    half = size // 2
    orders = np.array([rng.permutation(size) for _ in range(rounds)], dtype=np.int64).reshape(rounds, size)
    return orders[:, :half].ravel(), orders[:, half : 2 * half].ravel()


def draw_outcomes(
    theta: FloatArray, first: IndexArray, second: IndexArray, rng: Generator, order_effect: float = 0.0
) -> FloatArray:
    """Return 1.0 or 0.0 a pair: P(first wins) = logistic(theta_first - theta_second + order_effect)."""
    chance = expit(theta[first] - theta[second] + order_effect)
    return (rng.random(first.size) < chance).astype(np.float64)


def simulate(
    theta: FloatArray, rounds: int, rng: Generator, *, order_effect: float = 0.0, judges: int = 0
) -> Judgements:
    """Return the verdicts of `rounds` random rounds over items e0, e1, ...; theta in logits, shape (n,).

    With `judges` > 0 each verdict comes from a judge drawn at random.
    """
    first, second = random_rounds(theta.size, rounds, rng)
    outcome = draw_outcomes(theta, first, second, rng, order_effect)
    seats = rng.integers(0, judges, first.size) if judges else None
    return Judgements(
        tuple(f"e{index}" for index in range(theta.size)),
        first,
        second,
        outcome,
        np.ones(first.size),
        seats,
        tuple(f"j{index}" for index in range(judges)),
    )
