"""Every row of the table of decisions, and that no row is left without an answer."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cj.stopping import Decision, Progress, Rules, StopRule, Verdict, decide

STABILITY = Rules(
    cap=100,
    rule=StopRule.STABILITY,
    min_comparisons=12,
    threshold=0.025,
    min_success_rate=0.8,
    passes=1,
)
CAP = replace(STABILITY, rule=StopRule.CAP, passes=None)
PRECISION = replace(STABILITY, rule=StopRule.PRECISION, passes=None, target_mean_se=0.4)
AT_ONCE = replace(STABILITY, all_at_once=True, passes=0)
SMALL = replace(STABILITY, small_net=True, passes=4)

WAIT, RETRY, MORE = Decision.WAIT, Decision.RETRY, Decision.MORE
RESAMPLE, FINISH, FAIL = Decision.RESAMPLE, Decision.FINISH, Decision.FAIL
POOR = "low_success_rate"
STUCK = "stuck_timeout_insufficient_progress"


def at(succeeded: int, failed: int = 0, change: float | None = 0.5, **more: Any) -> Progress:
    values: dict[str, Any] = {"asked": succeeded + failed, "succeeded": succeeded, "failed": failed}
    return Progress(**(values | {"change": change} | more))


@pytest.mark.parametrize(
    ("progress", "rules", "decision", "reason"),
    [
        # the gate: nothing is decided while verdicts are missing
        (at(20, change=0.0, asked=21), STABILITY, WAIT, "callbacks_pending"),
        (at(0, change=None, asked=1), CAP, WAIT, "callbacks_pending"),
        # stability: an earlier fit, enough successful comparisons, a small change, few failures
        (at(20, change=0.02), STABILITY, FINISH, "stability"),
        (at(12, change=0.025), STABILITY, FINISH, "stability"),
        (at(20, change=None), STABILITY, MORE, "not_stable_yet"),
        (at(20, change=0.026), STABILITY, MORE, "not_stable_yet"),
        (at(11, change=0.0), STABILITY, MORE, "not_stable_yet"),
        (at(11, 2, change=0.0), STABILITY, MORE, "not_stable_yet"),
        (at(20, 6, change=0.0), STABILITY, MORE, "not_stable_yet"),
        (at(20, change=0.0), CAP, MORE, "budget_left"),
        # precision
        (at(20, mean_se=0.4), PRECISION, FINISH, "precision"),
        (at(20, mean_se=0.41), PRECISION, MORE, "not_precise_yet"),
        (at(11, mean_se=0.1), PRECISION, MORE, "not_precise_yet"),
        (at(20, 6, mean_se=0.1), PRECISION, MORE, "not_precise_yet"),
        (at(20, mean_se=0.1), replace(PRECISION, target_mean_se=None), MORE, "not_precise_yet"),
        # the cap, with and without enough verdicts
        (at(100), CAP, FINISH, "cap"),
        (at(80, 20), CAP, FINISH, "cap"),
        (at(79, 21), CAP, FAIL, POOR),
        (at(0, 100, change=None), CAP, FAIL, POOR),
        (at(79, 21, change=0.0), STABILITY, FAIL, POOR),
        (at(79, 21, mean_se=0.1), PRECISION, FAIL, POOR),
        # failures that were asked again count with their next try
        (at(80, 20, retried=20), CAP, FINISH, "cap"),
        (at(70, 30, retried=10), CAP, FAIL, POOR),
        # money
        (at(20, affordable=0), CAP, FINISH, "cost_cap"),
        (at(20, 10, affordable=0), CAP, FAIL, POOR),
        (at(20, affordable=1), CAP, MORE, "budget_left"),
        (at(0, change=None, affordable=0), CAP, FAIL, "cost_cap"),
        # all at once: one wave, whatever came of it
        (at(60, change=None), AT_ONCE, FINISH, "all_at_once"),
        (at(50, 10, retriable=10), AT_ONCE, FINISH, "all_at_once"),
        (at(30, 30, retriable=30), AT_ONCE, FAIL, POOR),
        # what failed is asked again before anything else is, and even if nothing has succeeded yet
        (at(10, 2, retriable=2), STABILITY, RETRY, "failed_comparisons"),
        (at(0, 12, change=None, retriable=12), STABILITY, RETRY, "failed_comparisons"),
        (at(20, 2, change=0.0, retriable=2), STABILITY, FINISH, "stability"),
        # no verdict at all
        (at(0, 12, change=None), STABILITY, FAIL, POOR),
        (at(0, 12, change=None), CAP, FAIL, POOR),
        (at(0, 11, change=None), CAP, MORE, "budget_left"),
        (at(0, 24, change=None, retried=13), CAP, MORE, "budget_left"),
        # repeats: allowed passes, used-up passes, small nets
        (at(20, repeats=2, offered=2), STABILITY, RESAMPLE, "not_stable_yet"),
        (at(20, offered=0, passes=1), STABILITY, FINISH, "no_pairs_left"),
        (at(20, 10, offered=0, passes=1), STABILITY, FAIL, POOR),
        (at(15, offered=0, passes=4), SMALL, FINISH, "small_net_cap"),
        (at(8, 7, offered=0, passes=4), SMALL, FAIL, POOR),
        (at(3, offered=0, passes=0), SMALL, FINISH, "no_pairs_left"),
        (at(3, repeats=1, passes=3), SMALL, RESAMPLE, "not_stable_yet"),
        (at(0, change=None, offered=0), STABILITY, FAIL, "no_pairs_left"),
        # a batch that took too long ends with what it has
        (at(20, too_old=True), CAP, FINISH, "timeout"),
        (at(8, 2, too_old=True), CAP, FINISH, "timeout"),
        (at(7, 3, too_old=True), CAP, FAIL, STUCK),
        (at(8, asked=20, too_old=True), CAP, FAIL, STUCK),
        (at(0, 1, change=None, too_old=True), CAP, FAIL, STUCK),
        (at(6, 4, too_old=True), replace(CAP, partial_threshold=0.6), FINISH, "timeout"),
        (at(5, 5, too_old=True), replace(CAP, partial_threshold=0.6), FAIL, STUCK),
    ],
)
def test_every_row_of_the_table(progress: Progress, rules: Rules, decision: Decision, reason: str) -> None:
    assert decide(progress, rules) == Verdict(decision, reason)


counts = st.integers(0, 130)


def drawn(good: int, bad: int, late: int, again: int, **more: Any) -> Progress:
    return Progress(good + bad + late, good, bad, retried=min(bad, again), **more)


progresses = st.builds(
    drawn,
    good=counts,
    bad=counts,
    late=st.integers(0, 3),
    again=counts,
    change=st.none() | st.floats(0, 1),
    too_old=st.booleans(),
    mean_se=st.none() | st.floats(0, 2),
    retriable=st.integers(0, 3),
    offered=st.integers(0, 12),
    repeats=st.integers(0, 3),
    affordable=st.none() | st.integers(0, 5),
    passes=st.integers(0, 5),
)


@given(progresses, st.sampled_from([STABILITY, CAP, PRECISION, AT_ONCE, SMALL]))
def test_no_batch_waits_for_nothing_and_none_goes_over_its_cap(progress: Progress, rules: Rules) -> None:
    verdict = decide(progress, rules)
    asks = verdict.decision in {RETRY, MORE, RESAMPLE}
    assert (verdict.decision is WAIT) == (progress.pending > 0 and not progress.too_old)
    if asks:
        assert progress.asked < rules.cap
        assert not progress.too_old
        assert progress.affordable is None or progress.affordable > 0
        assert progress.retriable > 0 if verdict.decision is RETRY else progress.offered > 0
    if verdict.decision is FINISH:
        assert progress.succeeded > 0
        rate = progress.succeeded / (progress.asked - progress.retried)
        assert rate >= rules.min_success_rate or progress.pending > 0


@given(progresses)
def test_an_error_of_the_scores_never_steers_a_batch_that_stops_by_stability(progress: Progress) -> None:
    assert decide(progress, STABILITY) == decide(replace(progress, mean_se=0.0), STABILITY)
