"""``cj-runner``: the root of all commands; each imports what it needs when it is called."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from app import __version__
from app.cli.asking import STACK, Asking, Command
from app.cli.engine import commands as engine
from app.cli.numbers import agreement, fit, plan_budget, replay
from app.cli.operate import api_keys, contracts, preflight, problems, serve, verify, verify_auth
from app.cli.resources import comparing, dead_letters, experiments, packages, prompts, webhooks
from app.cli.root import Root
from app.cli.run import command as run
from app.cli.runs import commands as runs

STYLE: Literal["rich"] | None = "rich" if sys.stdout.isatty() else None
RUNS, TOOLS, OPERATE, BUILD = "Runs and what belongs to them", "Without any service", "Operate", "Build"
DEMO_DIR = Path("var/demo")
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the stack keeps its data.")]
app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=STYLE,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cj-runner {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version.")
    ] = False,
) -> None:
    """Comparative judgement of essays, end to end.

    Start with: cj-runner up, then cj-runner run --assets FOLDER --mode anchor-align-test --await-completion
    """
    del version


@app.command(cls=Command, rich_help_panel=OPERATE)
def up(data_dir: DataDir = STACK) -> None:
    """Start the whole system in the background and print where it answers."""
    from app.cli import stack
    from app.cli.operate.welcome import print_welcome

    print_welcome(stack.up(data_dir))


@app.command(cls=Command, rich_help_panel=OPERATE)
def down(data_dir: DataDir = STACK) -> None:
    """Stop the system that ``up`` started; its data stays."""
    from app.cli import stack

    typer.echo("stopped" if stack.down(data_dir) else "nothing was running")


@app.command(cls=Command, rich_help_panel=OPERATE)
def demo(data_dir: DataDir = DEMO_DIR) -> None:
    """Start a fresh system, drive two runs through it, show their results, stop it."""
    from app.cli.operate.demo import demo as run_demo

    raise typer.Exit(run_demo(data_dir))


app.command("run", cls=Asking, rich_help_panel=RUNS)(run.run_command)
app.add_typer(runs.commands, name="runs", rich_help_panel=RUNS)
app.add_typer(packages.commands, name="packages", rich_help_panel=RUNS)
app.add_typer(prompts.commands, name="prompts", rich_help_panel=RUNS)
engine.add_to(app, RUNS)
app.command("compare", cls=Asking, rich_help_panel=RUNS)(comparing.compare)
app.add_typer(experiments.commands, name="experiments", rich_help_panel=RUNS)
app.add_typer(webhooks.commands, name="webhooks", rich_help_panel=RUNS)
app.command("fit", cls=Command, rich_help_panel=TOOLS)(fit.fit)
app.command("agreement", cls=Command, rich_help_panel=TOOLS)(agreement.agreement)
app.command("replay", cls=Command, rich_help_panel=TOOLS)(replay.replay_command)
app.command("plan-budget", cls=Command, rich_help_panel=TOOLS)(plan_budget.plan_budget_command)
app.command("verify", cls=Command, rich_help_panel=TOOLS)(verify.verify_command)
app.command("preflight", cls=Asking, rich_help_panel=OPERATE)(preflight.preflight_command)
app.command("verify-auth", cls=Asking, rich_help_panel=OPERATE)(verify_auth.verify_auth)
app.add_typer(dead_letters.commands, name="dead-letters", rich_help_panel=OPERATE)
app.add_typer(api_keys.commands, name="api-keys", rich_help_panel=OPERATE)
app.command("serve", cls=Command, rich_help_panel=OPERATE)(serve.serve)
app.command("openapi", cls=Command, rich_help_panel=BUILD)(contracts.openapi)
app.command("asyncapi", cls=Command, rich_help_panel=BUILD)(contracts.asyncapi)
app.command("settings", cls=Command, rich_help_panel=BUILD)(contracts.settings)
app.command("metrics", cls=Command, rich_help_panel=BUILD)(contracts.metrics)
app.command("report-schema", cls=Command, rich_help_panel=BUILD)(contracts.report_schema)
app.command("problems", cls=Command, rich_help_panel=BUILD)(problems.problems)

if __name__ == "__main__":
    app()
