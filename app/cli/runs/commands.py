"""``cj-runner runs``: list, show, watch, cancel, retry, and everything that a run leaves behind.

Fed by ``main``; each command asks the runner's API once or follows it.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import asking, terminal
from app.cli.asking import Asking
from app.cli.exits import Exit, of_run
from app.cli.run.flags import Mode

if TYPE_CHECKING:
    from cj_runner_client.models import RunView

commands = typer.Typer(no_args_is_help=True, help="Runs: what is there, what it is doing, what became of it.")
RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `runs list` shows it.")]
Revision = Annotated[int | None, typer.Option("--revision", min=1, help="Default: the latest.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
File = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


class State(StrEnum):
    """Where a run stands."""

    ACCEPTED = "accepted"
    PREPARING = "preparing"
    PUBLISHED = "published"
    RUNNING = "running"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    COMPLETED_PARTIAL = "completed_partial"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


@commands.command("list", cls=Asking)
def list_runs(
    status: Annotated[list[State] | None, typer.Option("--status", help="Several: any of them.")] = None,
    mode: Annotated[list[Mode] | None, typer.Option("--mode", help="Several: any of them.")] = None,
    batch_id: Annotated[
        str | None, typer.Option("--batch-id", "--batch-label", help="Exactly this label.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="Several: all of them.")] = None,
    after: Annotated[
        datetime | None, typer.Option("--created-after", metavar="DATE", help="UTC, such as 2026-01-31.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    from datetime import UTC

    from cj_runner_client.api.runs import list_runs as operation
    from cj_runner_client.models import RunList

    wanted: dict[str, Any] = {"status": status, "mode": mode, "label": label, "batch_label": batch_id}
    wanted["created_after"] = None if after is None else after.replace(tzinfo=UTC)
    said = {name: value for name, value in wanted.items() if value}
    with asking.runner() as api:
        found = api.ask(operation.sync_detailed, RunList, limit=limit, **said)
    if as_json:
        terminal.document(found.to_dict())
        return
    headings = ("Run", "Mode", "Label", "Status", "Comparisons", "USD", "Created (UTC)")
    terminal.table(headings, [_row(run) for run in found.items])
    if not found.items:
        terminal.note("no such runs; start one with 'cj-runner run'")
    elif found.next_cursor:
        terminal.note(f"there are more than {limit}: see --limit and the filters")


def _row(run: "RunView") -> tuple[object, ...]:
    counts = run.progress.comparisons
    done = counts.received if counts.total is None else f"{counts.received}/{counts.total}"
    cost, created = f"{run.progress.cost_usd:.4f}", f"{run.created_at:%Y-%m-%d %H:%M}"
    return (run.id, run.mode, run.batch_label, run.status, done, cost, created)


def _run(run_id: str) -> "RunView":
    from cj_runner_client.api.runs import get_run
    from cj_runner_client.models import RunView

    with asking.runner() as api:
        return api.ask(get_run.sync_detailed, RunView, run_id)


@commands.command(cls=Asking)
def show(run_id: RunId, as_json: AsJson = False) -> None:
    """Show one run: its state and why, how far it is, what it used, and queries to look further with."""
    from app.cli.run import summary

    if as_json:
        terminal.document(_run(run_id).to_dict())
        return
    with asking.runner() as api:
        run = _run(run_id)
        found = summary.fetched(api, run)
    summary.show(found)
    terminal.facts(_moments(run))
    if run.artefact_revision:
        summary.show_queries(found)


def _moments(run: "RunView") -> dict[str, object]:
    facts: dict[str, object] = {"batch": run.batch_uuid, "created": _when(run.created_at)}
    for name in ("published_at", "deadline_at", "finished_at", "cancel_requested_at"):
        if getattr(run, name):
            facts[name.removesuffix("_at").replace("_", " ")] = _when(getattr(run, name))
    if run.retry_of:
        facts["repeats"] = f"{run.retry_of} (attempt {run.attempt})"
    return facts


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@commands.command(cls=Asking)
def watch(
    run_id: RunId,
    timeout: Annotated[float | None, typer.Option(min=0, metavar="SECONDS", help="Give up after so long.")] = None,
) -> None:
    """Watch a run to its end, then print a summary; the exit code says how it ended."""
    from app.cli.run import summary
    from app.cli.run.follow import watch as watched_to_its_end

    with asking.runner() as api:
        watched = watched_to_its_end(api, run_id, timeout)
        if watched.left:
            terminal.note(f"the run goes on; come back to it: cj-runner runs watch {run_id}")
            raise typer.Exit(Exit.INTERRUPTED)
        summary.show(summary.fetched(api, watched.run))
    raise typer.Exit(Exit.TIMED_OUT if watched.out_of_time else of_run(str(watched.run.status)))


@commands.command(cls=Asking)
def cancel(run_id: RunId) -> None:
    """Cancel a run: nothing more is asked, what was paid for is kept. Twice is the same as once."""
    from cj_runner_client.api.runs import cancel_run
    from cj_runner_client.models import RunView

    with asking.runner() as api:
        run = api.ask(cancel_run.sync_detailed, RunView, run_id)
    terminal.line(f"{run.id} is {run.status}")


@commands.command(cls=Asking)
def retry(
    run_id: RunId,
    idempotency_key: Annotated[
        str | None, typer.Option("--idempotency-key", help="The same key again gives the same run.")
    ] = None,
) -> None:
    """Start a run once more with the same essays and the same request; prints the new run's id."""
    from cj_runner_client.api.runs import retry_run
    from cj_runner_client.models import RunView

    key = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
    with asking.runner() as api:
        run = api.ask(retry_run.sync_detailed, RunView, run_id, **key)
    terminal.line(run.id)
    terminal.note(f"attempt {run.attempt} of {run_id} is accepted")


