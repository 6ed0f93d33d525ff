"""The database breaks off, restarts, refuses, is full or busy under runs; they end all the same."""

import asyncio
import random

import pytest

from tests.chaos.around import Act, Around, restarted
from tests.chaos.proxy import Fault

CUT_ONE = """SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name <> 'tests'
    ORDER BY (state = 'idle'), random() LIMIT 2) AS chosen"""
CUT_ALL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name <> 'tests'"""
REFUSING = """
CREATE SEQUENCE chaos_refusals;
CREATE FUNCTION chaos_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF random() < TG_ARGV[1]::float THEN
        PERFORM nextval('chaos_refusals');
        RAISE EXCEPTION 'a fault was injected' USING ERRCODE = TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$
"""
TABLES = (
    "runner.runs",
    "runner.comparisons",
    "runner.inbox",
    "runner.outbox",
    "cj.batches",
    "cj.comparisons",
    "cj.inbox",
    "cj.outbox",
    "gateway.requests",
    "gateway.outbox",
)


async def cuts_connections_in_mid_transaction(here: Around) -> int:
    cut = 0
    for _ in range(25):
        cut += (await here.rows(CUT_ONE))[0][0]
        await asyncio.sleep(0.15)
    return cut


async def resets_connections_on_the_way(here: Around) -> int:
    door, draw = here.rig.doors["postgres"], random.Random(5)
    before = door.injected["reset"]
    for _ in range(8):
        door.inject(Fault("reset", chance=0.02, per="chunk"))
        await asyncio.sleep(draw.uniform(0.2, 0.6))
    door.clear()
    return door.injected["reset"] - before


async def loses_what_it_answers(here: Around) -> int:
    """Swallow answers: a commit may have happened, and nobody hears of it."""
    door = here.rig.doors["postgres"]
    before = door.injected["black_hole"]
    door.inject(Fault("black_hole", chance=0.02, per="chunk", way="answers"))
    await asyncio.sleep(4)
    door.clear()
    await asyncio.to_thread(here.rig.place.do, door.drop())
    return door.injected["black_hole"] - before


def restarts(manner: str) -> Act:
    async def act(here: Around) -> int:
        for _ in range(2):
            await asyncio.to_thread(here.rig.postgres_control, "-m", manner, "restart")
            await asyncio.sleep(1.5)
        return 2

    return act


async def takes_no_writes(here: Around) -> int:
    for value in ("on", "off"):
        await here.rows(f"ALTER DATABASE postgres SET default_transaction_read_only = {value}")
        ended = (await here.rows(CUT_ALL))[0][0]
        if value == "on":
            await asyncio.sleep(4)
            async with here.database.engine.connect() as fresh:
                await fresh.rollback()
    return int(ended)


def refuses(state: str, chance: float) -> Act:
    """Let each write fail with this SQLSTATE and this chance, as a real fault of that kind would."""

    async def act(here: Around) -> int:
        for table in TABLES:
            await here.rows(
                f"CREATE TRIGGER chaos AFTER INSERT OR UPDATE ON {table} FOR EACH STATEMENT "
                f"EXECUTE FUNCTION chaos_refuse('{state}', '{chance}')"
            )
        before = (await here.rows("SELECT last_value FROM chaos_refusals"))[0][0]
        try:
            await asyncio.sleep(5)
        finally:
            for table in TABLES:
                await here.rows(f"DROP TRIGGER chaos ON {table}")
        return int((await here.rows("SELECT last_value FROM chaos_refusals"))[0][0] - before)

    return act


@pytest.fixture(scope="module")
async def refusing(here: Around) -> Around:
    for statement in REFUSING.strip().split(";\nCREATE FUNCTION"):
        await here.rows(statement if "SEQUENCE" in statement else f"CREATE FUNCTION{statement}")
    return here


async def has_too_few_connections(here: Around) -> int:
    """Give each role one connection, for which it waits a moment only."""
    narrow = {"DATABASE_POOL_SIZE": "1", "DATABASE_POOL_OVERFLOW": "0", "DATABASE_POOL_WAIT_S": "0.05"}
    usual = {"DATABASE_POOL_SIZE": "8", "DATABASE_POOL_OVERFLOW": "8", "DATABASE_POOL_WAIT_S": "30"}
    before = busy(here)
    for role in ("gateway", "cj", "worker"):
        await restarted(here, role, narrow)
    await asyncio.sleep(8)
    for role in ("gateway", "cj", "worker"):
        await restarted(here, role, usual)
    return busy(here) - before


def busy(here: Around) -> int:
    """Return how often a role told its log that the database was busy."""
    logs = (here.rig.folder / "logs").glob("*.log")
    return sum(path.read_text(errors="replace").count("DatabaseBusy") for path in logs)


FEW: dict[str, Act] = {
    "database connections cut in mid-transaction": cuts_connections_in_mid_transaction,
    "database finds deadlocks (40P01), a third of all writes": refuses("40P01", 0.3),
}
MORE: dict[str, Act] = {
    "database restarted at once, as in a crash": restarts("immediate"),
    "database restarted in good order": restarts("fast"),
    "database takes no writes": takes_no_writes,
    "database full (53100), half of all writes": refuses("53100", 0.5),
    "database fails to serialise (40001), a third of all writes": refuses("40001", 0.3),
    "database connections reset on the way": resets_connections_on_the_way,
    "database answers swallowed on the way": loses_what_it_answers,
    "database connections too few": has_too_few_connections,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FEW)
async def test_runs_end_as_if_nothing_had_been_with(refusing: Around, fault: str) -> None:
    await refusing.survives(fault, FEW[fault])


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", MORE)
async def test_runs_end_as_if_nothing_had_been_though(refusing: Around, fault: str) -> None:
    await refusing.survives(fault, MORE[fault])
