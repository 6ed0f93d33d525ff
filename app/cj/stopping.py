"""Whether to ask for more pairs, and why not: decided when all verdicts of a wave are in. PURE.

Fed by ``steering``. Whatever the numbers are, a batch whose verdicts are in gets one answer that moves it on:
there is no row in which it waits for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StopRule(StrEnum):
    """``stability`` stops when scores stand still, ``precision`` when they are exact, ``cap`` at the cap."""

    STABILITY = "stability"
    PRECISION = "precision"
    CAP = "cap"


class Decision(StrEnum):
    """What comes next."""

    WAIT = "wait_for_callbacks"
    RETRY = "retry_failed"
    MORE = "request_more_comparisons"
    RESAMPLE = "request_resampling"
    FINISH = "finalize_scoring"
    FAIL = "finalize_failure"


@dataclass(frozen=True)
class Rules:
    """When to stop: ``cap`` in comparisons asked, ``threshold`` and ``target_mean_se`` in logits.

    ``all_at_once``: there is one wave, and it is scored once. ``passes``: how often all pairs may be asked again,
    None for as often as the cap allows. ``partial_threshold``: the share of verdicts that is enough at a time-out.
    """

    cap: int
    rule: StopRule
    min_comparisons: int
    threshold: float
    min_success_rate: float
    target_mean_se: float | None = None
    all_at_once: bool = False
    passes: int | None = None
    small_net: bool = False
    partial_threshold: float | None = None


@dataclass(frozen=True)
class Progress:
    """Where the batch stands.

    ``failed`` counts every failure, ``retried`` those of them that were asked again. ``change`` is the largest
    change of a score, None before a second fit. ``retriable`` failures may be asked again; ``offered`` new
    comparisons could be asked, ``repeats`` of them on pairs that were asked before; ``affordable`` is what the
    money cap leaves, None without one. ``passes`` counts repeats of the whole set of pairs that were begun.
    """

    asked: int
    succeeded: int
    failed: int
    change: float | None
    too_old: bool = False
    retried: int = 0
    mean_se: float | None = None
    retriable: int = 0
    offered: int = 1
    repeats: int = 0
    affordable: int | None = None
    passes: int = 0

    @property
    def pending(self) -> int:
        """Comparisons without an answer."""
        return self.asked - self.succeeded - self.failed

    @property
    def settled(self) -> int:
        """Comparisons whose last try has an answer; a failure that was asked again counts with its next try."""
        return self.succeeded + self.failed - self.retried

    @property
    def success_rate(self) -> float | None:
        """Share of settled comparisons that have a verdict, None before there is any."""
        return self.succeeded / self.settled if self.settled else None


@dataclass(frozen=True)
class Verdict:
    """The decision and its reason, as the decision history keeps it."""

    decision: Decision
    reason: str


def decide(progress: Progress, rules: Rules) -> Verdict:
    """Return what to do next.

    In this order: wait while verdicts are missing; end where a rule says so, well or, with too few verdicts,
    badly; ask again what failed; end a batch that gets no verdicts at all; end when there is nothing left to ask;
    ask more. Only successful comparisons count towards stability and precision.
    """
    if progress.pending > 0 and not progress.too_old:
        return Verdict(Decision.WAIT, "callbacks_pending")
    ended = _ended(progress, rules)
    if ended is not None:
        return _end(ended, progress, rules)
    if progress.retriable > 0:
        return Verdict(Decision.RETRY, "failed_comparisons")
    if progress.succeeded == 0 and progress.settled >= rules.min_comparisons:
        return Verdict(Decision.FAIL, "low_success_rate")
    if progress.offered <= 0:
        return _end(_nothing_left(progress, rules), progress, rules)
    return Verdict(Decision.RESAMPLE if progress.repeats > 0 else Decision.MORE, _not_yet(rules))


def _ended(progress: Progress, rules: Rules) -> str | None:
    """Return the reason for which nothing more is asked, if there is one."""
    reasons = (
        ("timeout", progress.too_old),
        ("all_at_once", rules.all_at_once),
        ("stability", _stable(progress, rules)),
        ("precision", _precise(progress, rules)),
        ("cap", progress.asked >= rules.cap),
        ("cost_cap", progress.affordable is not None and progress.affordable <= 0),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _end(reason: str, progress: Progress, rules: Rules) -> Verdict:
    if progress.asked == 0:
        return Verdict(Decision.FAIL, reason)
    if progress.too_old and not _enough(progress, rules):
        return Verdict(Decision.FAIL, "stuck_timeout_insufficient_progress")
    if not _enough(progress, rules):
        return Verdict(Decision.FAIL, "low_success_rate")
    return Verdict(Decision.FINISH, reason)


def _enough(progress: Progress, rules: Rules) -> bool:
    if not progress.too_old:
        return progress.succeeded > 0 and _good(progress, rules)
    least = rules.min_success_rate if rules.partial_threshold is None else rules.partial_threshold
    return progress.succeeded > 0 and progress.succeeded >= least * (progress.asked - progress.retried)


def _good(progress: Progress, rules: Rules) -> bool:
    rate = progress.success_rate
    return rate is None or rate >= rules.min_success_rate


def _stable(progress: Progress, rules: Rules) -> bool:
    return (
        rules.rule is StopRule.STABILITY
        and progress.change is not None
        and progress.succeeded >= rules.min_comparisons
        and progress.change <= rules.threshold
        and _good(progress, rules)
    )


def _precise(progress: Progress, rules: Rules) -> bool:
    return (
        rules.rule is StopRule.PRECISION
        and progress.mean_se is not None
        and rules.target_mean_se is not None
        and progress.succeeded >= rules.min_comparisons
        and progress.mean_se <= rules.target_mean_se
        and _good(progress, rules)
    )


def _nothing_left(progress: Progress, rules: Rules) -> str:
    used_up = rules.passes is not None and progress.passes >= rules.passes
    return "small_net_cap" if rules.small_net and used_up else "no_pairs_left"


def _not_yet(rules: Rules) -> str:
    names = {StopRule.STABILITY: "not_stable_yet", StopRule.PRECISION: "not_precise_yet"}
    return names.get(rules.rule, "budget_left")


def largest_change(previous: Mapping[int, float] | None, present: Mapping[int, float]) -> float | None:
    """Return the largest absolute change of a score, None where there was no earlier fit."""
    if not previous:
        return None
    return max((abs(score - previous.get(item, 0.0)) for item, score in present.items()), default=0.0)