@commands.command(cls=Asking)
def events(
    run_id: RunId,
    after: Annotated[int, typer.Option(min=0, help="Only those with a higher number.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what happened to a run; with --follow as it happens."""
    from cj_runner_client.api.runs import list_run_events
    from cj_runner_client.models import EventList

    with asking.runner() as api:
        if follow:
            for event in api.events(run_id, after=after):
                _tell(event, as_json=as_json)
            return
        for event in api.ask(list_run_events.sync_detailed, EventList, run_id, after=after).items:
            _tell(event, as_json=as_json)


def _tell(event: Any, *, as_json: bool) -> None:
    import json

    data = json.dumps(event.data.to_dict(), ensure_ascii=True)
    if as_json:
        terminal.line(json.dumps(event.to_dict(), ensure_ascii=True))
    else:
        terminal.row((event.number, _when(event.at), event.type_, data))


@commands.command(cls=Asking)
def artefact(run_id: RunId, revision: Revision = None, output: File = None) -> None:
    """Print the artefact of a run (JSON), byte for byte."""
    from cj_runner_client.api.files import get_run_artefact

    _file(get_run_artefact, run_id, revision, output)


@commands.command(cls=Asking)
def report(run_id: RunId, revision: Revision = None, output: File = None) -> None:
    """Print the report of a run (markdown)."""
    from cj_runner_client.api.files import get_run_report

    _file(get_run_report, run_id, revision, output)


def _file(operation: Any, run_id: str, revision: int | None, output: Path | None) -> None:
    wanted = {} if revision is None else {"revision": revision}
    with asking.runner() as api:
        body = api.ask_bytes(operation.sync_detailed, run_id, **wanted)
    if output is None:
        terminal.exact(body)
    else:
        terminal.write(output, body)


@commands.command(cls=Asking)
def bundle(
    run_id: RunId,
    output: File = None,
    output_dir: Annotated[
        Path | None,
        typer.Option("--output-dir", file_okay=False, help="Unpack it there, as 'cj-runner run' does."),
    ] = None,
) -> None:
    """Fetch all files of a run as one zip (RUN.zip here, or --output), or unpacked into a folder."""
    from app.cli.run.keep import keep

    if output is not None and output_dir is not None:
        raise typer.BadParameter("give --output or --output-dir, not both")
    with asking.runner() as api:
        if output_dir is not None:
            place, names = keep(api, run_id, output_dir)
            terminal.note(f"{len(names)} files are in {place}")
            return
        target = output or Path(f"{_run(run_id).id}.zip")
        with terminal.writing(target) as file:
            api.save(f"/v1/runs/{run_id}/bundle.zip", file)
    terminal.note(f"written to {target}")


@commands.command(cls=Asking)
def verify(run_id: RunId, as_json: AsJson = False) -> None:
    """Have the service check the files of a run again; ends with 1 if something does not hold."""
    from cj_runner_client.api.files import verify_run

    with asking.runner() as api:
        found = api.ask_json(verify_run.sync_detailed, run_id)
    if as_json:
        terminal.document(found)
    else:
        for check in found["checks"]:
            if not check["ok"]:
                terminal.line(
                    f"{check['check']}: {check['path']}: expected {check['expected']}, found {check['found']}"
                )
        outcome = "everything holds" if found["ok"] else "does NOT hold"
        terminal.line(f"{len(found['checks'])} checks, {found['failed']} failed: {outcome}")
    raise typer.Exit(Exit.DONE if found["ok"] else Exit.NO)


@commands.command(cls=Asking)
def delete(run_id: RunId, yes: Yes = False) -> None:
    """Delete a run with all its files, for good."""
    from cj_runner_client.api.runs import delete_run

    if not yes:
        typer.confirm(f"Delete run {terminal.clean(run_id)} with all its files, for good?", abort=True, err=True)
    with asking.runner() as api:
        api.ask_bytes(delete_run.sync_detailed, run_id)
    terminal.line(f"{run_id} is deleted")


@commands.command(cls=Asking)
def recollect(run_id: RunId) -> None:
    """Have the service ask cj for what a run is missing."""
    from cj_runner_client.api.runs import recollect_run
    from cj_runner_client.models import RunView

    with asking.runner() as api:
        run = api.ask(recollect_run.sync_detailed, RunView, run_id)
    terminal.line(f"{run.id} is {run.status}; what comes in makes a new revision of its artefact")
