"""``cj-runner fit`` and ``agreement``: statistics of a file of decisions, without any service."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.cli import show
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


def print_summary(summary: Json, console: Console) -> None:
    """Print item table, judge table and the numbers beside them."""
    items = Table("Item", "n", "Wins", "Losses", "Theta", "SE", "Outfit", "Infit", title="Items, best first")
    for row in sorted(summary["items"], key=lambda row: -row["theta"]):
        cells = (f"{row['n']:g}", f"{row['wins']:g}", f"{row['losses']:g}")
        show.row(items, row["id"], *cells, *(_shown(row[key]) for key in ("theta", "se", "outfit", "infit")))
    console.print(items)
    if summary["judges"]:
        judges = Table("Judge", "n", "Infit", "Outfit", title="Judges")
        for row in summary["judges"]:
            show.row(judges, row["id"], f"{row['n']:g}", _shown(row["infit"]), _shown(row["outfit"]))
        console.print(judges)
    for name, value in (_reliability_lines(summary) | _other_lines(summary)).items():
        show.say(console, f"{name}: {value}")


def _reliability_lines(summary: Json) -> dict[str, str]:
    """Return reliabilities, all together: none of them says enough alone."""
    halves, swaps = summary["split_half"], summary["swap_consistency"]
    return {
        "Pairs were chosen": summary["pairing"] or "in a way that is not stated (see --pairing)",
        "Scale separation reliability (never alone: adaptive pairing inflates it)": _shown(summary["ssr"]),
        "Separation G": _shown(summary["separation"]),
        "Posterior-variance reliability": _shown(summary["posterior_reliability"]),
        "Split-half over judges (Spearman-Brown)": _shown(halves and halves["spearman_brown"]),
        "Same winner in both orders": _unknown(summary, "no pair was decided in both")
        if swaps is None
        else f"{swaps['share']:.3f} of {swaps['count']:g} pairs",
        "Judges foretell unseen pairs": {None: "not estimable", True: "yes", False: "not shown"}[
            summary["judge_is_informative"]
        ],
    }


def _unknown(summary: Json, otherwise: str) -> str:
    return otherwise if summary["order_known"] else "the file does not tell which was shown first"


def _other_lines(summary: Json) -> dict[str, str]:
    effect, triads = summary["order_effect"], summary["cyclic_triads"]
    return {
        "Order effect, first shown (SE)": _unknown(summary, "not estimable")
        if effect is None
        else f"{effect['estimate']:.3f} ({effect['se']:.3f})",
        "Cyclic triads": f"{triads['count']} (share {_shown(triads['share'])})",
        "Deviance (degrees of freedom)": f"{summary['deviance']:.3f} ({summary['degrees_of_freedom']})",
        "Log-likelihood": f"{summary['log_likelihood']:.3f}",
    }


def print_agreement(found: AgreementOfTwo, console: Console) -> None:
    """Print agreement on pairs, correlations, and the pairs and items on which the two differ most."""
    show.say(console, f"Pairs judged by both: {found.pairs}")
    if found.same_winner is not None:
        same = found.same_winner
        show.say(console, f"Same winner: {same.share:.3f} of {same.count:g} pairs decided by both")
    show.say(console, f"Quadratic weighted kappa of the verdicts on pairs: {_shown(found.kappa)}")
    show.say(console, f"Items compared by both: {found.items}")
    show.say(
        console,
        f"Pearson {found.pearson:.3f}, Spearman {found.spearman:.3f}, "
        f"Kendall's tau-a {found.kendall_tau_a:.3f}, tau-b {found.kendall_tau_b:.3f}",
    )
    items = Table("Item", "First", "Second", "Difference", "z", title="Items of largest disagreement, in logits")
    for row in found.largest:
        numbers = (row.first, row.second, row.difference, row.z)
        show.row(items, row.item, *(f"{value:.3f}" for value in numbers))
    console.print(items)
    if found.largest_pairs:
        pairs = Table("Item", "Against", "First", "Second", title="Pairs of largest disagreement, share won")
        for pair in found.largest_pairs:
            show.row(pairs, pair.item, pair.against, f"{pair.first:.3f}", f"{pair.second:.3f}")
        console.print(pairs)


def _shown(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.3f}"
