"""The OpenAPI document as it is committed: made from the routes, without a database."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from app.db.unit import Database
from app.runner.api.app import build
from app.runner.api.parts import Parts
from app.settings import DatabaseSettings, RunnerSettings


def rendered() -> str:
    """Return the document's text; connects to nothing."""
    database = Database.connect(DatabaseSettings(), application_name="openapi")
    parts = Parts(database, RunnerSettings(), lambda: datetime.now(UTC), uuid4, uuid4)
    return json.dumps(build(parts, {}).openapi(), indent=2, ensure_ascii=False) + "\n"
