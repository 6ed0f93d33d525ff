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
from app.runner.reports.alignment import align
from app.runner.reports.markdown import cell, fenced
from app.runner.results.scoresheet import Duel, ScoreRow, score_sheet
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


def row(name: str, grade: str, rank: int, theta: float, wins: int = 1) -> ScoreRow:
    return ScoreRow(name, name, f"{name}.txt", True, grade, theta, 0.5, rank, 2, wins, 2 - wins, None, {}, None)


def anchors(grades: list[str], order: list[int]) -> list[ScoreRow]:
    """Return anchors whose place on the scale is given for each grade in turn."""
    return [
        row(f"e{i}", grade, rank, -float(rank)) for i, (grade, rank) in enumerate(zip(grades, order, strict=True))
    ]


@pytest.mark.parametrize(
    ("order", "tau"),
    [([1, 2, 3, 4, 5], 1.0), ([5, 4, 3, 2, 1], -1.0), ([1, 3, 2, 4, 5], 0.8), ([1, 3, 2, 5, 4], 0.6)],
)
def test_tau_is_that_of_the_old_report(order: list[int], tau: float) -> None:
    found = align(anchors(["A", "B", "C+", "C-", "D+"], order), [], LEGACY)
    assert found.tau_a == pytest.approx(tau)
    assert found.tau_a_ceiling == 1.0


def test_the_real_batch_of_twelve_anchors_has_its_published_tau() -> None:
    grades = ["A", "A", "B", "B", "C+", "C-", "D+", "D-", "E+", "E-", "F+", "F+"]
    ranks = [1, 4, 2, 3, 5, 7, 6, 9, 8, 12, 10, 11]
    found = align(anchors(grades, ranks), [], LEGACY)
    assert found.tau_a == pytest.approx((66 - 2 * 6) / 66)
    assert found.tau_a_ceiling == pytest.approx(63 / 66)
    assert found.top_regressions == 0


def test_essays_of_one_grade_in_any_order_cost_tau_a_nothing() -> None:
    found = align(anchors(["A", "A", "B"], [2, 1, 3]), [], LEGACY)
    assert found.tau_a == 1.0
    assert found.tau_b == pytest.approx(2 / (2 * 3) ** 0.5)


def test_with_an_unknown_grade_no_metric_pretends() -> None:
    found = align(anchors(["A", "?", "B"], [1, 2, 3]), [Duel("e2", "e0", 3.0, "x")], LEGACY)
    assert found.coverage == pytest.approx(2 / 3)
    assert (found.tau_a, found.tau_b, found.top_regressions) == (None, None, None)
    assert [target.met for target in found.targets()] == [None, True, None, None]


def test_single_upsets_and_majorities_are_told_apart() -> None:
    rows = anchors(["A", "B", "C+"], [1, 2, 3])
    duels = [
        Duel("e1", "e0", 2.0, "first reason"),
        Duel("e0", "e1", 3.0, ""),
        Duel("e0", "e1", 3.0, ""),
        Duel("e2", "e1", 4.0, "clear | win"),
    ]
    found = align(rows, duels, LEGACY)
    assert [(i.better.name, i.worse.name, i.upsets, i.times, i.by_majority) for i in found.inversions] == [
        ("e0", "e1", 1, 3, False),
        ("e1", "e2", 1, 1, True),
    ]
    assert found.inversions[0].justification == "first reason"
    assert found.majority_inversions == 1


def test_a_top_anchor_below_a_lower_grade_is_a_regression() -> None:
    assert align(anchors(["A", "B", "C+"], [1, 3, 2]), [], LEGACY).top_regressions == 1


def test_zero_win_anchors_are_named() -> None:
    rows = [row("a", "A", 1, 1.0), row("b", "B", 2, 0.0, wins=0)]
    assert [item.name for item in align(rows, [], LEGACY).zero_wins] == ["b"]


def test_without_a_result_the_scores_are_our_own() -> None:
    duels = [Duel("a", "b", 3.0, None), Duel("b", "c", 3.0, None), Duel("a", "c", 3.0, None)]
    sheet = score_sheet([], None, duels)
    assert sheet.source == "runner_fit"
    assert [item.essay_id for item in sheet.rows] == ["a", "b", "c"]
    assert [item.comparisons for item in sheet.rows] == [2, 2, 2]
    assert all(item.standard_error > 0 for item in sheet.rows)
    assert score_sheet([], None, []).rows == ()


def test_cells_and_fences_cannot_be_broken_out_of() -> None:
    assert cell("a | b\nc `d` <x>") == r"a \| b c \`d\` \<x\>"
    assert fenced("```\nx\n````")[0] == "`````text"
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
