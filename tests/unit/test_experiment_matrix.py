"""The matrix of an experiment, and the states of its cells: every combination once, repeats spread out."""

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.errors import IllegalMove
from app.runner.experiments import matrix
from app.runner.experiments.spec import ExperimentRequest
from app.runner.experiments.states import (
    CELL_MOVES,
    GOING,
    MOVES,
    RESUMABLE,
    CellState,
    ExperimentState,
    check_cell_move,
    check_move,
    end_from,
    end_of,
)
from app.runner.runs.states import FINAL, RunState

BODY: dict[str, Any] = {"name": "x", "assets": {"package_id": "pkg_1"}, "max_cost_usd": 1}
Texts = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=3, unique=True)
Factors = st.fixed_dictionaries(
    {
        "rubrics": Texts.map(lambda texts: [{"text": text} for text in texts]),
        "models": Texts.map(lambda names: [{"provider": "mock", "model": name} for name in names]),
        "reasoning_efforts": st.lists(st.sampled_from([None, "low", "high"]), min_size=1, max_size=3, unique=True),
        "repeats": st.integers(1, 4),
    }
)


def request(**changes: Any) -> ExperimentRequest:
    return ExperimentRequest.model_validate(BODY | changes)


@given(Factors)
def test_every_combination_has_one_cell_for_each_seed(factors: dict[str, Any]) -> None:
    wanted = request(factors=factors)
    cells, settings = matrix.cells_of(wanted), matrix.settings_of(wanted)
    assert len(cells) == matrix.size_of(wanted)
    assert len({tuple(one.levels.values()) for one in settings}) == len(settings)
    assert Counter((cell.setting, cell.seed) for cell in cells) == Counter(
        product((one.number for one in settings), matrix.seeds_of(wanted))
    )
    assert [cell.number for cell in cells] == list(range(1, len(cells) + 1))
    assert matrix.problems_of(wanted, 10_000) == []


@given(Factors, st.integers(0, 400))
def test_whenever_it_stops_settings_were_started_about_equally_often(factors: dict[str, Any], after: int) -> None:
    wanted = request(factors=factors)
    begun = Counter({one.number: 0 for one in matrix.settings_of(wanted)})
    begun.update(cell.setting for cell in matrix.cells_of(wanted)[:after])
    assert max(begun.values()) - min(begun.values()) <= 1


def test_a_run_is_told_the_levels_of_its_setting_and_its_seed() -> None:
    wanted = request(
        factors={
            "prompts": [{"name": "p", "text": "be fair"}],
            "models": [{"provider": "openai", "model": "m"}],
            "reasoning_efforts": ["high"],
            "seeds": [11, 12],
        },
        llm={"temperature": 0.5},
        labels={"team": "a"},
    )
    cell = matrix.cells_of(wanted)[1]
    run = matrix.run_of(wanted, matrix.settings_of(wanted)[0], cell, experiment_id="exp_1", label="100 % #2")
    assert run.batch_label == "100 %% #2"
    assert (run.design.seed, run.llm.reasoning_effort, run.llm.temperature) == (12, "high", 0.5)
    assert run.llm.system_prompt is not None
    assert (run.llm.system_prompt.text, run.llm.model) == ("be fair", "m")
    assert run.labels == {"team": "a", "experiment": "exp_1", "experiment_cell": "2"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"factors": {"rubrics": [{"text": "a"}, {"text": "b"}, {"text": "a"}]}}, "factors.rubrics.2"),
        ({"factors": {"prompts": [None, None]}}, "factors.prompts.1"),
        ({"factors": {"models": [{"provider": "mock"}, {"provider": "MOCK"}]}}, "factors.models.1"),
        ({"factors": {"reasoning_efforts": ["low", "LOW"]}}, "factors.reasoning_efforts.1"),
        ({"factors": {"seeds": [1, 2, 1]}}, "factors.seeds.2"),
        ({"factors": {"seeds": [1, 2], "repeats": 5}}, "factors.repeats"),
        ({"factors": {"repeats": 9}}, "factors"),
        ({"factors": {"repeats": 2}, "design": {"seed": 2**31 - 1}}, "design.seed"),
        (
            {"factors": {"rubrics": [{"name": "r", "text": "a"}, {"name": "r", "text": "b"}]}},
            "factors.rubrics.1.name",
        ),
    ],
)
def test_what_is_wrong_with_a_matrix_is_named(changes: dict[str, Any], field: str) -> None:
    assert [problem.field for problem in matrix.problems_of(request(**changes), 8)] == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {"max_cost_usd": 0},
        {"max_cost_usd": None},
        {"name": "  "},
        {"name": "run {n}"},
        {"labels": {"experiment": "mine"}},
        {"labels": {f"k{number}": "" for number in range(19)}},
        {"factors": {"rubrics": []}},
        {"factors": {"models": [{"model": "m"}]}},
        {"criterion": "beauty"},
        {"mode": "plan"},
    ],
)
def test_a_request_that_makes_no_experiment_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**changes)


def test_every_state_is_reached_and_is_left_or_an_end() -> None:
    assert {to for onward in MOVES.values() for to in onward} | {ExperimentState.ACCEPTED} == set(ExperimentState)
    assert {to for onward in CELL_MOVES.values() for to in onward} == set(CellState)
    assert set(ExperimentState) - GOING - RESUMABLE == {ExperimentState.COMPLETED}


@given(st.sampled_from(ExperimentState), st.sampled_from(ExperimentState))
def test_no_move_but_those_of_the_table(present: ExperimentState, wanted: ExperimentState) -> None:
    if wanted in MOVES[present]:
        check_move(present, wanted)
    else:
        with pytest.raises(IllegalMove):
            check_move(present, wanted)


@given(st.sampled_from(CellState), st.sampled_from(CellState))
def test_no_move_of_a_cell_but_those_of_the_table(present: CellState, wanted: CellState) -> None:
    if wanted in CELL_MOVES[present]:
        check_cell_move(present, wanted)
    else:
        with pytest.raises(IllegalMove):
            check_cell_move(present, wanted)


def test_every_end_of_a_run_ends_its_cell() -> None:
    ends = {end_of(state) for state in FINAL}
    assert ends == {CellState.COMPLETED, CellState.FAILED, CellState.CANCELLED}
    assert (end_of(RunState.TIMED_OUT), end_of(None)) == (CellState.FAILED, CellState.FAILED)


@pytest.mark.parametrize(
    ("cells", "end"),
    [
        ({"completed": 4}, "completed"),
        ({"completed": 3, "failed": 1}, "completed_partial"),
        ({"completed": 1, "skipped": 3}, "completed_partial"),
        ({"failed": 2, "skipped": 2}, "failed"),
    ],
)
def test_an_experiment_ends_as_its_cells_did(cells: dict[str, int], end: str) -> None:
    counts = {CellState(name): count for name, count in cells.items()}
    assert end_from(counts, cancelled=False) == end
    assert end_from(counts, cancelled=True) == "cancelled"
