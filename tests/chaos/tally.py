"""What the faults did: one row for each series of a fault, kept as JSON lines, shown as one table.

``CHAOS_TALLY_DIR`` names the folder; without it nothing is kept. ``python -m tests.chaos.tally FOLDER`` prints the
table, and fails where a comparison was lost or doubled, or where a fault never happened.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = "CHAOS_TALLY_DIR"
HEADS = ("fault", "injected", "runs", "lost", "doubled")


@dataclass(frozen=True)
class Row:
    """One fault: how often it really happened, in how many runs, and what became of their comparisons."""

    fault: str
    injected: int
    runs: int
    lost: int = 0
    doubled: int = 0

    def is_as_promised(self) -> bool:
        """Return whether the fault happened, and nothing was lost or doubled by it."""
        return self.injected > 0 and self.lost == 0 and self.doubled == 0


def note(row: Row) -> None:
    """Keep one row, where a folder is named; several processes may write at once."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def kept(folder: Path) -> list[Row]:
    """Return the rows of a folder, those of one fault added up."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return added_up(Row(**json.loads(line)) for line in lines)


def added_up(rows: Iterable[Row]) -> list[Row]:
    """Return one row for each fault, in order of their names."""
    sums: dict[str, Row] = {}
    for row in rows:
        so_far = sums.get(row.fault, Row(row.fault, 0, 0))
        sums[row.fault] = Row(
            row.fault,
            so_far.injected + row.injected,
            so_far.runs + row.runs,
            so_far.lost + row.lost,
            so_far.doubled + row.doubled,
        )
    return [sums[fault] for fault in sorted(sums)]


def table(rows: Sequence[Row]) -> str:
    """Return the table for people, with a last line that adds everything up."""
    total = Row("total", *(sum(getattr(row, head) for row in rows) for head in HEADS[1:]))
    cells = [HEADS, *(tuple(str(getattr(row, head)) for head in HEADS) for row in [*rows, total])]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADS))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in cells
    )


def main(folder: Path) -> int:
    """Print the table of ``folder``; return 0 where every promise held."""
    rows = kept(folder)
    broken = [row.fault for row in rows if not row.is_as_promised()]
    sys.stdout.write(f"\n{table(rows)}\n" if rows else "no fault was tried\n")
    if broken:
        sys.stdout.write(f"not as promised: {', '.join(broken)}\n")
    return 1 if broken or not rows else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
