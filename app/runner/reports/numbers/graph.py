"""Who was compared with whom, small enough to be looked at however many essays there are. PURE.

Fed by rows in rank order and the comparisons; feeds the report's matrix of comparisons.
"""

from collections.abc import Sequence

import numpy as np

from app.runner.reports.shapes.course import Bin, Graph
from app.runner.results.scoresheet import Duel, ScoreRow
from app.scoring.data import Judgements
from app.scoring.graph import compared_groups

MOST_BINS = 40


def graph(rows: Sequence[ScoreRow], duels: Sequence[Duel]) -> Graph | None:
    """Return the matrix of comparisons between neighbours in rank, None where nothing was compared."""
    place = {row.essay_id: at for at, row in enumerate(rows)}
    met = np.array(
        [(place[duel.winner], place[duel.loser]) for duel in duels if duel.winner in place and duel.loser in place]
    ).reshape(-1, 2)
    if not met.size:
        return None
    size, number = len(rows), min(MOST_BINS, len(rows))
    bin_of = np.arange(size) * number // size
    wins = np.zeros((number, number), dtype=np.int64)
    np.add.at(wins, (bin_of[met[:, 0]], bin_of[met[:, 1]]), 1)
    judgements = Judgements.from_arrays([str(at) for at in range(size)], met[:, 0], met[:, 1], np.ones(len(met)))
    pairs, per_essay = judgements.pairs, judgements.comparisons_per_item
    return Graph(
        essays=size,
        comparisons=len(met),
        pairs=int(pairs.low.size),
        possible=size * (size - 1) // 2,
        repeated=int((pairs.total > 1).sum()),
        components=int(compared_groups(pairs).max()) + 1,
        fewest=int(per_essay.min()),
        most=int(per_essay.max()),
        mean=float(per_essay.mean()),
        bins=tuple(_bin(rows, np.flatnonzero(bin_of == at)) for at in range(number)),
        counts=_rows(wins + wins.T - np.diag(np.diag(wins))),
        wins=_rows(wins),
    )


def _bin(rows: Sequence[ScoreRow], places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Bin:
    first, last = int(places[0]) + 1, int(places[-1]) + 1
    label = rows[first - 1].name if first == last else f"ranks {first} to {last}"
    return Bin(label=label, first=first, last=last)


def _rows(matrix: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(value) for value in row) for row in matrix)
