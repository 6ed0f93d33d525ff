"""What a batch does next, with the comparisons to ask: from everything known about it to one step. PURE.

Fed by ``waves`` (and by a simulation without a database); feeds ``waves``, which writes the step.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf

import numpy as np

from app.cj.asked import Comparison, Planned
from app.cj.design import Design, Oriented, Pair, Policy, Standing, pair_of
from app.cj.money import Spending, affordable, price_of_next
from app.cj.pairing import wave
from app.cj.plan import Plan
from app.cj.retrying import BackOff, pauses
from app.cj.scores import Scores
from app.cj.stopping import Decision, Progress, Rules, StopRule, Verdict, decide, largest_change


@dataclass(frozen=True)
class Limits:
    """What the settings say beside the plan: net size and passes, caution with money, pauses."""

    small_net_size: int
    passes_small: int
    passes_regular: int
    safety_factor: float
    first_wave: int
    back_off: BackOff


@dataclass(frozen=True)
class Situation:
    """A batch whose verdicts are in: its plan and design, its comparisons, and what they amount to.

    ``band_width`` is the mean width of a grade band in logits, None without calibration.
    """

    plan: Plan
    design: Design
    essays: int
    anchors: frozenset[int]
    wave: int
    asked: Sequence[Comparison]
    scores: Scores | None
    last_scores: Mapping[int, float] | None
    band_width: float | None
    too_old: bool


@dataclass(frozen=True)
class Step:
    """The decision, the comparisons to ask with it, and the facts on which it rests."""

    verdict: Verdict
    planned: Sequence[Planned]
    progress: Progress
    rules: Rules
    facts: Mapping[str, object]


def next_step(situation: Situation, limits: Limits) -> Step:
    """Return what to do now that all verdicts are in; the seed and the wave's number decide all draws."""
    plan, asked = situation.plan, situation.asked
    room = max(0, plan.cap - len(asked))
    price, money = _money(situation, limits)
    left = room if money is None else min(room, money)
    again = _again(situation, limits, left)
    times = Counter(pair_of((item.a, item.b)) for item in asked if item.attempt == 0)
    rules = rules_of(situation, limits)
    fresh = [] if again or situation.too_old else _fresh(situation, rules, times, left)
    progress = _progress(situation, times, len(again), fresh, money)
    verdict = decide(progress, rules)
    planned = again if verdict.decision is Decision.RETRY else fresh
    going_on = verdict.decision in {Decision.RETRY, Decision.MORE, Decision.RESAMPLE}
    priced = [Planned(p.shown, p.repeat, p.attempt, price, p.wait_s) for p in planned] if going_on else []
    return Step(verdict, priced, progress, rules, _facts(situation, times, progress, money))


def rules_of(situation: Situation, limits: Limits) -> Rules:
    """Return the stopping rules of a batch; a minimum above the cap means that stability never stops it."""
    plan, design = situation.plan, situation.design
    small = situation.essays <= limits.small_net_size
    passes = limits.passes_small if small else min(limits.passes_regular, limits.passes_small)
    passes = 0 if plan.all_at_once else passes
    bounded = (
        plan.rule is StopRule.STABILITY
        and plan.min_comparisons <= plan.cap
        and not design.early_repeats
        and design.policy is not Policy.PRE_SPECIFIED
    )
    return Rules(
        plan.cap,
        plan.rule,
        plan.min_comparisons,
        plan.threshold,
        plan.min_success_rate,
        target_mean_se=_target(situation),
        all_at_once=plan.all_at_once and len(situation.asked) > 0,
        passes=passes if bounded else None,
        small_net=small,
        partial_threshold=plan.partial_threshold,
    )


def _target(situation: Situation) -> float | None:
    """Return the mean error at which a batch is precise enough: the stricter of the two targets."""
    plan = situation.plan
    share, width = plan.target_band_share, situation.band_width
    by_band = None if share is None or width is None else share * width
    known = [target for target in (plan.target_mean_se, by_band) if target is not None]
    both_needed = share is not None and by_band is None
    return None if both_needed else min(known, default=None)


def _money(situation: Situation, limits: Limits) -> tuple[float | None, int | None]:
    """Return what to set aside for each comparison, and how many the money cap allows; None without a cap."""
    cap = situation.plan.max_cost_usd
    if cap is None:
        return None, None
    spending = spending_of(situation.asked, cap, situation.plan.first_estimate)
    price = price_of_next(spending, limits.safety_factor)
    most = situation.plan.cap
    if spending.mean is None and spending.first_estimate > 0 and not situation.plan.all_at_once:
        most = limits.first_wave
    return price, affordable(spending, price, most)


