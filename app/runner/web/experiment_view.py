"""What the page of an experiment shows: the grid of settings and repeats, the best, cost against accuracy. PURE.

Fed by the API's own view of an experiment and by what its numbers say; feeds the template ``experiment.html``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.runner.api.experiment_views import CellView, ExperimentView, SettingView
from app.runner.experiments.conclude import Conclusion
from app.runner.experiments.matrix import FACTORS
from app.runner.experiments.results import Spread, Summary
from app.runner.experiments.states import GOING, RESUMABLE, CellState, ExperimentState
from app.runner.web.scatter_plot import Point, ScatterPlot, scatter_plot
from app.runner.web.wording import NOTHING, number, usd

STATES: Mapping[ExperimentState, tuple[str, str]] = {
    ExperimentState.ACCEPTED: ("Waiting to start", "busy"),
    ExperimentState.RUNNING: ("Running", "busy"),
    ExperimentState.CANCELLING: ("Being cancelled", "busy"),
    ExperimentState.COMPLETED: ("Completed", "good"),
    ExperimentState.COMPLETED_PARTIAL: ("Completed with gaps", "fair"),
    ExperimentState.FAILED: ("Failed", "bad"),
    ExperimentState.CANCELLED: ("Cancelled", "quiet"),
}
"""A state in words, and how it looks."""
CELLS: Mapping[CellState, tuple[str, str]] = {
    CellState.WAITING: ("waiting", "quiet"),
    CellState.RUNNING: ("running", "busy"),
    CellState.COMPLETED: ("completed", "good"),
    CellState.FAILED: ("failed", "bad"),
    CellState.SKIPPED: ("skipped", "fair"),
    CellState.CANCELLED: ("cancelled", "quiet"),
}
FACTOR_NAMES = {
    "prompt": "System prompt",
    "rubric": "Rubric",
    "model": "Model",
    "reasoning_effort": "Reasoning effort",
}
MEASURE_NAMES = {
    "tau_a": "Tau-a",
    "tau_b": "Tau-b",
    "spearman": "Spearman",
    "targets_met": "Targets met",
    "inversions": "Inversions",
    "mean_se": "Mean SE",
    "cost_usd": "Cost",
}
SHAPES = ("csv", "ndjson", "parquet", "json")


@dataclass(frozen=True)
class Value:
    """A metric of a setting: its mean, and how much it varies over repeats."""

    mean: str
    spread: str


@dataclass(frozen=True)
class GridRow:
    """One setting: its levels of the factors that vary, its cells by repeat, its metrics, what is said of it."""

    number: int
    levels: Sequence[str]
    cells: Sequence[CellView]
    values: Sequence[Value]
    marks: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """The whole table; ``fixed`` are factors with one level only."""

    factors: Sequence[str]
    fixed: Mapping[str, str]
    measures: Sequence[str]
    rows: Sequence[GridRow]


def grid(view: ExperimentView, said: Conclusion) -> Grid:
    """Return the table of settings."""
    varied = [name for name in FACTORS if len({getattr(one, name) for one in view.settings}) > 1]
    found = {summary.setting: summary for summary in said.summaries}
    measures = [said.criterion, *(name for name in MEASURE_NAMES if name != said.criterion)]
    cells: dict[int, list[CellView]] = {}
    for cell in view.table:
        cells.setdefault(cell.setting, []).append(cell)
    rows = [
        GridRow(
            number=one.number,
            levels=[getattr(one, name) for name in varied],
            cells=sorted(cells.get(one.number, []), key=lambda cell: cell.repeat),
            values=[_value(found.get(one.number), name) for name in measures],
            marks=marks(one.number, said),
        )
        for one in view.settings
    ]
    fixed = {FACTOR_NAMES[name]: getattr(view.settings[0], name) for name in FACTORS if name not in varied}
    return Grid([FACTOR_NAMES[name] for name in varied], fixed, [MEASURE_NAMES[name] for name in measures], rows)


def marks(setting: int, said: Conclusion) -> list[str]:
    """Return what is said of a setting."""
    found = []
    if setting == said.marks.best:
        found.append("best")
    if setting == said.marks.recommended:
        found.append("recommended")
    if setting in said.frontier:
        found.append("on the frontier")
    return found


def _value(summary: Summary | None, name: str) -> Value:
    found = None if summary is None else summary.spreads.get(name)
    if found is None:
        return Value(NOTHING, "")
    shown = usd(found.mean) if name == "cost_usd" else number(found.mean)
    return Value(shown, _spread(found, name))


def _spread(found: Spread, name: str) -> str:
    if found.n < 2 or found.sd is None:
        return f"n = {found.n}"
    sd = usd(found.sd) if name == "cost_usd" else number(found.sd)
    return f"± {sd}, n = {found.n}"


def called(one: SettingView) -> str:
    """Return a setting by its levels."""
    return ", ".join(getattr(one, name) for name in FACTORS)


def frontier_plot(view: ExperimentView, said: Conclusion) -> ScatterPlot | None:
    """Return cost against the criterion, None before any cell has both."""
    names = {one.number: called(one) for one in view.settings}
    points = [
        Point(summary.setting, names[summary.setting], cost, value, summary.setting in said.frontier)
        for summary in said.summaries
        if (cost := summary.mean("cost_usd")) is not None and (value := summary.mean(said.criterion)) is not None
    ]
    return scatter_plot(points)


def can(status: ExperimentState) -> list[str]:
    """Return what may be done: ``cancel``, ``resume``, ``delete``."""
    if status in GOING:
        return [] if status is ExperimentState.CANCELLING else ["cancel"]
    return [*(["resume"] if status in RESUMABLE else []), "delete"]
