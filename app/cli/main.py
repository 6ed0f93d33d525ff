"""``cj-runner``: the root of all commands; each imports what it needs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import api_keys, cj_commands, contracts, plan_budget, preflight, replay, show, verify
from app.cli.exits import or_exit
from app.cli.prompts import commands as prompt_commands

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the stack keeps its data.")]
STACK_DIR = Path("var/stack")
DEMO_DIR = Path("var/demo")


@app.callback()
def root() -> None:
    """Comparative judgement of essays, end to end."""


@app.command()
def up(data_dir: DataDir = STACK_DIR) -> None:
    """Start the whole system in the background and print where it answers."""
    from rich.console import Console

    from app.cli import stack
    from app.cli.welcome import print_welcome

    print_welcome(or_exit(lambda: stack.up(data_dir)), Console())


@app.command()
def down(data_dir: DataDir = STACK_DIR) -> None:
    """Stop the system that ``up`` started; its data stays."""
    from app.cli import stack

    show.echo("stopped" if or_exit(lambda: stack.down(data_dir)) else "nothing was running")


@app.command()
def demo(data_dir: DataDir = DEMO_DIR) -> None:
    """Start a fresh system, drive two runs through it, show their results, stop it."""
    from rich.console import Console

    from app.cli.demo import demo as run_demo

    raise typer.Exit(or_exit(lambda: run_demo(data_dir, Console())))


@app.command()
@app.command()
def problems(
    check: Annotated[bool, typer.Option("--check", help="Fail if the file is not fresh.")] = False,
    path: Annotated[Path, typer.Option("--path")] = Path("docs/problems.md"),
) -> None:
    """Write the page of all problems that answers may name, or check that the committed one is fresh."""
    from app.cli.problem_list import rendered

    if not check:
        path.write_text(rendered())
    elif not path.is_file() or path.read_text() != rendered():
        show.echo(f"{path} is not fresh: run 'cj-runner problems'", err=True)
        raise typer.Exit(1)


@app.command()
def fit(
    decisions: Annotated[Path, typer.Argument(help="CSV: winner, loser, or a, b, choice, or as exported.")],
    ridge: Annotated[float | None, typer.Option(help="Penalised fit with this ridge (the usual fit).")] = None,
    eps: Annotated[float | None, typer.Option(help="Bias-reduced fit, as other CJ software has it.")] = None,
    mle: Annotated[bool, typer.Option("--mle", help="Plain maximum likelihood.")] = False,
    judge_column: Annotated[str | None, typer.Option(help="Name of the column judge.")] = None,
    winner_column: Annotated[str | None, typer.Option(help="Name of the column winner.")] = None,
    loser_column: Annotated[str | None, typer.Option(help="Name of the column loser.")] = None,
    a_column: Annotated[str | None, typer.Option(help="Name of the column a, shown first.")] = None,
    b_column: Annotated[str | None, typer.Option(help="Name of the column b.")] = None,
    choice_column: Annotated[str | None, typer.Option(help="Name of the column choice.")] = None,
    order_effect: Annotated[
        bool, typer.Option("--order-effect", help="Scores and errors of the fit with an order effect.")
    ] = False,
    pairing: Annotated[str | None, typer.Option(help="How pairs were chosen: shown beside reliabilities.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of random halves and folds.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit a scale to a file of decisions, with everything that says how far to trust it."""
    from rich.console import Console

    from app.cli import fit as fitting
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
    summary = or_exit(lambda: fitting.fitted(decisions, wanted, how))
    show.echo_json(summary) if as_json else fitting.print_summary(summary, Console())


@app.command()
def agreement(
    first: Path,
    second: Path,
    limit: Annotated[int, typer.Option(help="How many disagreements to list.", min=0)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two judges, or two panels, on the same essays."""
    from dataclasses import asdict

    from rich.console import Console

    from app.cli import fit as fitting

    found = or_exit(lambda: fitting.compare(first, second, limit))
    if as_json:
        show.echo_json(asdict(found))
    else:
        fitting.print_agreement(found, Console())


cj_commands.add_to(app)
app.add_typer(prompt_commands, name="prompts")
app.command("openapi")(contracts.openapi)
app.command("asyncapi")(contracts.asyncapi)
app.command("settings")(contracts.settings)
app.command("report-schema")(contracts.report_schema)
app.command("preflight")(preflight.preflight_command)
app.add_typer(api_keys.commands, name="api-keys")
app.command("replay")(replay.replay_command)
app.command("plan-budget")(plan_budget.plan_budget_command)
app.command("verify")(verify.verify_command)

if __name__ == "__main__":
    app()
