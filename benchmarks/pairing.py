"""A wave at 24, 1,000 and 5,000 essays, early and late in a batch, beside a sort of as many candidates."""

import resource
import time
from collections.abc import Callable

import numpy as np

from app.cj.design import Design, Oriented, Policy, Standing
from app.cj.pairing.history import History
from app.cj.pairing.matching import heaviest_matching
from app.cj.pairing.pool import NEIGHBOURS, Pool
from app.cj.pairing.wave import next_wave
from app.cj.pairing.worth import lots, worth_by
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements
from app.scoring.simulate import draw_outcomes, random_rounds
from app.scoring.standard_errors import covariance, information_of

SIZES = (24, 1_000, 5_000)
ROUNDS = {"first": 0, "early": 2, "late": 20}


def standing(essays: int, rounds: int) -> Standing:
    """Return a batch after so many random rounds, with its fit; true scores N(0, 2)."""
    rng = np.random.default_rng(1)
    if rounds == 0:
        return Standing(essays, frozenset(), (), None, None)
    theta = rng.normal(0.0, 2.0, essays)
    first, second = random_rounds(essays, rounds, rng)
    outcome = draw_outcomes(theta, first, second, rng)
    verdicts = Judgements.from_arrays([str(at) for at in range(essays)], first, second, outcome)
    asked: list[Oriented] = list(zip(first.tolist(), second.tolist(), strict=True))
    return Standing(essays, frozenset(), asked, verdicts, fit_penalised(verdicts))


def seconds(act: Callable[[], object], times: int) -> float:
    """Return the best of some times."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - started)
    return best


def floor(essays: int) -> Callable[[], object]:
    """Return a sort of as many candidate pairs as a wave looks at."""
    candidates = min(essays * (essays - 1) // 2, essays * NEIGHBOURS)
    merits = np.random.default_rng(0).random(candidates)
    return lambda: np.argsort(merits, kind="stable")


def waves() -> None:
    print(f"{'policy':16}{'essays':>8}{'when':>7}{'ms':>10}{'floor ms':>10}{'ratio':>8}")
    for essays in SIZES:
        least = seconds(floor(essays), 5)
        for when, rounds in ROUNDS.items():
            where = standing(essays, rounds)
            for policy in (Policy.INFORMATION, Policy.OPTIMAL_GRAPH, Policy.RANDOM_BALANCED):
                design, room = Design(policy), essays
                took = seconds(
                    lambda where=where, design=design, room=room: next_wave(
                        where, design, room=room, rng=np.random.default_rng(1)
                    ),
                    3 if essays < 5_000 else 1,
                )
                print(f"{policy:16}{essays:8}{when:>7}{took * 1e3:10.1f}{least * 1e3:10.2f}{took / least:8.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def nearness_to_the_optimum() -> None:
    """Print the sum of expected information of exchanged matchings as a share of the blossom's."""
    for essays in (100, 300, 600):
        where = standing(essays, 6)
        history = History.of(essays, where.asked)
        worth = worth_by(Design(), where, history, lots(essays, 1))
        pool = Pool.of(history, None, repeats=False)
        order = np.argsort(where.fit.theta) if where.fit is not None else np.arange(essays)
        low, high = pool.candidates(np.arange(essays), [order])

        def admitted(low: np.ndarray, high: np.ndarray, pool: Pool = pool, worth=worth) -> np.ndarray:  # type: ignore[no-untyped-def]  # closes over the loop
            return np.where(pool.admits(low, high), worth(low, high), -np.inf)

        total = {}
        for exact in (essays, 0):
            pairs = np.array(heaviest_matching(low, high, admitted, exact=exact))
            total[exact] = float(worth(pairs[:, 0], pairs[:, 1]).sum())
        print(f"{essays} essays: exchanges reach {total[0] / total[essays]:.4f} of the optimum")


def own_variances() -> None:
    """Print how the information by own variances follows that by the full covariance, over candidate pairs."""
    for rounds in (2, 6, 20):
        where = standing(1_000, rounds)
        if where.fit is None or where.verdicts is None:
            continue
        known = covariance(where.verdicts, where.fit)
        theta, own = where.fit.theta, np.diagonal(known)
        chance = 1 / (1 + np.exp(theta[:, None] - theta[None, :]))
        exact = chance * (1 - chance) * (own[:, None] + own[None, :] - 2 * known)
        alone = 1.0 / information_of(where.verdicts, where.fit).diagonal
        rough = chance * (1 - chance) * (alone[:, None] + alone[None, :])
        upper = np.triu_indices(1_000, 1)
        share = np.corrcoef(exact[upper], rough[upper])[0, 1]
        print(f"after {rounds} rounds: correlation of expected information, own to full variances {share:.4f}")


if __name__ == "__main__":
    waves()
    nearness_to_the_optimum()
    own_variances()
