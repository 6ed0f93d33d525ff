"""``cj-runner fit`` and ``agreement``: statistics of a file of decisions, without any service."""

import csv
from collections.abc import Mapping
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from app.cli.client_http import Json
from app.errors import InvalidInput
from app.scoring.data import Judgements, Record
from app.scoring.decisions import columns_of, records_of
from app.scoring.judges import AgreementOfTwo, agreement_of_two


def read_records(path: Path, wanted: Mapping[str, str]) -> list[Record]:
    """Read a CSV of decisions, comma or semicolon; raises ``InvalidInput`` or a scoring error with the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read ({type(error).__name__})") from error
    first, _, _ = text.partition("\n")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    header = list(reader.fieldnames or [])
    return records_of(list(reader), columns_of(header, wanted))


def read_judgements(path: Path, wanted: Mapping[str, str]) -> Judgements:
    """Return the judgements of a file."""
    return Judgements.from_records(read_records(path, wanted))


def compare(first: Path, second: Path, limit: int) -> AgreementOfTwo:
    """Return the agreement of two files over all items that either names."""
    records = [read_records(path, {}) for path in (first, second)]
    items = sorted({item for rows in records for row in rows for item in (row.first, row.second)})
    one, other = (Judgements.from_records(rows, items) for rows in records)
    return agreement_of_two(one, other, limit)


def print_json(document: object, console: Console) -> None:
    """Print a document as JSON, plain."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def print_summary(summary: Json, console: Console) -> None:
    """Print item table, judge table and the numbers beside them."""
    items = Table("Item", "n", "Wins", "Losses", "Theta", "SE", "Outfit", "Infit", title="Items, best first")
    for row in sorted(summary["items"], key=lambda row: -row["theta"]):
        cells = (f"{row['n']:g}", f"{row['wins']:g}", f"{row['losses']:g}")
        items.add_row(row["id"], *cells, *(_shown(row[key]) for key in ("theta", "se", "outfit", "infit")))
    console.print(items)
    if summary["judges"]:
        judges = Table("Judge", "n", "Infit", "Outfit", title="Judges")
        for row in summary["judges"]:
            judges.add_row(row["id"], f"{row['n']:g}", _shown(row["infit"]), _shown(row["outfit"]))
        console.print(judges)
    halves, effect, triads = summary["split_half"], summary["order_effect"], summary["cyclic_triads"]
    lines = {
        "Scale separation reliability (never alone: adaptive pairing inflates it)": _shown(summary["ssr"]),
        "Separation G": _shown(summary["separation"]),
        "Posterior-variance reliability": _shown(summary["posterior_reliability"]),
        "Split-half over judges (Spearman-Brown)": _shown(halves and halves["spearman_brown"]),
        "Order effect, first shown (SE)": "not estimable"
        if effect is None
        else f"{effect['estimate']:.3f} ({effect['se']:.3f})",
        "Judges foretell unseen pairs": str(summary["judge_is_informative"]),
        "Cyclic triads": f"{triads['count']} (share {_shown(triads['share'])})",
        "Deviance (degrees of freedom)": f"{summary['deviance']:.3f} ({summary['degrees_of_freedom']})",
    }
    for name, value in lines.items():
        console.print(f"{name}: {value}", highlight=False, soft_wrap=True)


def print_agreement(found: AgreementOfTwo, console: Console) -> None:
    """Print correlations and the items on which the two differ most."""
    share = found.same_winner
    if share is not None:
        console.print(f"Same winner: {share.share:.3f} of {share.count:g} pairs decided by both")
    console.print(f"Items compared by both: {found.items}")
    console.print(
        f"Pearson {found.pearson:.3f}, Spearman {found.spearman:.3f}, Kendall's tau-b {found.kendall_tau_b:.3f}"
    )
    table = Table("Item", "First", "Second", "Difference", "z", title="Largest disagreements, in logits")
    for row in found.largest:
        table.add_row(row.item, *(f"{value:.3f}" for value in (row.first, row.second, row.difference, row.z)))
    console.print(table)


def _shown(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.3f}"
