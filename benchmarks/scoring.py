"""Fit, standard errors and fit statistics at many sizes, beside choix and evalica in the same run."""

import resource
import time
import tracemalloc
from collections.abc import Callable

import choix
import evalica
import numpy as np

from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements
from app.scoring.misfit import item_fit
from app.scoring.simulate import random_rounds
from app.scoring.standard_errors import centred_errors

SIZES = ((12, 66), (100, 1_000), (500, 5_000), (2_000, 20_000), (10_000, 100_000), (100, 1_000_000))
AIMS_MS = (2, 10, 200, 2_000, 20_000, 100)
CHOIX_MOST_ITEMS = 2_000


def judgements(items: int, comparisons: int) -> Judgements:
    """Return simulated judgements: true scores N(0, 1), each item about equally often."""
    rng = np.random.default_rng(1)
    theta = rng.normal(0.0, 1.0, items)
    first, second = random_rounds(items, -(-2 * comparisons // items), rng)
    first, second = first[:comparisons], second[:comparisons]
    won = rng.random(first.size) < 1 / (1 + np.exp(theta[second] - theta[first]))
    return Judgements.from_arrays([str(item) for item in range(items)], first, second, won.astype(float))


def least_ms(act: Callable[[], object], seconds: float = 1.0) -> float:
    """Return the best time of several, in milliseconds; once is enough for what takes long."""
    best, end = float("inf"), time.perf_counter() + seconds
    while True:
        started = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - started)
        if time.perf_counter() > end:
            return best * 1_000


def everything(found: Judgements) -> None:
    """Fit, standard errors and fit statistics, from rows."""
    fresh = Judgements.from_arrays(found.items, found.first, found.second, found.outcome)
    fit = fit_penalised(fresh)
    centred_errors(fresh, fit)
    item_fit(fresh, fit)


def only_fit(found: Judgements) -> None:
    """Fit alone, from rows: what the others do."""
    fit_penalised(Judgements.from_arrays(found.items, found.first, found.second, found.outcome))


def with_choix(found: Judgements) -> Callable[[], object]:
    """Return choix's own production method on the same data."""
    winner = np.where(found.outcome == 1, found.first, found.second)
    loser = np.where(found.outcome == 1, found.second, found.first)
    data = list(zip(winner.tolist(), loser.tolist(), strict=True))
    return lambda: choix.ilsr_pairwise(found.size, data, alpha=0.01)


def with_evalica(found: Judgements) -> Callable[[], object]:
    """Return evalica's Bradley-Terry on the same data."""
    first = [found.items[at] for at in found.first]
    second = [found.items[at] for at in found.second]
    winners = [evalica.Winner.X if outcome == 1 else evalica.Winner.Y for outcome in found.outcome]
    return lambda: evalica.bradley_terry(first, second, winners)


def main() -> None:
    """Print one line a size."""
    print(f"{'items':>7} {'verdicts':>9} {'all':>9} {'aim':>8} {'fit':>9} {'choix':>9} {'evalica':>9}   (ms)")
    for (items, comparisons), aim in zip(SIZES, AIMS_MS, strict=True):
        found = judgements(items, comparisons)
        whole, fit = least_ms(lambda f=found: everything(f)), least_ms(lambda f=found: only_fit(f))
        one = least_ms(with_choix(found), 0.2) if items <= CHOIX_MOST_ITEMS and comparisons <= 20_000 else None
        other = least_ms(with_evalica(found), 0.2)
        shown = "too long" if one is None else f"{one:.1f}"
        print(f"{items:7d} {comparisons:9d} {whole:9.1f} {aim:8d} {fit:9.1f} {shown:>9} {other:9.1f}", flush=True)
    big = judgements(10_000, 100_000)
    tracemalloc.start()
    everything(big)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"peak of 10,000 items: {peak:.0f} MB traced; whole process {process:.0f} MB")


if __name__ == "__main__":
    main()
