"""The role that serves the runner's REST API."""

from uuid import uuid4

import uuid6

from app.db.listen import Changes
from app.edge.health import database_check
from app.roles.clock import now
from app.roles.parts import open_parts, serve, until_stopped
from app.roles.preflight import asked_and_probes
from app.runner.api.app import SERVICE, build
from app.runner.api.parts import Parts
from app.runner.tables import CHANGES_CHANNEL
from app.settings import RunnerSettings


async def run() -> None:
    """Serve until stopped."""
    settings = RunnerSettings()
    async with open_parts(SERVICE) as opened:
        changes = await opened.stack.enter_async_context(Changes(opened.database_url, CHANGES_CHANNEL))
        asked, probes = await asked_and_probes(opened, settings)
        parts = Parts(opened.database, settings, now, uuid4, uuid6.uuid7, changes, asked, probes)
        app = build(parts, {"database": database_check(opened.database)})
        await until_stopped(serve(app, settings.host, settings.port))
