"""What the log says of a batch between two waves, for who asks why it goes on or stops.

Fed by ``waves`` as a step is written; feeds the log of the engine. Counts and numbers only: ids of essays may be
their writers' names.
"""

import structlog

from app.cj.names import about
from app.cj.steering import Step
from app.cj.stopping import Decision
from app.cj.store import Batch

log = structlog.get_logger(__name__)
CAPS = frozenset({"cap", "cost_cap"})


def say_decided(batch: Batch, step: Step, essays: int) -> None:
    """Log how a batch of so many essays stands, how still its scores are, what was decided, and the next wave."""
    progress, rules = step.progress, step.rules
    with about(batch):
        log.info(
            "continuation_check",
            wave=batch.wave,
            pending=progress.pending,
            submitted=progress.asked,
            completed=progress.succeeded,
            failed=progress.failed,
            denominator=progress.settled,
        )
        log.info(
            "stability_evaluated",
            wave=batch.wave,
            change=progress.change,
            threshold=rules.threshold,
            success_rate=progress.success_rate,
            mean_se=progress.mean_se,
        )
        log.info(
            "continuation_decision",
            decision=step.verdict.decision,
            reason=step.verdict.reason,
            callbacks=progress.succeeded + progress.failed,
            budget=rules.cap,
            budget_left=step.facts["budget_left"],
            coverage=step.facts["successful_pairs_count"],
            possible=step.facts["max_possible_pairs"],
        )
        if step.verdict.reason in CAPS:
            log.info("budget_exhausted", reason=step.verdict.reason, submitted=progress.asked, budget=rules.cap)
        if step.verdict.decision in {Decision.MORE, Decision.RESAMPLE}:
            _say_planned(batch, step, essays)


def _say_planned(batch: Batch, step: Step, essays: int) -> None:
    met = {place for item in step.planned for place in item.shown}
    log.info(
        "wave_planned", wave=batch.wave + 1, pairs=len(step.planned), essays=essays, left_out=essays - len(met)
    )
    room = step.facts["budget_left"]
    if len(step.planned) == room and essays - len(met) > essays % 2:
        log.info("wave_truncated", wave=batch.wave + 1, pairs=len(step.planned), budget_left=room)
