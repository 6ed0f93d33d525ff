"""``cj-runner plan-budget``: how many comparisons a batch needs, by simulation, without any service."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.cj.budget import Question, Row

POLICIES = "How pairs are chosen: information, nearest, optimal_graph, random_balanced or anchors_only."


@dataclass(frozen=True)
class Target:
    """What is wanted: tau or reliability against the truth, at least; ``price`` of a comparison in USD."""

    tau: float | None
    reliability: float | None
    price: float | None

    def met_by(self, row: "Row") -> bool:
        """Return whether a budget is enough."""
        return row.tau >= (self.tau or 0.0) and row.reliability >= (self.reliability or 0.0)

    def in_words(self) -> str:
        """Return the target as a phrase."""
        wanted = {"tau": self.tau, "reliability": self.reliability}
        return " and ".join(f"{name} {value:.2f}" for name, value in wanted.items() if value is not None)


def plan_budget_command(
    essays: Annotated[int, typer.Option(min=2, help="Essays to be judged.")],
    anchors: Annotated[int, typer.Option(min=0, help="Anchors beside them.")] = 0,
    policy: Annotated[str, typer.Option(help=POLICIES)] = "information",
    both_orders: Annotated[bool, typer.Option("--both-orders", help="Ask each pair in both positions.")] = False,
    per_essay: Annotated[int, typer.Option(min=1, help="Most comparisons an essay to try.")] = 20,
    spread: Annotated[float, typer.Option(help="Standard deviation of true scores, logits.")] = 2.0,
    noise: Annotated[
        float, typer.Option(help="Width of the judge's noise; 1 is the logistic of the model.")
    ] = 1.0,
    order_effect: Annotated[float, typer.Option(help="Advantage of the essay shown first, logits.")] = 0.0,
    target_tau: Annotated[float | None, typer.Option(min=0, max=1, help="Wanted tau with the truth.")] = None,
    target_reliability: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Wanted squared correlation with the truth; 0.9 if no target."),
    ] = None,
    usd: Annotated[
        float | None, typer.Option("--usd-per-comparison", min=0, help="Price of a comparison.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Number of simulations.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many comparisons a batch needs: precision, agreement and grades by comparisons an essay."""
    if target_tau is None and target_reliability is None:
        target_reliability = 0.9
    target = Target(target_tau, target_reliability, usd)
    question, rows = _simulated(
        policy,
        both_orders,
        essays=essays,
        anchors=anchors,
        per_essay=per_essay,
        spread=spread,
        noise=noise,
        order_effect=order_effect,
        runs=seeds,
        seed=seed,
    )
    (_print_json if as_json else _print_table)(rows, question, target)


def _simulated(policy: str, both_orders: bool, **asked: Any) -> "tuple[Question, list[Row]]":
    from app.cj.budget import Question, simulate_budgets
    from app.cj.design import Design, policy_named

    question = Question(design=Design(policy_named(policy), both_orders=both_orders), **asked)
    return question, simulate_budgets(question)


def _print_json(rows: "Sequence[Row]", question: "Question", target: Target) -> None:
    enough = _enough(rows, target)
    document = {
        "essays": question.essays,
        "anchors": question.anchors,
        "policy": question.design.policy,
        "rows": [asdict(row) for row in rows],
        "recommended": None if enough is None else asdict(enough) | {"usd": _cost(enough, target)},
        "sentence": _sentence(rows, target, question),
    }
    terminal.document(document)


def _enough(rows: "Sequence[Row]", target: Target) -> "Row | None":
    return next((row for row in rows if target.met_by(row)), None)


def _sentence(rows: "Sequence[Row]", target: Target, question: "Question") -> str:
    wanted, enough = target.in_words(), _enough(rows, target)
    row = rows[-1] if enough is None else enough
    price = _cost(row, target)
    money = "" if price is None else f", about {price:.2f} USD"
    found = f"(tau {row.tau:.2f}, reliability {row.reliability:.2f}, mean SE {row.mean_se:.2f})"
    if enough is None:
        return (
            f"No budget up to {row.per_essay} comparisons per essay ({row.comparisons} in all{money}) reaches "
            f"{wanted} {found}; try a larger --per-essay, or a more consistent judge."
        )
    return (
        f"Plan {row.per_essay} comparisons per essay, {row.comparisons} in all{money}: with policy "
        f"{question.design.policy} that reaches {wanted} {found}."
    )


def _cost(row: "Row", target: Target) -> float | None:
    return None if target.price is None else row.comparisons * target.price


def _print_table(rows: "Sequence[Row]", question: "Question", target: Target) -> None:
    title = (
        f"{question.essays} essays, {question.anchors} anchors, spread {question.spread:g}, {question.runs} runs"
    )
    found = []
    for row in rows:
        right = "-" if row.grade_accuracy is None else f"{row.grade_accuracy:.0%}"
        numbers = (f"{row.mean_se:.2f}", f"{row.tau:.3f}", f"{row.reliability:.3f}", right)
        found.append((row.per_essay, row.comparisons, *numbers))
    terminal.table(("Per essay", "Comparisons", "Mean SE", "Tau", "Reliability", "Right grade"), found, title)
    terminal.line(_sentence(rows, target, question))
