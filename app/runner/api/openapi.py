"""The OpenAPI document as it is committed: made from the routes, without a database."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.db.listen import Changes
from app.db.unit import Database
from app.runner.access.doors import LocalDoor
from app.runner.api.app import build
from app.runner.api.parts import Parts
from app.runner.tables import CHANGES_CHANNEL
from app.runner.webhooks.desk import Desk
from app.runner.webhooks.guard_http import Guard
from app.runner.webhooks.vault import Vault
from app.settings import DatabaseSettings, RunnerSettings, WebhookSettings


def rendered() -> str:
    """Return the document's text; connects to nothing."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """Return the document; connects to nothing."""
    settings = DatabaseSettings()
    database = Database.connect(settings, application_name="openapi")
    news = Changes(settings.url, CHANGES_CHANNEL)
    webhooks = Desk(WebhookSettings(), Guard(WebhookSettings(), _nobody), Vault(None))
    parts = Parts(database, RunnerSettings(), lambda: datetime.now(UTC), uuid4, uuid4, news, LocalDoor(), webhooks)
    return build(parts, {}).openapi()


async def _nobody(host: str, port: int) -> list[str]:
    """Resolve nothing: a document asks no name server."""
    raise OSError(f"{host}:{port} is not looked up")
