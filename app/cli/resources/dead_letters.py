"""``cj-runner dead-letters``: messages that a service could not take in: looked at, sent again once, or discarded.

Those of the runner over its API (scope admin); those of cj and the gateway, which have no such routes, straight in
their tables.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from app.cli import asking, terminal
from app.cli.asking import STACK, Asking

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from app.messaging.resolve import Letter
    from app.messaging.tables import MessagingTables

commands = typer.Typer(no_args_is_help=True, help="Messages that a service could not take in; for operators.")
Result = TypeVar("Result")
Json = dict[str, Any]
MOST = 200


class Service(StrEnum):
    """Whose messages."""

    RUNNER = "runner"
    CJ = "cj"
    GATEWAY = "gateway"


class Status(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


Whose = Annotated[
    Service, typer.Option("--service", help="Whose; those of cj and gateway are read straight from DATABASE_URL.")
]
Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="As listed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataDir = Annotated[Path, typer.Option("--data-dir", help="A running stack whose database is used.")]


@commands.command("list", cls=Asking)
def list_letters(
    service: Whose = Service.RUNNER,
    status: Annotated[Status | None, typer.Option("--status", help="Default: all.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = STACK,
) -> None:
    """List messages that could not be taken in, the newest first."""
    found = _listed(service, status, limit, data_dir)
    if as_json:
        terminal.document(found)
        return
    names = ("id", "topic", "partition", "offset", "reason", "detail", "status", "created_at")
    headings = ("Id", "Topic", "Partition", "Offset", "Reason", "Detail", "Status", "Came (UTC)")
    terminal.table(headings, [[str(item[name])[:60] for name in names] for item in found])
    if not found:
        terminal.note(f"{service} could take in everything")


@commands.command(cls=Asking)
def show(number: Number, service: Whose = Service.RUNNER, data_dir: DataDir = STACK) -> None:
    """Show one message as JSON: ids and times, its texts only measured."""
    if service is Service.RUNNER:
        from cj_runner_client.api.admin import get_dead_letter

        with asking.runner() as api:
            terminal.document(api.ask_json(get_dead_letter.sync_detailed, number))
        return
    from app.messaging import resolve

    async def act(connection: "AsyncConnection", tables: "MessagingTables") -> Json:
        letter = await resolve.get(connection, tables, number)
        content = await resolve.content(connection, tables, number)
        return _view(letter) | content.__dict__

    terminal.document(_in_database(service, data_dir, act))


@commands.command(cls=Asking)
def replay(number: Number, service: Whose = Service.RUNNER, data_dir: DataDir = STACK) -> None:
    """Send a message on its topic again, once; asking twice changes nothing."""
    if service is Service.RUNNER:
        from cj_runner_client.api.admin import replay_dead_letter

        with asking.runner() as api:
            api.ask_json(replay_dead_letter.sync_detailed, number)
    else:
        from app.messaging import resolve

        by, now = f"{getuser()} (command line)", datetime.now(UTC)
        _in_database(service, data_dir, lambda where, tables: resolve.replay(where, tables, number, by, now))
    terminal.line(f"message {number} of {service} is on its way again")


@commands.command(cls=Asking)
def discard(number: Number, service: Whose = Service.RUNNER, data_dir: DataDir = STACK) -> None:
    """Mark a message as done without sending it; it stays listed."""
    if service is Service.RUNNER:
        from cj_runner_client.api.admin import discard_dead_letter

        with asking.runner() as api:
            api.ask_json(discard_dead_letter.sync_detailed, number)
    else:
        from app.messaging import resolve

        by, now = f"{getuser()} (command line)", datetime.now(UTC)
        _in_database(service, data_dir, lambda where, tables: resolve.discard(where, tables, number, by, now))
    terminal.line(f"message {number} of {service} is discarded")


def _listed(service: Service, status: Status | None, limit: int, data_dir: Path) -> list[Json]:
    if service is Service.RUNNER:
        from cj_runner_client.api.admin import list_dead_letters

        wanted = {} if status is None else {"status": status}
        with asking.runner() as api:
            items: list[Json] = api.ask_json(list_dead_letters.sync_detailed, limit=limit, **wanted)["items"]
        return items
    from app.messaging import resolve

    wanted_rows = resolve.Wanted(None if status is None else status.value, limit=limit)
    found, _ = _in_database(service, data_dir, lambda where, tables: resolve.page(where, tables, wanted_rows))
    return [_view(letter) for letter in found]


def _view(letter: "Letter") -> Json:
    return letter.__dict__ | {"detail": letter.plain_detail}


def _tables(service: Service) -> "MessagingTables":
    if service is Service.CJ:
        from app.cj.tables import messages as of_cj

        return of_cj
    from app.gateway.tables import messages as of_gateway

    return of_gateway


def _in_database(
    service: Service, data_dir: Path, act: "Callable[[AsyncConnection, MessagingTables], Awaitable[Result]]"
) -> Result:
    from app.cli.operate.api_keys import in_database

    tables = _tables(service)
    return in_database(data_dir, lambda connection: act(connection, tables))
