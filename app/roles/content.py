"""The role that serves the content store."""

from app.content.api import SERVICE, build
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import ContentHttpSettings, ContentSettings


async def run() -> None:
    """Serve until stopped."""
    settings, http = ContentSettings(), ContentHttpSettings()
    async with open_parts(SERVICE) as opened:
        app = build(opened.database, settings, http)
        await until_stopped(serve(app, settings.host, settings.port, http))
