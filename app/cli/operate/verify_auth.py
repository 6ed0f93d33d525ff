"""``cj-runner verify-auth``: whether the credentials of this machine are good, without showing them.

Fed by ``main``; asks the runner, and cj where it can be reached, and decodes tokens without checking them.
"""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import asking, terminal
from app.cli.asking import STACK
from app.cli.exits import Exit, of_error
from app.errors import AppError

Json = dict[str, Any]
SHOWN = ("sub", "roles", "scope", "org", "iss", "aud", "exp")


def verify_auth(
    cj_url: Annotated[
        str | None, typer.Option("--cj-service-url", help="Default: CJ_SERVICE_URL, or the stack's.")
    ] = None,
    data_dir: Annotated[Path, typer.Option("--data-dir", help="A stack that `up` started.")] = STACK,
) -> None:
    """Check the credential for the runner, and the one for cj's admin API; neither is shown.

    Ends with 0 if both are good, with 3 if one is refused, with 7 if a service does not answer.
    """
    codes = [_told("runner", lambda: _runner(data_dir)), _told("cj", lambda: _cj(cj_url, data_dir))]
    raise typer.Exit(max(codes))


def _told(name: str, act: Any) -> Exit:
    try:
        facts = act()
    except AppError as error:
        terminal.error(f"{name}: {error.detail}")
        return of_error(error)
    terminal.line(f"{name}: the credential is good")
    terminal.facts({f"{name} {key}": value for key, value in facts.items()})
    return Exit.DONE


def _runner(data_dir: Path) -> Json:
    from cj_runner_client.api.runs import list_runs
    from cj_runner_client.models import RunList

    with asking.runner(data_dir) as api:
        api.ask(list_runs.sync_detailed, RunList, limit=1)
        return {"address": api.base_url} | claims(api.client.token)


def _cj(cj_url: str | None, data_dir: Path) -> Json:
    from app.cli import places

    with places.cj(cj_url, data_dir) as api:
        api.get("/admin/v1/assessment-instructions?page_size=1")
        return {"address": api.base_url} | claims(api.token or "")


def claims(token: str) -> Json:
    """Return what a token says of itself, unchecked; of an API key its id, of no token that there is none."""
    if not token:
        return {"credential": "none (access is off)"}
    if token.startswith("cjr_"):
        return {"credential": f"API key {token.split('_')[1]}"}
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError):
        return {"credential": "a text that is neither API key nor token"}
    said = {name: found[name] for name in SHOWN if isinstance(found, dict) and name in found}
    said = {name: " ".join(map(str, value)) if isinstance(value, list) else value for name, value in said.items()}
    if isinstance(said.get("exp"), int | float):
        said["exp"] = f"{datetime.fromtimestamp(said['exp'], UTC):%Y-%m-%d %H:%M:%S} UTC"
    return {"credential": "token"} | said
