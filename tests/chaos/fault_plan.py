"""When which fault happens in a soak: drawn from a seed, so that the same seed gives the same plan. PURE.

Feeds ``soak``; what each kind does is in ``fault_acts``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

ROLES = ("worker", "cj", "gateway", "api", "content")
DOORS = ("http:cj", "http:gateway", "http:content", "http:api", "kafka", "postgres")
NETWORK = ("latency", "drip", "reset", "black_hole", "half_close", "cut", "refuse")
QUIET_AT_END = 0.05
"""Share of the time at whose end no new fault begins, so that the last ones end in time."""


@dataclass(frozen=True)
class Planned:
    """One fault: when it begins (seconds from the start), what, where, and how long it lasts."""

    at_s: float
    kind: str
    target: str
    lasts_s: float


@dataclass(frozen=True)
class Weight:
    """How often a kind of fault is drawn, where it can happen, and how long it lasts (shortest and longest)."""

    kind: str
    share: float
    targets: Sequence[str]
    lasts_s: tuple[float, float]


WEIGHTS = (
    Weight("kill", 5, ROLES, (0.0, 2.0)),
    Weight("stop", 2, ROLES, (8.0, 12.0)),
    Weight("broker_forgets", 0.7, ("broker",), (0.5, 3.0)),
    Weight("broker_away", 0.7, ("broker",), (1.0, 6.0)),
    Weight("postgres_restart", 0.7, ("postgres",), (0.0, 0.0)),
    Weight("postgres_cut", 2, ("postgres",), (0.0, 0.0)),
    *(Weight(f"net_{kind}", 0.6, DOORS, (2.0, 6.0)) for kind in NETWORK),
    Weight("provider_fails", 0.7, ("gateway",), (3.0, 8.0)),
    Weight("duplicates", 2, ("kafka",), (0.0, 0.0)),
    Weight("poison", 0.7, ("kafka",), (0.0, 0.0)),
)


def plan(seed: int, seconds: float, every_s: float = 5.0) -> list[Planned]:
    """Return the faults of a soak of so many seconds, on average one ``every_s``.

    The first ones are one of each kind, in a drawn order, as far as there is time for them: a short soak sees as
    many kinds as it can.
    """
    draw = random.Random(f"plan/{seed}")
    first = draw.sample(WEIGHTS, len(WEIGHTS))
    found: list[Planned] = []
    at_s = draw.uniform(0.3, 1.0) * every_s
    while at_s < seconds * (1 - QUIET_AT_END):
        if len(found) < len(first):
            weight = first[len(found)]
        else:
            [weight] = draw.choices(WEIGHTS, [weight.share for weight in WEIGHTS])
        lasts_s = min(draw.uniform(*weight.lasts_s), seconds - at_s)
        found.append(Planned(round(at_s, 2), weight.kind, draw.choice(weight.targets), round(lasts_s, 2)))
        at_s += draw.uniform(0.4, 1.6) * every_s
    return found
