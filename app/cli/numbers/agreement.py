"""``cj-runner agreement``: two judges, or two panels, compared on the same essays. Fed by ``main``."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import terminal
from app.cli.numbers.fit import shown

if TYPE_CHECKING:
    from app.scoring.judges import AgreementOfTwo


def agreement(
    first: Annotated[Path, typer.Argument(help="CSV with judge, winner, loser or judge, a, b, choice.")],
    second: Annotated[Path, typer.Argument(help="Another one on the same essays.")],
    limit: Annotated[int, typer.Option(help="How many disagreements to list.", min=0)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two judges, or two panels, on the same essays."""
    from app.cli.numbers import decisions as files

    found = files.compare(first, second, limit)
    if as_json:
        terminal.document(asdict(found))
    else:
        _print(found)


def _print(found: "AgreementOfTwo") -> None:
    """Print agreement on pairs, correlations, and the pairs and items on which the two differ most."""
    facts: dict[str, object] = {"Pairs judged by both": found.pairs}
    if found.same_winner is not None:
        same = found.same_winner
        facts["Same winner"] = f"{same.share:.3f} of {same.count:g} pairs decided by both"
    facts |= {
        "Quadratic weighted kappa of the verdicts on pairs": shown(found.kappa),
        "Items compared by both": found.items,
        "Pearson": f"{found.pearson:.3f}",
        "Spearman": f"{found.spearman:.3f}",
        "Kendall's tau-a": f"{found.kendall_tau_a:.3f}",
        "Kendall's tau-b": f"{found.kendall_tau_b:.3f}",
    }
    terminal.facts(facts)
    items = [
        (row.item, *(f"{value:.3f}" for value in (row.first, row.second, row.difference, row.z)))
        for row in found.largest
    ]
    headings = ("Item", "First", "Second", "Difference", "z")
    terminal.table(headings, items, "Items of largest disagreement, in logits")
    if found.largest_pairs:
        pairs = [
            (pair.item, pair.against, f"{pair.first:.3f}", f"{pair.second:.3f}") for pair in found.largest_pairs
        ]
        terminal.table(("Item", "Against", "First", "Second"), pairs, "Pairs of largest disagreement, share won")
