"""Messages that could not be taken in: shown without their texts, sent again once, or discarded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from app.contracts.topics import Topic
from app.db.unit import Database
from app.messaging.bus import Record
from app.messaging.dead_letters import DeadLetter, put_aside
from app.runner.tables import messages
from tests.integration.access_house import Guarded, bearer, guarded
from tests.integration.parts import Json

ESSAY = "My grandmother taught me to mend nets."
TOPIC = Topic.COMPARISON_RESULT


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded(database, tmp_path) as found:
        yield found


@pytest.fixture
async def admin(house: Guarded) -> dict[str, str]:
    return bearer(await house.key("north", "admin"))


async def put(
    database: Database, offset: int, reason: str = "invalid_shape", detail: str = "data.winner: missing"
) -> bytes:
    value = orjson.dumps({"event_id": str(uuid4()), "data": {"justification": ESSAY, "number": offset}})
    record = Record(TOPIC, 0, offset, str(uuid4()).encode(), value, {"event_type": "result"})
    async with database.transaction() as connection:
        await put_aside(connection, messages, "cj_runner", [DeadLetter(record, reason, detail)])
    return value


async def outgoing(database: Database) -> list[bytes]:
    """What waits to be sent on the topic of the letters."""
    async with database.transaction() as connection:
        wanted = select(messages.outbox.c.payload).where(messages.outbox.c.type == TOPIC)
        return list((await connection.execute(wanted)).scalars())


async def listed(house: Guarded, admin: dict[str, str], query: str = "") -> Json:
    answer = await house.http.get(f"/v1/dead-letters{query}", headers=admin)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_letters_are_listed_by_pages_with_the_newest_first(house: Guarded, admin: dict[str, str]) -> None:
    for offset in range(5):
        await put(house.database, offset)
    first = await listed(house, admin, "?limit=3")
    second = await listed(house, admin, f"?limit=3&cursor={first['next_cursor']}")
    offsets = [item["offset"] for item in [*first["items"], *second["items"]]]
    assert (offsets, second["next_cursor"]) == ([4, 3, 2, 1, 0], None)
    assert {item["status"] for item in first["items"]} == {"waiting"}
    other = await house.http.get(f"/v1/dead-letters?status=waiting&cursor={first['next_cursor']}", headers=admin)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_letter_is_shown_without_what_people_wrote(house: Guarded, admin: dict[str, str]) -> None:
    value = await put(house.database, 7, "handler_refused", f"ValueError: odd: {ESSAY}")
    [item] = (await listed(house, admin))["items"]
    answer = await house.http.get(f"/v1/dead-letters/{item['id']}", headers=admin)
    shown = answer.json()
    assert shown["value"]["data"] == {"justification": "(38 characters)", "number": 7}
    assert (shown["bytes"], shown["detail"], shown["reason"]) == (len(value), "ValueError", "handler_refused")
    assert "grandmother" not in answer.text


async def test_a_letter_is_sent_again_as_it_came_and_only_once(house: Guarded, admin: dict[str, str]) -> None:
    value = await put(house.database, 1)
    [item] = (await listed(house, admin))["items"]
    path = f"/v1/dead-letters/{item['id']}/replay"
    answers = await asyncio.gather(*(house.http.post(path, headers=admin) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [202] * 4
    assert len({answer.json()["replay_id"] for answer in answers}) == 1
    assert answers[0].json()["resolved_by"] == "north's program"
    assert await outgoing(house.database) == [value]
    assert (await listed(house, admin, "?status=waiting"))["items"] == []
    assert {row["route"] for row in await house.audited()} == {"/v1/dead-letters/{letter_id}/replay"}


async def test_a_discarded_letter_stays_listed_and_is_never_sent(house: Guarded, admin: dict[str, str]) -> None:
    await put(house.database, 1)
    [item] = (await listed(house, admin))["items"]
    path = f"/v1/dead-letters/{item['id']}"
    for _ in range(2):
        done = await house.http.post(f"{path}/discard", headers=admin)
        assert (done.status_code, done.json()["status"]) == (200, "discarded")
    late = await house.http.post(f"{path}/replay", headers=admin)
    assert (late.status_code, "was discarded" in late.json()["detail"]) == (409, True)
    assert await outgoing(house.database) == []
    assert len((await listed(house, admin, f"?status=discarded&topic={TOPIC}"))["items"]) == 1


async def test_a_replayed_letter_cannot_be_discarded(house: Guarded, admin: dict[str, str]) -> None:
    await put(house.database, 1)
    [item] = (await listed(house, admin))["items"]
    path = f"/v1/dead-letters/{item['id']}"
    await house.http.post(f"{path}/replay", headers=admin)
    late = await house.http.post(f"{path}/discard", headers=admin)
    assert (late.status_code, "replayed already" in late.json()["detail"]) == (409, True)


@pytest.mark.parametrize("name", ["0", "-1", "x", "9223372036854775808", "1e3"])
async def test_what_is_no_number_of_a_letter_is_refused(house: Guarded, admin: dict[str, str], name: str) -> None:
    answer = await house.http.get(f"/v1/dead-letters/{name}", headers=admin)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "letter_id")


async def test_an_unknown_letter_is_not_found(house: Guarded, admin: dict[str, str]) -> None:
    for act in ("", "/replay", "/discard"):
        method = "POST" if act else "GET"
        answer = await house.http.request(method, f"/v1/dead-letters/4711{act}", headers=admin)
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is no dead letter 4711")
