"""The role that brings the database to the newest schema and ends: run it before the others."""

import asyncio

import structlog

from app.db.migrate import head, upgrade
from app.settings import DatabaseSettings, TelemetrySettings
from app.telemetry import logs


async def run() -> None:
    """Run all missing migrations."""
    logs.configure("cj-runner-migrate", TelemetrySettings())
    await asyncio.to_thread(upgrade, DatabaseSettings().url)
    structlog.get_logger(__name__).info("database_migrated", revision=head())
