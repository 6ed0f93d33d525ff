"""A run watched to its end: its stream of events, which goes on where it broke; Ctrl-C asks what to do.

Fed by ``command`` and ``runs watch``; feeds the summary.
"""

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from app.cli import terminal
from app.cli.run.bar import meter
from app.errors import AppError

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.models import RunView

GRACE_S = 120.0
"""The service ends a run that is out of time by itself; this much later we stop waiting for it to say so."""
QUESTION = "The run goes on at the service. (k)eep it running and leave, (c)ancel it, or (w)atch on?"


@dataclass(frozen=True)
class Watched:
    """How watching ended: the run as it is then; whether the user left, or the time was over, before its end."""

    run: "RunView"
    left: bool = False
    out_of_time: bool = False


def watch(api: "RunnerClient", run_id: str, timeout_s: float | None = None) -> Watched:
    """Follow a run until it is final, the user leaves, or ``timeout_s`` and some grace are over."""
    end = None if timeout_s is None else time.monotonic() + timeout_s + GRACE_S
    after = 0
    while True:
        seen = [after]
        try:
            finished = _follow(api, run_id, seen, end)
            return Watched(_now(api, run_id), out_of_time=not finished)
        except KeyboardInterrupt:
            after = seen[0]
            if not _goes_on(api, run_id):
                return Watched(_now(api, run_id), left=True)


def _follow(api: "RunnerClient", run_id: str, seen: list[int], end: float | None) -> bool:
    """Show what happens; return whether the run ended in time. ``seen`` holds the number of the last event."""
    from cj_runner_client.models import EventView, Progress

    with meter(is_live=sys.stderr.isatty()) as shown:
        for told in api.follow(run_id, after=seen[0]):
            if isinstance(told, Progress):
                shown.show(told)
            elif isinstance(told, EventView):
                seen[0] = told.number
            if end is not None and time.monotonic() > end:
                return False
    return True


def _now(api: "RunnerClient", run_id: str) -> "RunView":
    from cj_runner_client.api.runs import get_run
    from cj_runner_client.models import RunView

    return api.ask(get_run.sync_detailed, RunView, run_id)


def _goes_on(api: "RunnerClient", run_id: str) -> bool:
    """Ask what Ctrl-C meant, where somebody can be asked; return whether watching goes on."""
    if not sys.stdin.isatty():
        return False
    try:
        answer = typer.prompt(f"\n{QUESTION}", default="k", err=True).strip().lower()[:1]
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(err=True)
        return False
    if answer == "c":
        _cancel(api, run_id)
        return True
    return bool(answer == "w")


def _cancel(api: "RunnerClient", run_id: str) -> None:
    from cj_runner_client.api.runs import cancel_run
    from cj_runner_client.models import RunView

    try:
        api.ask(cancel_run.sync_detailed, RunView, run_id)
        terminal.note("cancelling: what was paid for is kept")
    except AppError as error:
        terminal.note(f"it could not be cancelled: {error.detail}")
