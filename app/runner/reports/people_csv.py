"""The pairs that people and a run both judged, as a table for spreadsheets; texts never become formulas. PURE.

Fed by ``numbers.people``; feeds the API.
"""

from collections.abc import Callable

from app.runner.export.columns import Column
from app.runner.export.csv_text import Csv
from app.runner.reports.numbers.people import Laid
from app.runner.reports.numbers.people_pairs import pair_rows
from app.runner.reports.shapes.people import PairRow

_CELLS: tuple[tuple[Column, Callable[[PairRow], object]], ...] = (
    (Column("first", "text", "the essay that people prefer"), lambda row: row.first.name),
    (Column("first_grade", "text", "its grade by the experts"), lambda row: row.first.grade),
    (Column("second", "text", "the other essay"), lambda row: row.second.name),
    (Column("second_grade", "text", "its grade by the experts"), lambda row: row.second.grade),
    (Column("distance", "integer", "steps between the grades"), lambda row: row.distance),
    (Column("people_for_first", "integer", "verdicts of people"), lambda row: row.people_for_first),
    (Column("people_for_second", "integer", "verdicts of people"), lambda row: row.people_for_second),
    (Column("people_tied", "integer", "verdicts of people"), lambda row: row.people_tied),
    (Column("run_for_first", "integer", "verdicts of the run"), lambda row: row.run_for_first),
    (Column("run_for_second", "integer", "verdicts of the run"), lambda row: row.run_for_second),
    (Column("people", "text", "first, second or tied, by majority"), lambda row: row.people),
    (Column("run", "text", "first, second or tied, by majority"), lambda row: row.run),
    (Column("experts", "text", "first, second or tied, by grade"), lambda row: row.experts),
)


def pairs_csv(laid: Laid) -> bytes:
    """Return all pairs that both judged, those on which they differ most first."""
    table = Csv([column for column, _ in _CELLS])
    rows = [[cell(row) for _, cell in _CELLS] for row in pair_rows(laid.run, laid.met)]
    return table.begin() + table.rows(rows) + table.end()
