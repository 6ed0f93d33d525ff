"""The role that serves the runner's REST API."""

from uuid import uuid4

import uuid6

from app.db.listen import Changes
from app.edge.health import database_check
from app.roles.clock import now
from app.roles.door import door
from app.roles.parts import Parts as Opened
from app.roles.parts import open_parts, serve, until_stopped
from app.roles.preflight import asked_and_probes
from app.roles.webhooks import desk_of
from app.runner.api.app import SERVICE, build
from app.runner.api.parts import Parts
from app.runner.tables import CHANGES_CHANNEL
from app.runner.web.site import site
from app.settings import RunnerHttpSettings, RunnerSettings, WebhookSettings


async def run() -> None:
    """Serve until stopped."""
    settings, http = RunnerSettings(), RunnerHttpSettings()
    async with open_parts(SERVICE) as opened:
        parts = await parts_of(opened, settings)
        pages = site(parts, behind_tls=http.behind_tls)
        app = build(parts, {"database": database_check(opened.database)}, http, pages)
        await until_stopped(serve(app, settings.host, settings.port, http))


async def parts_of(opened: Opened, settings: RunnerSettings) -> Parts:
    """Return what the routes are given; its connections close with the role."""
    changes = await opened.stack.enter_async_context(Changes(opened.database_url, CHANGES_CHANNEL))
    entrance = await door(opened, settings.host)
    asked, probes = await asked_and_probes(opened, settings)
    webhooks = desk_of(WebhookSettings())
    ids = (uuid4, uuid6.uuid7)
    return Parts(opened.database, settings, now, *ids, changes, entrance, webhooks, asked, probes)
