"""What the log says of a run that has ended, under the names that operators of the platform look for.

Fed by ``conclude`` once the end is written; feeds the log of the worker.
"""

import structlog

from app.runner.finish.files import Written
from app.runner.finish.readiness import Outcome
from app.runner.finish.write import Material, Result
from app.runner.runs.states import Mode, RunState

log = structlog.get_logger(__name__)
EVIDENCE = frozenset({"request", "event"})
NAMED = "named_report"
COMPLETE = frozenset({RunState.COMPLETED, RunState.COMPLETED_PARTIAL})


def say_ended(material: Material, result: Result, decided: Outcome) -> None:
    """Log how the run ended, and what its artefact holds."""
    run, artefact = material.run, _one(result, "artefact")
    if run.published_at is not None:
        _say_collected(material, decided)
    _say_by_mode(material, result)
    entries, checksum = (
        sum(file.kind in EVIDENCE for file in result.files),
        None if artefact is None else artefact.sha256,
    )
    log.debug("artefact_manifest_updated", manifest_entries=entries, checksum=checksum)
    log.info(
        "runner_validation_state",
        manifest_entries=entries,
        artefact_checksum=checksum,
        artefact_problems=len(result.problems),
        partial_data=decided.state is not RunState.COMPLETED,
        runner_status=decided.state,
    )
    log.info(
        "runner_execution_complete",
        artefact_path=None if artefact is None else artefact.path,
        runner_status=decided.state,
        reason=decided.reason,
        comparisons=run.comparisons_received,
        files=len(result.files),
    )


def _say_collected(material: Material, decided: Outcome) -> None:
    run, raw = material.run, material.told.raw
    completions, results = len(raw.get("completion", [])), len(raw.get("result", []))
    counts = {"comparisons": run.comparisons_received, "completions": completions, "assessment_results": results}
    if results:
        log.info("assessment_result_hydrated", event_count=results)
    if completions:
        log.info("completion_event_recorded", total_completions=completions)
    if decided.state is RunState.TIMED_OUT:
        log.warning("hydrator_timeout_marked", elapsed_seconds=(material.now - run.created_at).total_seconds())
    if decided.state in COMPLETE:
        log.info("collector_completed", event_counts=counts)
    else:
        log.info("collector_stopped", event_counts=counts)


def _say_by_mode(material: Material, result: Result) -> None:
    stock = material.stock
    path, report = (None if (file := _one(result, kind)) is None else file.path for kind in ("artefact", NAMED))
    anchors = len(list(stock.of_kind("anchor")))
    if material.run.mode is Mode.PLAN:
        students = len(list(stock.of_kind("student")))
        prompt = next((file.path for file in stock.of_kind("instructions")), None)
        log.info("runner_plan_inventory", anchor_count=anchors, student_count=students, prompt_path=prompt)
    elif material.run.mode is Mode.DRY_RUN:
        log.info("runner_dry_run_stub_created", artefact_path=path)
    elif material.run.mode is Mode.ANCHOR_ALIGN_TEST:
        log.info("anchor_align_test_complete", anchor_count=anchors, report_path=report)


def _one(result: Result, kind: str) -> Written | None:
    return next((file for file in result.files if file.kind == kind), None)
