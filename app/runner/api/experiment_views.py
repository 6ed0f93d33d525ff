"""What the API shows of experiments: the live table of cells, plans, and what the numbers say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from pydantic import BaseModel, Field

from app.runner.experiments import matrix, schedule
from app.runner.experiments.cells import Attempt, CellRow
from app.runner.experiments.estimate import Ready
from app.runner.experiments.matrix import FACTORS
from app.runner.experiments.measures import Criterion, Measured
from app.runner.experiments.schedule import Money, Waiting
from app.runner.experiments.states import CellState, ExperimentState
from app.runner.experiments.store import Experiment
from app.runner.plan.plan import shown_comparisons, shown_cost
from app.runner.plan.views import PlannedComparisons, PlannedCost
from app.runner.runs.states import Mode, RunState


class ExperimentMoney(BaseModel):
    """USD; `spent` and `held` exceed `cap` at most by what was under way when a run stopped."""

    cap: float
    spent: float = Field(description="What the runs that ended have cost.")
    held: float = Field(description="What the runs that go on may cost.")
    left: float = Field(description="What can still be given to cells.")


class CellCounts(BaseModel):
    """Cells by state."""

    waiting: int
    running: int
    completed: int
    failed: int
    skipped: int
    cancelled: int


class SettingView(BaseModel):
    """One combination of levels, each by its name."""

    number: int
    prompt: str
    rubric: str
    model: str
    reasoning_effort: str


class CellProgress(BaseModel):
    """Comparisons of the cell's run; `total` is null where the engine chooses."""

    received: int
    total: int | None


class CellAttempt(BaseModel):
    """One run of a cell; `run_status` and `ended_at` are null while it goes on."""

    attempt: int
    run_id: str
    run_status: str | None
    max_cost_usd: float = Field(description="Its share of the cap.")
    cost_usd: float
    started_at: datetime
    ended_at: datetime | None


class CellView(BaseModel):
    """One cell of the matrix."""

    number: int
    setting: int
    repeat: int
    seed: int
    state: CellState
    reason: str | None
    detail: str | None
    attempt: int = Field(description="How many runs it has had; 0 before the first.")
    run_id: str | None = Field(description="The run of the latest attempt.")
    run_status: RunState | None = Field(description="Null before the first run, and once that was deleted.")
    progress: CellProgress | None
    cost_usd: float = Field(description="Of all its runs.")
    metrics: Measured | None = Field(description="Once it is completed.")
    attempts: list[CellAttempt]
    started_at: datetime | None
    ended_at: datetime | None


class ExperimentSummary(BaseModel):
    """One experiment without its table."""

    id: str
    name: str
    status: ExperimentState
    status_reason: str | None
    status_detail: str | None
    mode: Mode
    package_id: str
    labels: dict[str, str]
    criterion: Criterion
    max_concurrency: int
    max_cost_usd: float
    cost_usd: float = Field(description="What all its runs have cost by now.")
    cells: CellCounts
    links: dict[str, str]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    cancel_requested_at: datetime | None


class ExperimentView(ExperimentSummary):
    """One experiment with its live table."""

    money: ExperimentMoney
    settings: list[SettingView]
    table: list[CellView] = Field(description="All cells, in the order in which they start.")
    request: dict[str, object] = Field(
        description="The request as accepted: defaults filled in, prompts as texts."
    )


class ExperimentList(BaseModel):
    """A page of experiments; ``next`` is the address of the page after it, ``next_cursor`` the cursor in it."""

    items: list[ExperimentSummary]
    next_cursor: str | None
    next: str | None


class PlannedSetting(SettingView):
    """One setting, and what one run of it is reckoned to be."""

    comparisons: PlannedComparisons
    cost: PlannedCost
    max_cost_usd: float | None = Field(
        description="What a run of it is given at least; null where needs are not known: equal parts are given."
    )


class PlannedCell(BaseModel):
    """One cell, in the order in which cells start."""

    number: int
    setting: int
    repeat: int
    seed: int


class PlannedTotals(BaseModel):
    """All cells together; null where a part of the sum is not known."""

    settings: int
    repeats: int
    cells: int
    comparisons_at_least: int | None
    comparisons_at_most: int | None
    usd_expected: float | None
    usd_at_most: float | None
    cells_started_at_most_cost: int = Field(
        description="How many cells the cap does for if each costs all it is given; the others would be skipped."
    )


class ExperimentPlanView(BaseModel):
    """What an experiment would do. Nothing was written or sent."""

    name: str
    mode: Mode
    totals: PlannedTotals
    settings: list[PlannedSetting]
    cells: list[PlannedCell]
    notes: list[str]
    request: dict[str, object]


@dataclass(frozen=True)
class Seen:
    """An experiment as it was read, with its cells, their runs and its money."""

    experiment: Experiment
    cells: Sequence[CellRow]
    attempts: Sequence[Attempt]
    money: Money
    run_ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        running = (cell.run_id for cell in self.cells if cell.state is CellState.RUNNING)
        object.__setattr__(self, "run_ids", tuple(run_id for run_id in running if run_id is not None))


