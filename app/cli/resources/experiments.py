"""``cj-runner experiments``: matrices of runs: planned, started, watched, read. Fed by ``main``."""

import json
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import asking, terminal
from app.cli.asking import Asking
from app.cli.exits import Exit, of_run
from app.errors import InvalidInput

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient

commands = typer.Typer(no_args_is_help=True, help="Experiments: every combination of prompts, models and seeds.")
Json = dict[str, Any]
Id = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="As `experiments list` shows it.")]
Spec = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON, as POST /v1/experiments takes it.")]
Assets = Annotated[
    str | None,
    typer.Option("--assets", metavar="FOLDER|ZIP|ID", help="The essays, where the file does not name a package."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FINAL = frozenset({"completed", "completed_partial", "failed", "cancelled"})
LONG_POLL_S = 20


class Form(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


def _request(api: "RunnerClient", file: Path, assets: str | None) -> Json:
    """Return the request of a file, with a package; raises ``InvalidInput``."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{file} is no JSON that can be read: {error}") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{file} holds no JSON object")
    if assets is not None:
        from app.cli.run.pack import package_for

        found["assets"] = {"package_id": package_for(api, assets, None, 100).view.id}
    return found


def _body(found: Json) -> Any:
    """Return the request as the generated client takes it; raises ``InvalidInput`` for what has another shape."""
    from cj_runner_client.models import ExperimentRequest

    try:
        return ExperimentRequest.from_dict(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"the file is no experiment: it lacks, or has of another kind, {error}") from error


@commands.command(cls=Asking)
def plan(file: Spec, assets: Assets = None, as_json: AsJson = False) -> None:
    """Show what an experiment would do and cost; nothing is started."""
    from cj_runner_client.api.experiments import plan_experiment

    with asking.runner() as api:
        found = api.ask_json(plan_experiment.sync_detailed, body=_body(_request(api, file, assets)))
    if as_json:
        terminal.document(found)
        return
    terminal.facts({name.replace("_", " "): _said(value) for name, value in found["totals"].items()})
    for note in found["notes"]:
        terminal.note(f"note: {note}")


@commands.command(cls=Asking)
def create(
    file: Spec,
    assets: Assets = None,
    idempotency_key: Annotated[
        str | None, typer.Option("--idempotency-key", help="The same key again gives the same experiment.")
    ] = None,
) -> None:
    """Start an experiment; prints its id."""
    from cj_runner_client.api.experiments import start_experiment

    key = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
    with asking.runner() as api:
        found = api.ask_json(start_experiment.sync_detailed, body=_body(_request(api, file, assets)), **key)
    terminal.line(found["id"])
    terminal.note(f"{found['name']}: watch it with 'cj-runner experiments watch {found['id']}'")


@commands.command("list", cls=Asking)
def list_experiments(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List experiments, the newest first."""
    from cj_runner_client.api.experiments import list_experiments as operation

    with asking.runner() as api:
        found = api.ask_json(operation.sync_detailed, limit=limit)
    if as_json:
        terminal.document(found)
        return
    rows = [
        (item["id"], item["name"], item["status"], item["cells"]["completed"], f"{item['cost_usd']:.4f}")
        for item in found["items"]
    ]
    terminal.table(("Experiment", "Name", "Status", "Cells done", "USD"), rows)


@commands.command(cls=Asking)
def show(experiment: Id, as_json: AsJson = False) -> None:
    """Show an experiment: its state, money, and each cell."""
    found = _now(experiment)
    if as_json:
        terminal.document(found)
    else:
        _show(found)


def _now(experiment: str) -> Json:
    from cj_runner_client.api.experiments import get_experiment

    with asking.runner() as api:
        return api.ask_json(get_experiment.sync_detailed, experiment)


def _show(found: Json) -> None:
    why = ": ".join(str(text) for text in (found["status_reason"], found["status_detail"]) if text)
    terminal.strong(f"Experiment {found['id']} ({found['name']}): {found['status']}{f' ({why})' if why else ''}")
    terminal.facts({f"money, {name}": f"{value:.4f} USD" for name, value in found["money"].items()})
    names = sorted({name for cell in found["table"] for name in cell if not isinstance(cell[name], dict | list)})
    order = [name for name in ("number", "setting", "seed", "status", "run_id", "cost_usd") if name in names]
    rows = [[_said(cell[name]) for name in order] for cell in found["table"]]
    terminal.table([name.replace("_", " ").capitalize() for name in order], rows, "Cells")


def _said(value: object) -> object:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else value


@commands.command(cls=Asking)
def watch(experiment: Id) -> None:
    """Watch an experiment to its end; the exit code says how it ended."""
    found: Json = {}
    with asking.runner() as api:
        for found in _changes(api, experiment):
            counts = ", ".join(f"{count} {state}" for state, count in found["cells"].items() if count)
            terminal.note(f"{found['status']}: cells {counts}; {found['cost_usd']:.4f} USD")
    _show(found)
    raise typer.Exit(of_run(found["status"]) if found["status"] in FINAL else Exit.DONE)


def _changes(api: "RunnerClient", experiment: str) -> Iterator[Json]:
    """Yield an experiment each time that it changed, until it is final."""
    from cj_runner_client.api.experiments import get_experiment

    told: Json = {}
    while told.get("status") not in FINAL:
        found = api.ask_json(get_experiment.sync_detailed, experiment, wait=LONG_POLL_S if told else 0)
        if found.get("updated_at") == told.get("updated_at"):
            time.sleep(0.2)
            continue
        told = found
        yield told


@commands.command(cls=Asking)
def cancel(experiment: Id) -> None:
    """Cancel an experiment: no cell is started any more, running ones are cancelled."""
    from cj_runner_client.api.experiments import cancel_experiment

    with asking.runner() as api:
        found = api.ask_json(cancel_experiment.sync_detailed, experiment)
    terminal.line(f"{found['id']} is {found['status']}")


@commands.command(cls=Asking)
def resume(
    experiment: Id,
    max_cost_usd: Annotated[float | None, typer.Option("--max-cost-usd", help="A new cap of all money.")] = None,
) -> None:
    """Start the cells that failed or were never started once more."""
    from cj_runner_client.api.experiments import resume_experiment
    from cj_runner_client.models import ResumeRequest

    wanted = ResumeRequest.from_dict({} if max_cost_usd is None else {"max_cost_usd": max_cost_usd})
    with asking.runner() as api:
        found = api.ask_json(resume_experiment.sync_detailed, experiment, body=wanted)
    terminal.line(f"{found['id']} is {found['status']}")


@commands.command(cls=Asking)
def results(
    experiment: Id,
    form: Annotated[Form, typer.Option("--format", help="table is for reading.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Print what each setting brought, the best first by the experiment's criterion."""
    from urllib.parse import quote

    wanted = "csv" if form is Form.TABLE else form.value
    with asking.runner() as api:
        body = api.raw(f"/v1/experiments/{quote(experiment, safe='')}/results", format=wanted)
    if output is not None:
        terminal.write(output, body)
    elif form is Form.TABLE:
        _table(body.decode("utf-8-sig"))
    else:
        terminal.exact(body)


def _table(text: str) -> None:
    import csv
    import io

    rows = list(csv.reader(io.StringIO(text)))
    if rows:
        terminal.table(rows[0], rows[1:])


@commands.command(cls=Asking)
def delete(
    experiment: Id, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False
) -> None:
    """Delete an experiment; its runs stay."""
    from cj_runner_client.api.experiments import delete_experiment

    if not yes:
        typer.confirm(f"Delete experiment {terminal.clean(experiment)}?", abort=True, err=True)
    with asking.runner() as api:
        api.ask_bytes(delete_experiment.sync_detailed, experiment)
    terminal.line(f"{experiment} is deleted")
