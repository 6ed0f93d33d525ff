"""``cj-runner serve``: one process of the system in the foreground, until Ctrl-C or SIGTERM.

Fed by ``main``; feeds the roles, as ``python -m app`` does.
"""

from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    """What the process is."""

    API = "api"
    WORKER = "worker"
    CJ = "cj"
    GATEWAY = "gateway"
    CONTENT = "content"
    MIGRATE = "migrate"
    GRANT = "grant"
    EVERYTHING = "everything"


def serve(
    role: Annotated[Role, typer.Argument(help="grant and migrate end; everything starts all others.")],
) -> None:
    """Run one role in the foreground; its settings come from the environment."""
    import asyncio
    import importlib

    asyncio.run(importlib.import_module(f"app.roles.{role.value}").run())