def summary(experiment: Experiment, counts: Mapping[CellState, int], cost_usd: float) -> ExperimentSummary:
    """Return an experiment without its table."""
    own = f"/v1/experiments/{experiment.id}"
    request = experiment.request
    return ExperimentSummary(
        id=experiment.id,
        name=experiment.name,
        status=experiment.status,
        status_reason=experiment.status_reason,
        status_detail=experiment.status_detail,
        mode=request.mode,
        package_id=experiment.package_id,
        labels=dict(sorted(experiment.labels.items())),
        criterion=request.criterion,
        max_concurrency=experiment.max_concurrency,
        max_cost_usd=experiment.max_cost_usd,
        cost_usd=round(cost_usd, 6),
        cells=CellCounts(**{state.value: counts.get(state, 0) for state in CellState}),
        links={
            "self": own,
            "events": f"{own}/events",
            "results": f"{own}/results",
            "cells": f"{own}/cells",
            "cancel": f"{own}/cancel",
            "resume": f"{own}/resume",
            "runs": f"/v1/runs?label=experiment%3D{experiment.id}",
        },
        created_at=experiment.created_at,
        updated_at=experiment.updated_at,
        finished_at=experiment.finished_at,
        cancel_requested_at=experiment.cancel_requested_at,
    )


def experiment_view(seen: Seen) -> ExperimentView:
    """Return an experiment with its live table."""
    counts = {state: sum(cell.state is state for cell in seen.cells) for state in CellState}
    runs = {cell.run_id: cell.run for cell in seen.cells if cell.run is not None}
    costs = {
        item.run_id: runs[item.run_id].cost_usd if item.run_id in runs else item.cost_usd for item in seen.attempts
    }
    short = summary(seen.experiment, counts, sum(costs.values()))
    request = seen.experiment.request
    return ExperimentView(
        **dict(short),
        money=_money(seen.money),
        settings=[SettingView(number=one.number, **one.levels) for one in matrix.settings_of(request)],
        table=[
            _cell(cell, [item for item in seen.attempts if item.number == cell.number], costs)
            for cell in seen.cells
        ],
        request=request.model_dump(mode="json"),
    )


def _money(money: Money) -> ExperimentMoney:
    return ExperimentMoney(
        cap=money.cap, spent=round(money.spent, 6), held=round(money.held, 6), left=round(money.left, 6)
    )


def _cell(cell: CellRow, mine: Sequence[Attempt], costs: Mapping[str, float]) -> CellView:
    run = cell.run
    return CellView(
        number=cell.number,
        setting=cell.setting,
        repeat=cell.repeat,
        seed=cell.seed,
        state=cell.state,
        reason=cell.reason,
        detail=cell.detail,
        attempt=cell.attempt,
        run_id=cell.run_id,
        run_status=None if run is None else run.status,
        progress=None if run is None else CellProgress(received=run.received, total=run.total),
        cost_usd=round(sum(costs[item.run_id] for item in mine), 6),
        metrics=cell.measured,
        attempts=[
            CellAttempt(
                attempt=item.attempt,
                run_id=item.run_id,
                run_status=item.run_status,
                max_cost_usd=round(item.hold_usd, 6),
                cost_usd=round(costs[item.run_id], 6),
                started_at=item.started_at,
                ended_at=item.ended_at,
            )
            for item in mine
        ],
        started_at=cell.started_at,
        ended_at=cell.ended_at,
    )


def plan_view(ready: Ready) -> ExperimentPlanView:
    """Return what an experiment would do."""
    request = ready.request
    return ExperimentPlanView(
        name=ready.name,
        mode=request.mode,
        totals=_totals(ready),
        settings=[
            PlannedSetting(
                number=one.setting.number,
                **{factor: one.setting.levels[factor] for factor in FACTORS},
                comparisons=shown_comparisons(one.counts),
                cost=shown_cost(one.costs),
                max_cost_usd=one.need_usd,
            )
            for one in ready.settings
        ],
        cells=[PlannedCell(**asdict(cell)) for cell in matrix.cells_of(request)],
        notes=list(ready.notes),
        request=request.model_dump(mode="json"),
    )


def _totals(ready: Ready) -> PlannedTotals:
    request, repeats = ready.request, len(matrix.seeds_of(ready.request))
    needs = {one.setting.number: one.need_usd for one in ready.settings}
    fixed = request.budget.max_cost_usd is not None
    waiting = [Waiting(cell.number, needs[cell.setting], fixed) for cell in matrix.cells_of(request)]
    usd = [
        _sum([getattr(one.costs, name) for one in ready.settings], repeats)
        for name in ("usd_expected", "usd_at_most")
    ]
    counts = [
        _sum([getattr(one.counts, name) for one in ready.settings], repeats) for name in ("at_least", "at_most")
    ]
    return PlannedTotals(
        settings=len(ready.settings),
        repeats=repeats,
        cells=len(waiting),
        comparisons_at_least=None if counts[0] is None else int(counts[0]),
        comparisons_at_most=None if counts[1] is None else int(counts[1]),
        usd_expected=None if usd[0] is None else round(usd[0], 6),
        usd_at_most=None if usd[1] is None else round(usd[1], 6),
        cells_started_at_most_cost=schedule.affordable(waiting, request.max_cost_usd),
    )


def _sum(parts: Sequence[float | None], times: int) -> float | None:
    known = [part for part in parts if part is not None]
    return times * sum(known) if len(known) == len(parts) else None
