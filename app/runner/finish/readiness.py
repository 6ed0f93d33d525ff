"""Whether a run has everything, must wait a little, or ends with less. PURE."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.runner.runs.states import RunState


@dataclass(frozen=True)
class Seen:
    """What has come in; ``expected`` is the number of callbacks that cj says there were, if it says so."""

    received: int
    failed: int
    completion: bool
    completion_failed: bool
    result: bool
    failure: str | None
    expected: int | None
    essays_missing: int
    too_few_essays: bool
    first_announced_at: datetime | None
    deadline_passed: bool
    cancelled: bool = False


@dataclass(frozen=True)
class Outcome:
    """How the run ends, and why if not well."""

    state: RunState
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Wait:
    """Not yet: look again at ``until`` at the latest."""

    until: datetime


def outcome(seen: Seen, now: datetime, grace: timedelta) -> Outcome | Wait:
    """Return how the run ends, or until when to wait for what is still missing."""
    badly = _bad_end(seen)
    if badly is not None:
        return badly
    if seen.first_announced_at is None:
        return _without_announcement(seen)
    complete = seen.completion and seen.result and seen.received >= (seen.expected or 0)
    until = seen.first_announced_at + grace
    if not complete and now < until and not seen.deadline_passed:
        return Wait(until)
    return _good_end(seen)


def contents(seen: Seen) -> Outcome:
    """Return what a run that ended holds by now: ``COMPLETED`` where nothing is missing any more, else what is."""
    badly = _bad_end(seen)
    if badly is not None:
        return badly
    if seen.first_announced_at is None:
        detail = f"neither a completion nor a result came; {seen.received} callbacks arrived"
        return Outcome(RunState.COMPLETED_PARTIAL, "no_completion", detail)
    return _good_end(seen)


def withdrawn(seen: Seen, told_at: datetime | None, now: datetime, grace: timedelta) -> Outcome | Wait | None:
    """Return how a cancelled run ends, until when its last verdicts are waited for, None before cj was told."""
    if told_at is None:
        return None
    everything = seen.expected is not None and seen.received >= seen.expected
    until = told_at + grace
    if not everything and now < until:
        return Wait(until)
    detail = f"cancelled by request; {seen.received} callbacks had arrived"
    return Outcome(RunState.CANCELLED, "by_request", detail)


def _bad_end(seen: Seen) -> Outcome | None:
    if seen.failure is not None and seen.cancelled:
        return Outcome(RunState.CANCELLED, "cj_cancelled", f"cj ended the batch: {seen.failure}")
    if seen.failure is not None:
        return Outcome(RunState.FAILED, "cj_failed", seen.failure)
    if seen.too_few_essays:
        detail = "fewer than two essays could be judged: their texts were not found"
        return Outcome(RunState.FAILED, "insufficient_essays", detail)
    if seen.completion_failed and not seen.result:
        return Outcome(RunState.FAILED, "cj_failed", "cj completed without a single score")
    return None


def _without_announcement(seen: Seen) -> Outcome:
    detail = f"no completion came before the deadline; {seen.received} callbacks had arrived"
    return Outcome(RunState.TIMED_OUT, "deadline", detail)


def _good_end(seen: Seen) -> Outcome:
    missing = (seen.expected or 0) - seen.received
    partial = RunState.COMPLETED_PARTIAL
    if not seen.result:
        return Outcome(partial, "no_rich_result", "cj announced its completion but no result; scores are our own")
    if missing > 0:
        return Outcome(partial, "comparisons_missing", f"{missing} of {seen.expected} callbacks never came")
    if seen.essays_missing:
        return Outcome(partial, "essays_missing", f"{seen.essays_missing} essays could not be judged")
    if not seen.completion:
        return Outcome(partial, "no_completion", "cj published its result but never announced its completion")
    return Outcome(RunState.COMPLETED)
