"""``cj-runner replay``: any policy against a file of recorded judgements, without any service."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.cj.replay import Point

Decisions = Annotated[Path, typer.Argument(help="CSV with judge, winner, loser or judge, a, b, choice.")]

POLICIES = "How pairs are chosen: information, nearest, optimal_graph, random_balanced or anchors_only."


def replay_command(
    judgements: Decisions,
    policy: Annotated[str, typer.Option(help=POLICIES)] = "information",
    per_item: Annotated[int, typer.Option(min=1, help="Comparisons an essay at the end.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of pairs and of the verdicts drawn.")] = 0,
    anchors: Annotated[str, typer.Option(help="Ids of the anchors, with commas, for anchors_only.")] = "",
    both_orders: Annotated[bool, typer.Option("--both-orders", help="Ask each pair in both positions.")] = False,
    early_repeats: Annotated[
        bool, typer.Option("--early-repeats", help="Repeat pairs before all are used.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play a policy against recorded judgements: agreement with the fit of all, by comparisons an essay."""
    names = [name.strip() for name in anchors.split(",") if name.strip()]
    points = _replayed(judgements, policy, per_item, seed, names, both_orders, early_repeats)
    if as_json:
        _print_json(points, policy, seed)
    else:
        _print_table(points, policy)


def _replayed(
    judgements: Path,
    policy: str,
    per_item: int,
    seed: int,
    anchors: Sequence[str],
    both_orders: bool,
    early_repeats: bool,
) -> "list[Point]":
    from app.cj.design import Design, policy_named
    from app.cj.replay import replay
    from app.cli.numbers.decisions import read_decisions

    design = Design(policy_named(policy), both_orders=both_orders, early_repeats=early_repeats)
    return replay(read_decisions(judgements, {})[0], design, per_item, seed, anchors)


def _print_json(points: "Sequence[Point]", policy: str, seed: int) -> None:
    last = asdict(points[-1])
    ends = {name: last[name] for name in ("comparisons", "tau", "spearman")}
    terminal.document({"policy": policy, "seed": seed, "curve": [asdict(point) for point in points]} | ends)


def _print_table(points: "Sequence[Point]", policy: str) -> None:
    rows = [
        (f"{point.per_item:g}", point.comparisons, f"{point.tau:.3f}", f"{point.spearman:.3f}") for point in points
    ]
    headings = ("Per essay", "Comparisons", "Kendall's tau", "Spearman's rho")
    terminal.table(headings, rows, f"{policy} against all verdicts")
    last = points[-1]
    terminal.line(f"tau {last.tau:.3f}, spearman {last.spearman:.3f} after {last.comparisons} comparisons")
