"""What the worker does for webhooks: sends them, tells of progress, keeps their log short.

Fed by ``worker``; only here are the resolver, the certificates and the keys chosen.
"""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.roles.clock import now
from app.roles.parts import Parts as Opened
from app.runner.runs.tell_progress import tell
from app.runner.webhooks.deliver import Deliverer, Parts
from app.runner.webhooks.desk import Desk
from app.runner.webhooks.guard_http import Guard, system_resolver
from app.runner.webhooks.keep import Parts as Keeping
from app.runner.webhooks.keep import keep
from app.runner.webhooks.send_http import sender
from app.runner.webhooks.tables import CHANNEL
from app.runner.webhooks.vault import Vault
from app.settings import WebhookSettings

log = structlog.get_logger(__name__)
RESOLVER_THREADS = 16
PROGRESS_PAUSE_S = 1.0


def guard_of(settings: WebhookSettings) -> Guard:
    """Return the guard that asks this machine's resolver."""
    pool = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolve")
    return Guard(settings, system_resolver(pool))


def desk_of(settings: WebhookSettings) -> Desk:
    """Return what the API needs for subscriptions."""
    return Desk(settings, guard_of(settings), Vault.of(settings.secret_key))


async def loops(opened: Opened) -> list[Awaitable[None]]:
    """Return the worker's loops for webhooks."""
    settings = WebhookSettings()
    vault = Vault.of(settings.secret_key)
    if not vault.seals:
        log.warning("webhook_secrets_not_encrypted_at_rest", way_out="set WEBHOOKS_SECRET_KEY")
    verify = ssl.create_default_context()
    sending = await opened.stack.enter_async_context(sender(guard_of(settings), settings.timeout_s, verify))
    deliverer = Deliverer(Parts(opened.database, settings, now, vault, sending, random.random))
    keeping = Keeping(opened.database, settings, now)
    return [
        deliverer.run(await opened.wakeup(CHANNEL)),
        _again_and_again(lambda: _tell(opened.database, settings), PROGRESS_PAUSE_S),
        _again_and_again(lambda: keep(keeping), settings.sweep_every_s),
    ]


async def _tell(database: Database, settings: WebhookSettings) -> int:
    async with database.transaction() as connection:
        return await tell(connection, settings.progress_every_s, now())


async def _again_and_again(work: Callable[[], Awaitable[int]], pause_s: float) -> None:
    while True:
        try:
            await work()
        except (DBAPIError, OSError) as error:
            log.warning("webhook_care_failed_will_retry", error=type(error).__name__)
        await asyncio.sleep(pause_s)
