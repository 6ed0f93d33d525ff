"""Recorded votes: files of decisions to votes by pair, kept in memory until the file changes.

Fed by CSV files in the layouts that ``cj-runner fit`` reads (judge, winner, loser; or judge, a, b, choice), comma,
semicolon or tab, with a column ``reason`` if there is one; feeds the replay judge.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.contracts.identifiers import sanitize
from app.errors import AppError, InvalidInput
from app.scoring.decisions import columns_of, counts, records_of, table_of

VOTES_FILE = "votes.csv"


@dataclass(frozen=True)
class Vote:
    """One decision: the sanitised id of the winner, and the reason given, which may be empty."""

    winner: str
    reason: str


@dataclass(frozen=True)
class Votes:
    """The decisive votes of one file by pair of sanitised ids, in the order of the file, and all these ids."""

    by_pair: Mapping[frozenset[str], tuple[Vote, ...]]
    ids: frozenset[str]


def recorded_topics(root: Path) -> dict[str, Path]:
    """Return the files below ``root`` by topic: ``<topic>/votes.csv``, and ``<topic>.csv`` itself."""
    single = {path.stem: path for path in sorted(root.glob("*.csv"))}
    return single | {path.parent.name: path for path in sorted(root.glob(f"*/{VOTES_FILE}"))}


def votes_of(path: Path) -> Votes:
    """Return the votes of a file; ties are left out.

    Raises ``InvalidInput`` or a scoring error that names the line.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be read ({type(error).__name__})") from error
    return _votes(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _votes(path: Path, changed: int, size: int) -> Votes:
    del changed, size  # they are in the key, so that a file that was written anew is read anew
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} cannot be read ({type(error).__name__})") from error
    try:
        header, every = table_of(text)
        columns = columns_of(header, {})
        rows = [row for row in every if counts(row[1], columns)]
        records = records_of(rows, columns)
    except AppError as error:
        raise InvalidInput(f"{path.name}: {error.detail}") from error
    found: dict[frozenset[str], list[Vote]] = defaultdict(list)
    for (_, row), record in zip(rows, records, strict=True):
        if record.outcome != 0.5:
            pair = (sanitize(record.first), sanitize(record.second))
            winner = pair[0] if record.outcome == 1.0 else pair[1]
            found[frozenset(pair)].append(Vote(winner, (row.get("reason") or "").strip()))
    by_pair = {pair: tuple(votes) for pair, votes in found.items()}
    return Votes(by_pair, frozenset(name for pair in by_pair for name in pair))