def spending_of(asked: Sequence[Comparison], cap: float, first_estimate: float) -> Spending:
    """Return what was spent; an answer whose cost is not known counts with what was set aside for it.

    So does a verdict of a paid provider that names no cost; ``first_estimate`` is 0 for one that costs nothing.
    """
    known = [item.cost_usd for item in asked if item.cost_usd is not None and item.cost_usd > 0]
    judged = [item.cost_usd for item in asked if item.state == "succeeded" and item.cost_known and item.cost_usd]
    free = first_estimate == 0
    open_ones = [item for item in asked if _cost_is_open(item, free=free)]
    set_aside = sum(max(0.0, (item.reserved_usd or 0.0) - (item.cost_usd or 0.0)) for item in open_ones)
    return Spending(
        cap,
        float(sum(known)),
        float(set_aside),
        sum(judged) / len(judged) if judged else None,
        max(judged, default=None),
        first_estimate,
    )


def _cost_is_open(item: Comparison, *, free: bool) -> bool:
    if item.cost_usd is None:
        return item.state in {"planned", "sent", "given_up"}
    if not item.cost_known:
        return True
    return item.cost_usd <= 0 and item.state == "succeeded" and not free


def _again(situation: Situation, limits: Limits, left: int) -> list[Planned]:
    """Return the failures of the last wave that may pass, each with its pause; none where all is asked at once."""
    if situation.plan.all_at_once or situation.too_old:
        return []
    failed = [
        item
        for item in situation.asked
        if item.wave == situation.wave
        and item.state == "failed"
        and item.retryable
        and item.attempt < situation.plan.retries
    ][:left]
    waits = pauses([(item.error_code, item.attempt) for item in failed], limits.back_off)
    return [
        Planned((item.a, item.b), item.repeat, item.attempt + 1, None, wait)
        for item, wait in zip(failed, waits, strict=True)
    ]


def _fresh(situation: Situation, rules: Rules, times: Counter[Pair], left: int) -> list[Planned]:
    """Return the next comparisons by the design, within what is left and the passes that are allowed."""
    plan, scores = situation.plan, situation.scores
    standing = Standing(
        situation.essays,
        situation.anchors,
        [(item.a, item.b) for item in situation.asked if item.attempt == 0],
        None if scores is None else scores.verdicts,
        None if scores is None else scores.fitted,
    )
    choose = wave.all_at_once if plan.all_at_once else wave.next_wave
    seed = [plan.seed, situation.wave + 1]
    width = 2 if situation.design.both_orders else 1
    most = inf if rules.passes is None else width * (1 + rules.passes)
    shown = choose(standing, situation.design, room=left, rng=np.random.default_rng(seed))
    if any(times[pair_of(pair)] >= most for pair in shown):
        allowed = frozenset(pair for pair in combinations(range(situation.essays), 2) if times[pair] < most)
        standing = replace(standing, available=allowed)
        shown = choose(standing, situation.design, room=left, rng=np.random.default_rng(seed))
    return _numbered(shown, times, most)


def _numbered(shown: Sequence[Oriented], times: Counter[Pair], most: float) -> list[Planned]:
    """Return the comparisons with how often each pair was asked before, at most ``most`` times in all."""
    seen = Counter(times)
    planned = []
    for one in shown:
        pair = pair_of(one)
        if seen[pair] < most:
            planned.append(Planned(one, seen[pair], attempt=0))
            seen[pair] += 1
    return planned


def _progress(
    situation: Situation, times: Counter[Pair], retriable: int, fresh: Sequence[Planned], money: int | None
) -> Progress:
    asked, scores = situation.asked, situation.scores
    width = 2 if situation.design.both_orders else 1
    states = Counter(item.state for item in asked)
    return Progress(
        asked=len(asked),
        succeeded=states["succeeded"],
        failed=states["failed"] + states["given_up"],
        change=None if scores is None else largest_change(situation.last_scores, scores.by_position),
        too_old=situation.too_old,
        retried=sum(item.attempt > 0 for item in asked),
        mean_se=None if scores is None else scores.mean_se,
        retriable=retriable,
        offered=len(fresh),
        repeats=sum(item.repeat >= width for item in fresh),
        affordable=money,
        passes=max(0, (max(times.values(), default=0) - 1) // width),
    )


def _facts(situation: Situation, times: Counter[Pair], progress: Progress, money: int | None) -> dict[str, object]:
    """Return coverage and money as they are shown and kept: they explain a decision and never steer it."""
    possible = situation.essays * (situation.essays - 1) // 2
    met = {item.pair for item in situation.asked if item.state == "succeeded"}
    return {
        "max_possible_pairs": possible,
        "pairs_asked": len(times),
        "successful_pairs_count": len(met),
        "unique_coverage_complete": possible > 0 and len(met) == possible,
        "resampling_pass_count": progress.passes,
        "success_rate": progress.success_rate,
        "mean_se": progress.mean_se,
        "max_score_change": progress.change,
        "budget_left": situation.plan.cap - progress.asked,
        "affordable": money,
        "cost_usd": float(sum(item.cost_usd or 0.0 for item in situation.asked)),
    }
