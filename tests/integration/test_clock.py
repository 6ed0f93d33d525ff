"""The clock of roles: it keeps to the database's time, however wrong the machine's is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.db.unit import Database
from app.edge.tokens import AdminTokens, service_token
from app.roles.clock import LITTLE, Clock, local
from app.settings import AuthSettings, DatabaseSettings

AUTH = AuthSettings.model_validate(
    {"jwt_secret_key": "a secret that is long enough for the tests", "admin_token": None}
)


def wrong_by(seconds: float) -> Clock:
    return Clock(lambda: local() + timedelta(seconds=seconds))


async def told_by(database: Database) -> datetime:
    async with database.transaction() as connection:
        told: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        return told


@pytest.mark.parametrize("seconds", [90, -90, 86_400])
async def test_a_clock_that_is_wrong_is_corrected_to_the_databases_time(
    database: Database, seconds: float
) -> None:
    clock = wrong_by(seconds)
    assert abs(clock() - await told_by(database)) > timedelta(seconds=60)
    await clock.look(database)
    before = await told_by(database)
    assert before - timedelta(seconds=2) < clock() < await told_by(database) + timedelta(seconds=2)


async def test_a_clock_that_is_right_or_nearly_so_is_left_alone(database: Database) -> None:
    clock = wrong_by(LITTLE.total_seconds() / 10)
    await clock.look(database)
    assert clock.correction == timedelta()


async def test_a_clock_that_is_put_right_loses_its_correction(database: Database) -> None:
    clock = wrong_by(90)
    await clock.look(database)
    clock.own = local
    await clock.look(database)
    assert clock.correction == timedelta()


async def test_a_database_that_is_away_leaves_the_correction_as_it_is(
    database: Database, unused_tcp_port: int
) -> None:
    clock = wrong_by(90)
    await clock.look(database)
    known = clock.correction
    url = f"postgresql+asyncpg://postgres@127.0.0.1:{unused_tcp_port}/none"
    away = Database.connect(DatabaseSettings(url=url), application_name="tests")
    await clock.look_soon(away)
    await away.close()
    assert (known, clock.correction) == (known, known)


@pytest.mark.parametrize("seconds", [600, -600])
async def test_a_token_between_services_is_taken_though_their_clocks_differ(seconds: float) -> None:
    token = service_token(AUTH, "cj", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    assert await AdminTokens(AUTH).admin(f"Bearer {token}") == "cj"
