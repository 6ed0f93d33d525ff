"""Tables of people's verdicts and recorded votes, under fuzz: from bytes to a scale with finite numbers."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import AppError
from app.gateway.providers import votes
from app.runner.human.reading import Content, ReadAs, read, said
from app.runner.human.sheets import sheet_of
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements, Record
from app.scoring.decisions import columns_of, records_of, table_of
from tests.fuzz.parsers import archives_mutated, bytes_mutated
from tests.fuzz.parsers.target import Chance, Target, hold

MOST_ROWS = 500
CSV = (
    b"judge,winner,loser\nada,one,two\nbob,two,three\nada,one,three\n",
    b"\xef\xbb\xbfjudge;a;b;choice\nada;one;two;a\nbob;two;three;B\nada;one;three;tie\n;;;\n",
    b'judge\tleft\tright\tverdict\nada\tone\ttwo\tone\nbob\t"tw""o"\tthree\tskip\n',
    b"essay_a_id,essay_b_id,winner_essay_id,late\none,two,one,false\ntwo,three,,\ntwo,three,two,true\n",
)
BOOK = archives_mutated.book(
    ("judge", "a", "b", "choice"), ("ada", "one", "two", "a"), ("bob", "2", "3", "=B1"), ("", "@45000", "x", "tie")
)
FOLDER = TemporaryDirectory(prefix="cj-runner-fuzz-votes-")


def _verdicts(raw: bytes) -> bool:
    try:
        content = read(sheet_of(raw, MOST_ROWS), ReadAs(keep_judge_names=len(raw) % 2 == 0))
    except AppError as error:
        return _refused(error)
    _hold_content(content)
    _scored([Record(one.first, one.second, one.outcome, 1.0, one.judge) for one in said(content)])
    hold(Content.model_validate(content.model_dump(mode="json")) == content, "the content stored is another")
    return True


def _hold_content(content: Content) -> None:
    for first, second, twice, judge in content.rows:
        places = 0 <= first < len(content.essays) and 0 <= second < len(content.essays)
        hold(places and first != second, "a row names no two essays")
        hold(twice in (0, 1, 2), f"an outcome is {twice}")
        hold(0 <= judge < len(content.judges), "a row names no judge")
    hold(0 < len(content.rows) <= MOST_ROWS, "there are too many rows, or none")
    hold(all(name and name.isprintable() for name in (*content.essays, *content.judges)), "a name cannot be shown")


def _decisions(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    try:
        header, rows = table_of(text)
        records = records_of(rows, columns_of(header, {}))
    except AppError as error:
        return _refused(error)
    hold(all(record.outcome in (0.0, 0.5, 1.0) for record in records), "an outcome is none")
    _scored(records)
    return True


def _scored(records: list[Record]) -> None:
    """Fit a scale: whatever table was taken, its scores are finite numbers."""
    try:
        scores = fit_penalised(Judgements.from_records(records)).scores()
    except AppError as error:
        _refused(error)
        return
    hold(all(map(math.isfinite, scores.values())), "a score is not finite")


def _votes(raw: bytes) -> bool:
    path = Path(FOLDER.name) / "votes.csv"
    path.write_bytes(raw)
    votes._votes.cache_clear()
    try:
        found = votes.votes_of(path)
    except AppError as error:
        return _refused(error)
    for pair, given in found.by_pair.items():
        hold(all(vote.winner in pair for vote in given), "a winner is not of the pair")
    return True


def _refused(error: AppError) -> bool:
    hold(bool(error.detail) and len(error.detail) < 2_000, "the refusal is long")
    error.detail.encode("utf-8", "strict")
    return False


def _of(*seeds: bytes) -> Callable[[Chance], bytes]:
    return lambda chance: bytes_mutated.mutated(chance.choice(seeds), chance, seeds)


TARGETS = (
    Target("decisions", _of(*CSV), _decisions),
    Target("verdicts-csv", _of(*CSV), _verdicts),
    Target("recorded-votes", _of(*CSV), _votes),
    Target("verdicts-xlsx", partial(archives_mutated.mutated, BOOK), _verdicts),
)
