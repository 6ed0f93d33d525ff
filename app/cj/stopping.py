"""Whether to ask for more pairs, and why not: decided when all verdicts of a wave are in. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StopRule(StrEnum):
    """``stability`` stops as soon as scores stand still; ``cap`` spends the whole budget."""

    STABILITY = "stability"
    CAP = "cap"


class Decision(StrEnum):
    """What comes next."""

    MORE = "more"
    FINISH = "finish"
    FAIL = "fail"


@dataclass(frozen=True)
class Rules:
    """When to stop: ``cap`` in comparisons asked, ``threshold`` in logits."""

    cap: int
    rule: StopRule
    min_comparisons: int
    threshold: float
    min_success_rate: float


@dataclass(frozen=True)
class Progress:
    """Where the batch stands; ``change`` is the largest change of a score, None before a second fit;
    ``too_old`` means that it has taken longer than a batch may."""

    asked: int
    succeeded: int
    failed: int
    change: float | None
    too_old: bool = False


@dataclass(frozen=True)
class Verdict:
    """The decision and its reason, as the decision history keeps it."""

    decision: Decision
    reason: str


def decide(progress: Progress, rules: Rules) -> Verdict:
    """Return what to do next; only successful comparisons count towards stability."""
    answered = progress.succeeded + progress.failed
    good = answered == 0 or progress.succeeded / answered >= rules.min_success_rate
    if progress.asked >= rules.cap or progress.too_old:
        enough = good and progress.succeeded > 0
        reason = "timeout" if progress.too_old else "cap"
        return Verdict(Decision.FINISH, reason) if enough else Verdict(Decision.FAIL, "low_success_rate")
    if answered >= rules.min_comparisons and progress.succeeded == 0:
        return Verdict(Decision.FAIL, "low_success_rate")
    stable = (
        rules.rule is StopRule.STABILITY
        and good
        and progress.change is not None
        and progress.succeeded >= rules.min_comparisons
        and progress.change <= rules.threshold
    )
    if stable:
        return Verdict(Decision.FINISH, "stability")
    return Verdict(Decision.MORE, "not_stable_yet" if rules.rule is StopRule.STABILITY else "budget_left")


def largest_change(previous: Mapping[int, float] | None, present: Mapping[int, float]) -> float | None:
    """Return the largest absolute change of a score, None where there was no earlier fit."""
    if not previous:
        return None
    return max((abs(score - previous.get(item, 0.0)) for item, score in present.items()), default=0.0)
