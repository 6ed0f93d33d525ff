"""The role that serves the content store."""

from app.content.api import SERVICE, build
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import ContentSettings


async def run() -> None:
    """Serve until stopped."""
    settings = ContentSettings()
    async with open_parts(SERVICE) as opened:
        await until_stopped(serve(build(opened.database, settings), settings.host, settings.port))
