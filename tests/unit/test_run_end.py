"""The end of a run: when it ends, how, and what its report says."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.contracts.artefact import NO_CHECKSUM, problems_of, sealed
from app.contracts.grade_scales import SCALES
from app.errors import IllegalMove
from app.runner.finish.files import safe
from app.runner.finish.readiness import Outcome, Seen, Wait, outcome
from app.runner.results.scoresheet import Duel, score_sheet
from app.runner.runs.states import FINAL, MOVES, RunState, check_move

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GRACE = timedelta(seconds=10)
LEGACY = SCALES["eng5_np_legacy_9_step"]


def seen(**changes: Any) -> Seen:
    facts: dict[str, Any] = {
        "received": 10,
        "failed": 0,
        "completion": True,
        "completion_failed": False,
        "result": True,
        "failure": None,
        "expected": 10,
        "essays_missing": 0,
        "too_few_essays": False,
        "first_announced_at": NOW,
        "deadline_passed": False,
    }
    return Seen(**(facts | changes))


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        ({}, RunState.COMPLETED, None),
        ({"expected": None}, RunState.COMPLETED, None),
        ({"failure": "low_success_rate"}, RunState.FAILED, "cj_failed"),
        ({"too_few_essays": True, "result": False}, RunState.FAILED, "insufficient_essays"),
        ({"completion_failed": True, "result": False}, RunState.FAILED, "cj_failed"),
        ({"essays_missing": 1}, RunState.COMPLETED_PARTIAL, "essays_missing"),
        ({"first_announced_at": None, "completion": False, "result": False}, RunState.TIMED_OUT, "deadline"),
    ],
)
def test_how_a_run_ends_at_once(facts: dict[str, Any], state: RunState, reason: str | None) -> None:
    found = outcome(seen(**facts), NOW, GRACE)
    assert isinstance(found, Outcome)
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"received": 9}, "comparisons_missing"),
        ({"result": False}, "no_rich_result"),
        ({"completion": False}, "no_completion"),
    ],
)
def test_what_is_missing_is_waited_for_and_then_said(facts: dict[str, Any], reason: str) -> None:
    assert outcome(seen(**facts), NOW + timedelta(seconds=9), GRACE) == Wait(NOW + GRACE)
    found = outcome(seen(**facts), NOW + GRACE, GRACE)
    assert isinstance(found, Outcome)
    assert (found.state, found.reason) == (RunState.COMPLETED_PARTIAL, reason)


def test_after_the_deadline_nothing_is_waited_for() -> None:
    assert isinstance(outcome(seen(result=False, deadline_passed=True), NOW, GRACE), Outcome)


def test_every_state_of_a_run_is_reached_and_is_final_or_left() -> None:
    reached = {RunState.ACCEPTED} | {to for onward in MOVES.values() for to in onward}
    assert reached == set(RunState)
    assert {"completed", "completed_partial", "failed", "timed_out", "cancelled"} == FINAL
    for state in FINAL:
        with pytest.raises(IllegalMove):
            check_move(state, RunState.RUNNING)


def test_without_a_result_the_scores_are_our_own() -> None:
    duels = [Duel("a", "b", 3.0, None), Duel("b", "c", 3.0, None), Duel("a", "c", 3.0, None)]
    sheet = score_sheet([], None, duels)
    assert sheet.source == "runner_fit"
    assert [item.essay_id for item in sheet.rows] == ["a", "b", "c"]
    assert [item.comparisons for item in sheet.rows] == [2, 2, 2]
    assert all(item.standard_error > 0 for item in sheet.rows)
    assert score_sheet([], None, []).rows == ()


def test_a_label_is_safe_in_a_files_name() -> None:
    assert safe("../../x y|z") == "x_y_z"


def document() -> dict[str, Any]:
    blob = {"source_path": "", "checksum": NO_CHECKSUM, "content": ""}
    return {
        "schema_version": "1.0.1",
        "metadata": {
            "assignment_id": None,
            "course_id": None,
            "grade_scale": LEGACY.id,
            "runner_version": "0",
            "git_sha": None,
            "generated_at": NOW.isoformat(),
            "runner_mode": "anchor-align-test",
            "run_id": "run_1",
            "batch_uuid": "00000000-0000-4000-8000-000000000000",
            "batch_id": "x",
            "seed": 1,
        },
        "inputs": {"instructions": blob, "prompt_reference": blob, "anchors": [], "students": []},
        "llm_comparisons": [],
        "bt_summary": [],
        "grade_projections": [],
        "costs": {"total_usd": 0, "token_counts": []},
        "validation": {
            "artefact_checksum": "",
            "manifest": [],
            "cli_environment": {"python": "", "pdm": "", "os": "", "docker_compose": ""},
            "runner_status": {"partial_data": False, "timeout_seconds": 0.0, "observed_events": {}},
        },
    }


def test_a_sealed_document_is_valid_and_a_changed_one_is_not() -> None:
    good = sealed(document())
    assert problems_of(good) == []
    changed = copy.deepcopy(good)
    changed["metadata"]["batch_id"] = "y"
    assert "artefact_checksum" in problems_of(changed)[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metadata", "runner_mode"), "other"),
        (("metadata", "batch_uuid"), "no uuid"),
        (("schema_version",), "2.0.0"),
        (("llm_comparisons",), [{"sequence": 0}]),
        (("bt_summary",), [{"essay_id": "x"}]),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str, ...], value: object) -> None:
    bad = document()
    place: Any = bad
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert problems_of(sealed(bad)) != []
