"""How many comparisons a money cap still allows. PURE.

Fed by what verdicts cost so far and what is set aside for open ones; feeds ``steering``.

The guarantee: at the moment of asking, what was spent, plus what is set aside for every comparison without
a verdict, plus what is set aside for the new ones, does not exceed the cap. So a batch stays under its cap as
long as no verdict costs more than was set aside for it; and it goes over by no more than the excess of the
verdicts that were in flight when the excess became known, since nothing is asked afterwards.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Spending:
    """All in USD. ``spent``: by verdicts; ``set_aside``: for comparisons whose cost is not known yet.

    ``mean`` and ``largest`` are those of verdicts whose cost is known, None before there are any;
    ``first_estimate`` stands in for them.
    """

    cap: float
    spent: float
    set_aside: float
    mean: float | None
    largest: float | None
    first_estimate: float


def price_of_next(spending: Spending, safety_factor: float) -> float:
    """Return what to set aside for one more comparison: the dearest so far, and at least factor times the mean."""
    if spending.mean is None or spending.largest is None:
        return spending.first_estimate
    return max(spending.largest, safety_factor * spending.mean)


def affordable(spending: Spending, price: float, most: int) -> int:
    """Return how many comparisons at ``price`` fit under the cap, at most ``most``."""
    left = spending.cap - spending.spent - spending.set_aside
    if left < 0:
        return 0
    if price <= 0:
        return most
    count = min(most, math.floor(min(left / price, most)))
    while count > 0 and spending.spent + spending.set_aside + count * price > spending.cap:
        count -= 1
    return count


def upper_estimate(characters: int, completion_tokens: int, usd_per_1k: tuple[float, float]) -> float:
    """Return an upper estimate of one comparison in USD before any is known: 3 characters a token.

    ``usd_per_1k``: prices of 1,000 tokens of the prompt and of the answer.
    """
    prompt, completion = usd_per_1k
    return (characters / 3 * prompt + completion_tokens * completion) / 1000
