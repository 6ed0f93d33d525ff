"""The tables of an experiment's results: one row a setting, with the spread of each metric, or one row a cell.

Fed by the cells; feeds ``export``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.runner.experiments.cells import CellRow
from app.runner.experiments.matrix import FACTORS, Setting
from app.runner.experiments.measures import MEASURES
from app.runner.experiments.results import Spread, Summary
from app.runner.export.columns import Column, Row

_LEVELS = tuple(Column(factor, "text", f"the level of the factor {factor}", repeated=True) for factor in FACTORS)
SPREADS = (
    ("n", "repeats that have it"),
    ("mean", "mean over repeats"),
    ("sd", "standard deviation over repeats (n - 1)"),
    ("min", "least of all repeats"),
    ("max", "most of all repeats"),
)
BY_SETTING = (
    Column("setting", "integer", "the number of the setting"),
    *_LEVELS,
    Column("cells", "integer", "cells of the setting, one for each seed"),
    Column("completed", "integer", "cells that have metrics"),
    Column("best", "yes_no", "it has the best mean of the criterion"),
    Column("recommended", "yes_no", "it is the cheapest of those within one standard error of the best"),
    Column("on_frontier", "yes_no", "no other setting is as good and cheaper, or better and no dearer"),
    *(
        Column(measure.name, "number", f"{measure.meaning}: {meaning}", key=key)
        for measure in MEASURES
        for key, meaning in SPREADS
    ),
)
BY_CELL = (
    Column("cell", "integer", "the number of the cell, in the order in which cells start"),
    Column("setting", "integer", "the number of its setting"),
    *_LEVELS,
    Column("repeat", "integer", "counts the seeds from 1"),
    Column("seed", "integer", "the seed of its run"),
    Column("state", "text", "waiting, running, completed, failed, skipped or cancelled", repeated=True),
    Column("reason", "text", "why it has no metrics", repeated=True),
    Column("attempt", "integer", "how many runs it has had"),
    Column("run_id", "text", "its latest run"),
    Column("partial", "yes_no", "its run ended without all that was asked for"),
    Column("stop_reason", "text", "why its run asked no more", repeated=True),
    Column("coverage", "number", "share of anchors with a grade; correlations need all of them"),
    Column("targets", "integer", "targets of the alignment report that could be computed"),
    *(Column(measure.name, "number", measure.meaning) for measure in MEASURES),
)


@dataclass(frozen=True)
class Marks:
    """Which settings are marked in the table."""

    best: int | None
    recommended: int | None
    frontier: Collection[int]


def rows_by_setting(
    settings: Sequence[Setting], every: Sequence[CellRow], found: Sequence[Summary], marks: Marks
) -> Iterator[Row]:
    """Yield one row for each setting, those without a completed cell too, in the order of ``BY_SETTING``."""
    by_number = {summary.setting: summary for summary in found}
    for setting in settings:
        mine = [cell for cell in every if cell.setting == setting.number]
        summary = by_number.get(setting.number)
        yield [
            setting.number,
            *_levels(setting),
            len(mine),
            sum(cell.measured is not None for cell in mine),
            setting.number == marks.best,
            setting.number == marks.recommended,
            setting.number in marks.frontier,
            *_spreads({} if summary is None else summary.spreads),
        ]


def _levels(setting: Setting) -> list[str]:
    return [setting.levels[factor] for factor in FACTORS]


def _spreads(spreads: Mapping[str, Spread]) -> Iterator[float | int | None]:
    for measure in MEASURES:
        spread = spreads.get(measure.name)
        yield from (
            (None,) * len(SPREADS)
            if spread is None
            else (spread.n, spread.mean, spread.sd, spread.low, spread.high)
        )


def rows_by_cell(settings: Sequence[Setting], every: Sequence[CellRow]) -> Iterator[Row]:
    """Yield one row for each cell, in the order of ``BY_CELL``."""
    for cell in every:
        found = cell.measured
        beside = (
            (None,) * 4 if found is None else (found.partial, found.stop_reason, found.coverage, found.targets)
        )
        yield [
            cell.number,
            cell.setting,
            *_levels(settings[cell.setting - 1]),
            cell.repeat,
            cell.seed,
            cell.state.value,
            cell.reason,
            cell.attempt,
            cell.run_id,
            *beside,
            *(None if found is None else getattr(found, measure.name) for measure in MEASURES),
        ]
