"""The role that serves the content store."""

from app.content.api import SERVICE, build
from app.edge.tokens import AdminTokens
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import AuthSettings, ContentHttpSettings, ContentSettings


async def run() -> None:
    """Serve until stopped."""
    settings, http, auth = ContentSettings(), ContentHttpSettings(), AuthSettings()
    async with open_parts(SERVICE) as opened:
        tokens = AdminTokens(auth, await opened.key_set(auth)) if settings.access == "on" else None
        app = build(opened.database, settings, http, tokens)
        await until_stopped(serve(app, settings.host, settings.port, http))
