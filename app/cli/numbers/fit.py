"""``cj-runner fit``: a scale from a file of decisions, with everything that says how far to trust it.

Fed by ``main``; the reading of files is in ``decisions``.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import terminal

Json = dict[str, Any]


def fit(
    decisions: Annotated[Path, typer.Argument(help="CSV: winner, loser, or a, b, choice, or as exported.")],
    ridge: Annotated[float | None, typer.Option(help="Penalised fit with this ridge (the usual fit).")] = None,
    eps: Annotated[float | None, typer.Option(help="Bias-reduced fit, as other CJ software has it.")] = None,
    mle: Annotated[bool, typer.Option("--mle", help="Plain maximum likelihood.")] = False,
    judge_column: Annotated[str | None, typer.Option(help="The column judge, where it has another name.")] = None,
    winner_column: Annotated[
        str | None, typer.Option(help="The column winner, where it has another name.")
    ] = None,
    loser_column: Annotated[str | None, typer.Option(help="The column loser, where it has another name.")] = None,
    a_column: Annotated[
        str | None, typer.Option(help="The column a, shown first, where it has another name.")
    ] = None,
    b_column: Annotated[str | None, typer.Option(help="The column b, where it has another name.")] = None,
    choice_column: Annotated[
        str | None, typer.Option(help="The column choice, where it has another name.")
    ] = None,
    order_effect: Annotated[
        bool, typer.Option("--order-effect", help="Scores and errors of the fit with an order effect.")
    ] = False,
    pairing: Annotated[str | None, typer.Option(help="How pairs were chosen: shown beside reliabilities.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of random halves and folds.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit a scale to a file of decisions, with everything that says how far to trust it."""
    from app.cli.numbers import decisions as files
    from app.scoring.summary import How, Method

    if sum((ridge is not None, eps is not None, mle)) > 1:
        raise typer.BadParameter("choose one of --ridge, --eps and --mle")
    method: Method = "mle" if mle else "eps" if eps is not None else "ridge"
    if order_effect and method == "eps":
        raise typer.BadParameter("--order-effect goes with --ridge or --mle, not with --eps")
    columns = {
        "judge": judge_column,
        "winner": winner_column,
        "loser": loser_column,
        "a": a_column,
        "b": b_column,
        "choice": choice_column,
    }
    wanted = {role: name for role, name in columns.items() if name is not None}
    how = How(method, ridge if eps is None else eps, with_order=order_effect, seed=seed, pairing=pairing)
    summary = files.fitted(decisions, wanted, how)
    if as_json:
        terminal.document(summary)
    else:
        _print(summary)


def _print(summary: Json) -> None:
    """Print item table, judge table and the numbers beside them."""
    rows = []
    for row in sorted(summary["items"], key=lambda row: -row["theta"]):
        counts = (f"{row['n']:g}", f"{row['wins']:g}", f"{row['losses']:g}")
        rows.append((row["id"], *counts, *(shown(row[key]) for key in ("theta", "se", "outfit", "infit"))))
    headings = ("Item", "n", "Wins", "Losses", "Theta", "SE", "Outfit", "Infit")
    terminal.table(headings, rows, "Items, best first")
    if summary["judges"]:
        of_judges = [
            (row["id"], f"{row['n']:g}", shown(row["infit"]), shown(row["outfit"])) for row in summary["judges"]
        ]
        terminal.table(("Judge", "n", "Infit", "Outfit"), of_judges, "Judges")
    terminal.facts(_reliability_lines(summary) | _other_lines(summary))


def _reliability_lines(summary: Json) -> dict[str, str]:
    """Return reliabilities, all together: none of them says enough alone."""
    halves, swaps = summary["split_half"], summary["swap_consistency"]
    return {
        "Pairs were chosen": summary["pairing"] or "in a way that is not stated (see --pairing)",
        "Scale separation reliability (never alone: adaptive pairing inflates it)": shown(summary["ssr"]),
        "Separation G": shown(summary["separation"]),
        "Posterior-variance reliability": shown(summary["posterior_reliability"]),
        "Split-half over judges (Spearman-Brown)": shown(halves and halves["spearman_brown"]),
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
        "Cyclic triads": f"{triads['count']} (share {shown(triads['share'])})",
        "Deviance (degrees of freedom)": f"{summary['deviance']:.3f} ({summary['degrees_of_freedom']})",
        "Log-likelihood": f"{summary['log_likelihood']:.3f}",
    }


def shown(value: float | None) -> str:
    """Return a number with three decimals, or that it cannot be known."""
    return "not estimable" if value is None else f"{value:.3f}"
