"""Worked examples of the literature, retyped: data for the tests of the statistics."""

from app.scoring.data import Judgements, Record

# Citations between four journals of statistics; the "winner" is the journal cited. S. Stigler, Citation
# patterns in the journals of statistics and probability, Statistical Science 9 (1994) 94-108; as table 10.10
# (p. 448) of A. Agresti, Categorical Data Analysis, 2nd ed. 2002. Rows cited, columns citing.
JOURNALS = ("Biometrika", "Comm Statist", "JASA", "JRSS-B")
CITATIONS = ((714, 730, 498, 221), (33, 425, 68, 17), (320, 813, 1072, 142), (284, 276, 325, 188))

# Games of the Eastern Division of the American League in 1987: (wins at home, losses at home) of the row team
# against the column team. Agresti 2002, table 10.11 (p. 438).
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
GAMES = (
    (None, (4, 3), (4, 2), (4, 3), (6, 1), (4, 2), (6, 0)),
    ((3, 3), None, (4, 2), (4, 3), (6, 0), (6, 1), (4, 3)),
    ((2, 5), (4, 3), None, (2, 4), (4, 3), (4, 2), (6, 0)),
    ((3, 3), (5, 1), (2, 5), None, (4, 3), (4, 2), (6, 1)),
    ((5, 1), (2, 5), (3, 3), (4, 2), None, (5, 2), (6, 0)),
    ((2, 5), (3, 3), (3, 4), (4, 3), (4, 2), None, (2, 4)),
    ((2, 5), (1, 5), (1, 6), (2, 4), (1, 6), (3, 4), None),
)

# "Worked example of solving a Bradley-Terry model" of the Wikipedia article on the model: wins of row over
# column.
FOUR_TEAMS = ("A", "B", "C", "D")
FOUR_TEAMS_WINS = ((0, 2, 0, 1), (3, 0, 5, 0), (0, 3, 0, 1), (4, 0, 3, 0))

# The random case in the test suite of the Python package choix (L. Maystre): (winner, loser).
CHOIX_RANDOM = (
    *((7, 3), (2, 0), (5, 2), (4, 2), (2, 1), (4, 5), (6, 3), (5, 4), (7, 0), (2, 3)),
    *((4, 0), (0, 4), (6, 5), (3, 2), (3, 4), (3, 4), (5, 2), (7, 3), (7, 6), (6, 5)),
)


def from_wins(names: tuple[str, ...], wins: tuple[tuple[int, ...], ...]) -> Judgements:
    """Return the judgements of a table of wins of row over column; the diagonal is left out."""
    return Judgements.from_records(
        [
            Record(names[row], names[column], 1.0, float(count))
            for row, counts in enumerate(wins)
            for column, count in enumerate(counts)
            if row != column and count
        ],
        names,
    )


def citations() -> Judgements:
    """Return the journal citations."""
    return from_wins(JOURNALS, CITATIONS)


def baseball() -> Judgements:
    """Return the baseball games; the team shown first played at home."""
    return Judgements.from_records(
        [
            Record(TEAMS[home], TEAMS[away], outcome, float(count))
            for home, row in enumerate(GAMES)
            for away, game in enumerate(row)
            if game is not None
            for outcome, count in ((1.0, game[0]), (0.0, game[1]))
            if count
        ],
        TEAMS,
    )


def from_winners(size: int, games: tuple[tuple[int, int], ...]) -> Judgements:
    """Return the judgements of a list of (winner, loser) over items "0", "1", ..."""
    return Judgements.from_records(
        [Record(str(winner), str(loser), 1.0) for winner, loser in games], [str(item) for item in range(size)]
    )
