"""What webhooks cost the move of a run, how a claim stands a long backlog, and how fast they leave."""

import asyncio
import ssl
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import uuid6
from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import postgres
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.runs.store import Change
from app.runner.tables import run_events, runs
from app.runner.webhooks import claim
from app.runner.webhooks.claim import Terms
from app.runner.webhooks.deliver import Deliverer, Parts
from app.runner.webhooks.guard_http import Guard
from app.runner.webhooks.kinds import USUAL
from app.runner.webhooks.send_http import sender
from app.runner.webhooks.tables import deliveries, subscriptions
from app.runner.webhooks.vault import Vault
from app.settings import DatabaseSettings, TelemetrySettings, WebhookSettings
from app.telemetry import logs

MOVES, CLAIMS, SENT = 300, 30, 1_000
SECRET = "plain:whsec_" + "A" * 44


def now() -> datetime:
    return datetime.now(UTC)


async def _run(connection: AsyncConnection) -> str:
    name = f"run_{uuid6.uuid7().hex}"
    row = {"id": name, "mode": "plan", "status": "accepted", "batch_uuid": uuid4(), "batch_label": "bench"}
    more = {"correlation_id": uuid4(), "package_id": "pkg", "spec": {}, "last_event": 1}
    await connection.execute(insert(runs).values(**row, **more))
    return name


async def _subscribe(database: Database, count: int, owner: str, port: int = 1) -> None:
    url = f"http://bench.test:{port}/"
    same = {"owner": owner, "url": url, "host": "bench.test", "events": list(USUAL), "signing": "hmac"}
    rows = [{"id": f"whs_{uuid4().hex}", "secret": SECRET, **same} for _ in range(count)]
    async with database.transaction() as connection:
        await connection.execute(insert(subscriptions), rows)


async def _median_ms(work: Callable[[], Awaitable[None]], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def moves(database: Database) -> None:
    """The transaction that ends a run: without webhooks, and with none, one and twenty subscribers."""
    values = {"status": "failed", "last_event": 2, "lease_owner": None, "finished_at": now()}

    async def prepared() -> str:
        async with database.transaction() as connection:
            return await _run(connection)

    async def bare() -> None:
        name = await prepared()
        async with database.transaction() as connection:
            await store.lock(connection, name)
            event = {"run_id": name, "number": 2, "type": "run.failed", "at": now(), "data": {}}
            await connection.execute(insert(run_events).values(event))
            await connection.execute(
                update(runs).where(runs.c.id == name).values(**values).returning(*store.FIELDS)
            )
            await connection.execute(text("SELECT pg_notify('a', '')"))
            await connection.execute(text("SELECT pg_notify('b', '')"))

    async def moved() -> None:
        name = await prepared()
        async with database.transaction() as connection:
            run = await store.lock(connection, name)
            await store.move(connection, run, RunState.FAILED, Change(), now=now())

    floor = await _median_ms(bare, MOVES)
    for count, more in ((0, 0), (1, 1), (20, 19)):
        if more:
            await _subscribe(database, more, "local")
        took = await _median_ms(moved, MOVES)
        print(f"end of a run, {count:2d} subscribers: {took / floor:.2f} of the floor ({floor:.2f} ms)")


async def claims(database: Database) -> None:
    """A claim with a short and with a long backlog of one host, beside a hundred other hosts."""
    await _subscribe(database, 1, "claims")
    async with database.transaction() as connection:
        await connection.execute(delete(deliveries))
        owner = (
            await connection.execute(text("SELECT id FROM runner.webhook_subscriptions LIMIT 1"))
        ).scalar_one()
    floor = 0.0
    for backlog in (100, 100_000):
        async with database.transaction() as connection:
            await connection.execute(
                text(
                    "INSERT INTO runner.webhook_deliveries "
                    "(id, subscription_id, type, host, payload, status, due_at)"
                    " SELECT 'msg_' || :backlog || '_' || n, :owner, 'run.failed',"
                    " CASE WHEN n % 10 = 0 THEN 'h' || n % 1000 ELSE 'dead.test' END, '{}', 'pending',"
                    " now() - interval '1 s' * (n % 977) FROM generate_series(1, CAST(:backlog AS integer)) AS n"
                ),
                {"backlog": backlog, "owner": owner},
            )
        async with database.transaction() as connection:
            await connection.execute(text("ANALYZE runner.webhook_deliveries"))

        async def once() -> None:
            async with database.transaction() as connection:
                await claim.claim(connection, Terms("me", 32, 4, 60), now() + timedelta(seconds=1))
                await connection.rollback()

        took = await _median_ms(once, CLAIMS)
        floor = floor or took
        print(f"claim, {backlog:6d} due: {took:.2f} ms, {took / floor:.2f} of that with 100")


async def deliver(database: Database) -> None:
    """Deliveries a second to one quick receiver, beside bare requests to it by the same number of tasks."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    async def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return ["127.0.0.1"]

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        bare = await _bare(f"http://127.0.0.1:{port}/")
        await _subscribe(database, 1, "deliver", port)
        settings = WebhookSettings.model_validate(
            {
                "allow_http": True,
                "allowed_networks": "127.0.0.0/8",
                "allowed_ports": "1-65535",
                "concurrency_per_host": 32,
            }
        )
        async with database.transaction() as connection:
            await connection.execute(delete(deliveries))
            await connection.execute(
                text(
                    "INSERT INTO runner.webhook_deliveries "
                    "(id, subscription_id, type, host, payload, status, due_at)"
                    " SELECT 'msg_' || n, (SELECT id FROM runner.webhook_subscriptions WHERE owner = 'deliver'),"
                    " 'run.failed', 'bench.test', '{}', 'pending', now() FROM generate_series(1, :count) AS n"
                ),
                {"count": SENT},
            )
        guard, vault = Guard(settings, resolve), Vault(None)
        async with sender(guard, settings.timeout_s, ssl.create_default_context()) as sending:
            deliverer = Deliverer(Parts(database, settings, now, vault, sending, lambda: 0.0))
            began = time.perf_counter()
            while await deliverer.start_due():
                await deliverer.finish_started()
            rate = SENT / (time.perf_counter() - began)
    print(f"delivered: {rate:.0f} a second, {rate / bare:.2f} of bare requests ({bare:.0f} a second)")


async def _bare(url: str) -> float:
    began, left = time.perf_counter(), iter(range(SENT))

    async def work(client: httpx.AsyncClient) -> None:
        for _ in left:
            await client.post(url, content=b"{}")

    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0)) as client:
        await asyncio.gather(*(work(client) for _ in range(32)))
    return SENT / (time.perf_counter() - began)


async def main(url: str) -> None:
    logs.configure("bench", TelemetrySettings(log_level="ERROR"))
    database = Database.connect(DatabaseSettings(url=url), application_name="bench")
    for part in (moves, claims, deliver):
        await part(database)
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where, postgres(Path(where) / "pg") as address:
        upgrade(address)
        asyncio.run(main(address))
