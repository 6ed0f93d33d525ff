"""Files of decisions, read and fitted: what ``fit``, ``agreement`` and ``replay`` are made of."""

from collections.abc import Mapping
from pathlib import Path

from app.cli.client_http import Json
from app.errors import InvalidInput
from app.scoring.data import Judgements, Record
from app.scoring.decisions import Columns, columns_of, records_of, table_of
from app.scoring.errors import InvalidJudgements, NotConnected, NotEstimable
from app.scoring.judges import AgreementOfTwo, agreement_of_two
from app.scoring.summary import How, summarise


def read_decisions(path: Path, wanted: Mapping[str, str]) -> tuple[list[Record], Columns]:
    """Read a CSV of decisions, with comma, semicolon or tab.

    Raises ``InvalidInput`` for a file that is no such text, a scoring error naming the line for one that makes
    no sense.
    """
    text = _text(path)
    try:
        header, rows = table_of(text)
        columns = columns_of(header, wanted)
        return records_of(rows, columns), columns
    except InvalidJudgements as error:
        raise InvalidJudgements(f"{path}: {error.detail}") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or type(error).__name__}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{path}, line {line}: this is not UTF-8 text; save the file as CSV UTF-8") from error


def read_judgements(path: Path, wanted: Mapping[str, str]) -> Judgements:
    """Return the judgements of a file."""
    records, columns = read_decisions(path, wanted)
    return Judgements.from_records(records, order_known=columns.order_known)


def fitted(path: Path, wanted: Mapping[str, str], how: How) -> Json:
    """Return the summary of a file; a refusal for want of connection names the way out."""
    try:
        return summarise(read_judgements(path, wanted), how)
    except NotConnected as error:
        raise NotEstimable(f"{error.detail}; --ridge fits them all the same") from error


def compare(first: Path, second: Path, limit: int) -> AgreementOfTwo:
    """Return the agreement of two files over all items that either names."""
    records = [read_decisions(path, {})[0] for path in (first, second)]
    items = sorted({item for rows in records for row in rows for item in (row.first, row.second)})
    one, other = (Judgements.from_records(rows, items) for rows in records)
    return agreement_of_two(one, other, limit)
