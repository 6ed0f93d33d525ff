"""What an experiment came to: spread over repeats, the best setting, the frontier, the effect of factors. PURE.

Fed by the metrics of its cells; feeds the tables and the answer. A setting is called the best only where the
difference to the others is larger than chance over repeats explains.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy import stats

from app.runner.experiments.matrix import FACTORS
from app.runner.experiments.measures import BETTER, MEASURES, Measured, value_of

LEVEL = 0.95


@dataclass(frozen=True)
class Outcome:
    """One completed cell: its setting, the names of its levels by factor, its seed, and what was measured."""

    setting: int
    levels: Mapping[str, str]
    seed: int
    measured: Measured


@dataclass(frozen=True)
class Spread:
    """One metric over ``n`` repeats; ``sd`` is that of the sample (n - 1), None below two of them."""

    n: int
    mean: float
    sd: float | None
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """Return the spread of values, None of none."""
        if not values:
            return None
        sd = stdev(values) if len(values) > 1 else None
        return cls(len(values), fmean(values), sd, min(values), max(values))


@dataclass(frozen=True)
class Summary:
    """One setting: the spread of each metric that could be computed, by its name."""

    setting: int
    levels: Mapping[str, str]
    spreads: Mapping[str, Spread]

    def mean(self, name: str) -> float | None:
        """Return the mean of a metric."""
        found = self.spreads.get(name)
        return None if found is None else found.mean


@dataclass(frozen=True)
class Difference:
    """How much better the best setting is than another: ``difference`` is never below 0.

    ``low`` and ``high`` are the 95 % interval of Welch's t (B. L. Welch, Biometrika 34, 1947); None where a
    setting has a single repeat, or no spread at all to judge by. ``clear`` is None then, else whether the interval
    is above 0.
    """

    setting: int
    difference: float
    low: float | None
    high: float | None
    clear: bool | None


@dataclass(frozen=True)
class Best:
    """The setting with the best mean, how it stands against each other, and which one to take.

    ``recommended`` is the cheapest of the best one and those whose mean is at most one standard error of the
    difference below it (the rule of one standard error, Breiman, Friedman, Olshen and Stone 1984, section 3.4.3).
    That few repeats cannot tell a setting apart is no reason to take it.
    """

    setting: int
    against: tuple[Difference, ...]
    recommended: int

    @property
    def not_told_apart(self) -> tuple[int, ...]:
        """The other settings that may be as good."""
        return tuple(item.setting for item in self.against if not item.clear)


@dataclass(frozen=True)
class Effect:
    """One level of a factor: the mean of the criterion over ``n`` blocks in which all its levels were judged.

    A block is one combination of the other factors and the seed, so that levels differ in nothing else.
    ``from_mean`` is the difference to the mean over all levels, in the same blocks.
    """

    factor: str
    level: str
    n: int
    mean: float
    from_mean: float
    sd: float | None


def summaries(outcomes: Iterable[Outcome]) -> list[Summary]:
    """Return one summary for each setting that has a completed cell, by number."""
    by_setting: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_setting[outcome.setting].append(outcome)
    return [_summary(found) for _, found in sorted(by_setting.items())]


def _summary(outcomes: Sequence[Outcome]) -> Summary:
    spreads = {}
    for measure in MEASURES:
        values = [value_of(outcome.measured, measure.name) for outcome in outcomes]
        spread = Spread.of([value for value in values if value is not None])
        if spread is not None:
            spreads[measure.name] = spread
    return Summary(outcomes[0].setting, outcomes[0].levels, spreads)


def best_of(found: Sequence[Summary], criterion: str) -> Best | None:
    """Return the best setting by the mean of ``criterion``; of equal ones the cheaper, then the first.

    None where no setting has that metric.
    """
    good = [summary for summary in found if criterion in summary.spreads]
    if not good:
        return None
    ordered = sorted(good, key=lambda item: (-BETTER[criterion] * item.spreads[criterion].mean, *_cheap(item)))
    first = ordered[0]
    against = tuple(_difference(first, other, criterion) for other in ordered[1:])
    mine = first.spreads[criterion]
    near = [first, *(other for other in ordered[1:] if _is_near(mine, other.spreads[criterion]))]
    return Best(first.setting, against, min(near, key=_cheap).setting)


def _is_near(best: Spread, other: Spread) -> bool:
    """Say whether two means differ by no more than one standard error of their difference; unknown ones do not."""
    if best.sd is None or other.sd is None:
        return False
    return abs(best.mean - other.mean) <= math.sqrt(best.sd**2 / best.n + other.sd**2 / other.n)


def _cheap(summary: Summary) -> tuple[float, int]:
    cost = summary.mean("cost_usd")
    return math.inf if cost is None else cost, summary.setting


def _difference(best: Summary, other: Summary, criterion: str) -> Difference:
    one, two = best.spreads[criterion], other.spreads[criterion]
    difference = abs(one.mean - two.mean)
    reach = _reach(one, two)
    if reach is None:
        return Difference(other.setting, difference, None, None, None)
    low, high = difference - reach, difference + reach
    return Difference(other.setting, difference, low, high, low > 0)


def _reach(one: Spread, two: Spread) -> float | None:
    """Return half the width of the interval of the difference of two means, None where nothing can be said."""
    if one.sd is None or two.sd is None:
        return None
    first, second = one.sd**2 / one.n, two.sd**2 / two.n
    if first + second <= 0:
        return None
    degrees = (first + second) ** 2 / (first**2 / (one.n - 1) + second**2 / (two.n - 1))
    return float(stats.t.ppf((1 + LEVEL) / 2, degrees)) * math.sqrt(first + second)


def frontier(found: Sequence[Summary], criterion: str) -> list[int]:
    """Return the settings that no other one beats: none is as good and cheaper, or better and no dearer.

    The cheapest comes first. Settings without the metric or without a cost are left out.
    """
    points = [
        (cost, -BETTER[criterion] * value, item.setting)
        for item in found
        if (cost := item.mean("cost_usd")) is not None and (value := item.mean(criterion)) is not None
    ]
    kept: list[tuple[float, float, int]] = []
    for cost, badness, setting in sorted(points):
        if not kept or badness < kept[-1][1] or (cost, badness) == kept[-1][:2]:
            kept.append((cost, badness, setting))
    return [setting for _, _, setting in kept]


def effects(outcomes: Sequence[Outcome], criterion: str) -> list[Effect]:
    """Return the effect of each level of each factor that has several, by factor and from best to worst."""
    found: list[Effect] = []
    for factor in FACTORS:
        levels = list(dict.fromkeys(outcome.levels[factor] for outcome in outcomes))
        blocks = [block for block in _blocks(outcomes, factor, criterion) if len(block) == len(levels)]
        if len(levels) > 1 and blocks:
            ranked = sorted(_effects_of(factor, levels, blocks), key=lambda item: -BETTER[criterion] * item.mean)
            found += ranked
    return found


def _blocks(outcomes: Sequence[Outcome], factor: str, criterion: str) -> list[dict[str, float]]:
    """Return, for each combination of all else, the criterion by level."""
    blocks: dict[tuple[object, ...], dict[str, float]] = defaultdict(dict)
    for outcome in outcomes:
        value = value_of(outcome.measured, criterion)
        if value is not None:
            rest = (outcome.seed, *(outcome.levels[other] for other in FACTORS if other != factor))
            blocks[rest][outcome.levels[factor]] = value
    return list(blocks.values())


def _effects_of(factor: str, levels: Sequence[str], blocks: Sequence[Mapping[str, float]]) -> list[Effect]:
    found = []
    for level in levels:
        spread = Spread.of([block[level] for block in blocks])
        apart = Spread.of([block[level] - fmean(block.values()) for block in blocks])
        if spread is not None and apart is not None:
            found.append(Effect(factor, level, spread.n, spread.mean, apart.mean, apart.sd))
    return found


def advice(best: Best | None, found: Sequence[Summary], criterion: str) -> str:
    """Return in a sentence or two which setting to take, and how sure that is."""
    if best is None:
        return f"no completed cell has the metric {criterion}: nothing can be chosen by it"
    first = next(item for item in found if item.setting == best.setting)
    text = (
        f"setting {_told(best.setting, found)} has the best mean {criterion}, {first.spreads[criterion].mean:.3f}"
    )
    if not best.against:
        return f"{text}; there is no other to compare it with"
    unknown = [item for item in best.against if item.clear is None]
    alike = [item.setting for item in best.against if item.clear is False]
    clear = len(best.against) - len(unknown) - len(alike)
    if unknown:
        text += (
            f"; against {_listed(item.setting for item in unknown)} nobody can say how much of the difference is "
            "chance: two repeats that differ are needed, three or more are better"
        )
    if alike:
        text += f"; the difference to {_listed(alike)} is within the spread of repeats"
    if clear:
        others = "every other" if clear == len(best.against) else f"the other {clear}"
        text += f"; the difference to {others} is larger than the spread of repeats explains"
    if best.recommended != best.setting:
        why = "the cheapest of those within one standard error of the best"
        text += f". Take setting {_told(best.recommended, found)}: it is {why}"
    elif alike or unknown:
        why = "no cheaper one is within one standard error of it"
        text += f". Take setting {best.setting}, or ask more repeats: {why}"
    return text


def _told(setting: int, found: Sequence[Summary]) -> str:
    """Return a setting's number with the names of those levels in which settings differ."""
    mine = next(item for item in found if item.setting == setting)
    varied = [factor for factor in FACTORS if len({item.levels[factor] for item in found}) > 1]
    names = ", ".join(f"{factor} {mine.levels[factor]}" for factor in varied)
    return f"{setting} ({names})" if names else str(setting)


def _listed(settings: Iterable[int]) -> str:
    numbers = list(settings)
    return ("setting " if len(numbers) == 1 else "settings ") + ", ".join(map(str, numbers))
