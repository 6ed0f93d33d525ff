"""A run watched as it goes: versions, waiting for a change, events as JSON and as a stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import orjson
import pytest
import uvicorn
from sqlalchemy import event

from app.db.unit import Database
from app.roles.parts import _Server as Server
from app.runner.api.app import build
from app.runner.api.parts import Parts
from app.runner.api.shared import Shared
from app.settings import DatabaseSettings
from tests.integration.house import House
from tests.integration.parts import Json, deliver, runner_parts

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@asynccontextmanager
async def served(parts: Parts, port: int) -> AsyncIterator[httpx.AsyncClient]:
    """Serve over a real socket: the in-process client hands out no answer before its end."""
    app = build(parts, {})
    server = Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client:
        while not server.started:  # noqa: ASYNC110 - the server offers nothing to wait for
            await asyncio.sleep(0.02)
        yield client
    server.should_exit = True
    await running


@pytest.fixture
async def parts(house: House) -> AsyncIterator[Parts]:
    async with runner_parts(house.database, house.files, house.clock, heartbeat_s=0.3) as found:
        yield found


@pytest.fixture
async def web(parts: Parts, unused_tcp_port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with served(parts, unused_tcp_port) as client:
        yield client


@dataclass(frozen=True)
class Frame:
    """One server-sent event."""

    id: int | None
    event: str
    data: Json


async def frames(response: httpx.Response) -> AsyncIterator[Frame | str]:
    """Yield events, and comments as their text."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line.startswith(":"):
            yield line
        elif line:
            fields[name] = value
        elif "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Frame(number, fields["event"], orjson.loads(fields["data"]))
            fields = {}
        else:
            fields = {}


async def numbered(response: httpx.Response) -> list[tuple[int, str]]:
    found = [frame async for frame in frames(response) if isinstance(frame, Frame)]
    return [(frame.id, frame.event) for frame in found if frame.id is not None]


async def test_the_version_of_a_run_changes_with_what_is_shown_and_with_nothing_else(house: House) -> None:
    run, ids = await house.running()
    link = run["links"]["self"]
    tags = [(await house.api.get(link)).headers["ETag"] for _ in range(2)]
    assert len(set(tags)) == 1
    same = await house.api.get(link, headers={"If-None-Match": tags[0]})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tags[0])
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    other = await house.api.get(link, headers={"If-None-Match": tags[0]})
    assert other.status_code == 200
    assert other.headers["ETag"] not in tags
    cancelled = await house.api.post(run["links"]["cancel"])
    assert cancelled.headers["ETag"] == (await house.api.get(link)).headers["ETag"] != other.headers["ETag"]


async def test_who_waits_is_answered_when_the_run_changes(house: House) -> None:
    run, ids = await house.running()
    link = run["links"]["self"]
    tag = (await house.api.get(link)).headers["ETag"]
    waiting = [
        asyncio.create_task(house.api.get(link, params={"wait": 60}, headers=headers))
        for headers in ({}, {"If-None-Match": tag})
    ]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    assert done == set()
    async with asyncio.timeout(20):
        await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
        for answer in await asyncio.gather(*waiting):
            assert answer.json()["progress"]["comparisons"]["received"] == 1
        known = await house.api.get(link, params={"wait": 60}, headers={"If-None-Match": tag})
        assert known.status_code == 200


async def test_a_wait_ends_in_time_or_at_once_for_a_run_that_ended(house: House) -> None:
    run = await house.start()
    link = run["links"]["self"]
    tag = (await house.api.get(link)).headers["ETag"]
    assert (await house.api.get(link, params={"wait": 1}, headers={"If-None-Match": tag})).status_code == 304
    assert (await house.api.get(link, params={"wait": 1})).status_code == 200
    await house.api.post(run["links"]["cancel"])
    async with asyncio.timeout(20):
        done = await house.api.get(link, params={"wait": 60})
        tag = done.headers["ETag"]
        assert (await house.api.get(link, params={"wait": 60}, headers={"If-None-Match": tag})).status_code == 304
    for wait in ("-1", "61", "long"):
        bad = await house.api.get(link, params={"wait": wait})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "wait")


async def test_events_after_a_number_and_rubbish_numbers(house: House) -> None:
    run, _ = await house.running()
    link = run["links"]["events"]
    later = (await house.api.get(link, params={"after": 1})).json()["items"]
    assert [event["number"] for event in later] == [2, 3]
    for query, headers in (({"after": -1}, {}), ({"after": 2**31}, {}), ({}, {"Last-Event-ID": "x"} | STREAM)):
        assert (await house.api.get(link, params=query, headers=headers)).status_code == 422
    assert (await house.api.get("/v1/runs/run_none/events", headers=STREAM)).status_code == 404


async def test_a_stream_tells_events_and_progress_as_they_happen_and_ends_with_the_run(
    house: House, web: httpx.AsyncClient
) -> None:
    run, ids = await house.running()
    link = run["links"]["events"]
    async with asyncio.timeout(60), web.stream("GET", link, headers=STREAM) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = frames(response)
        first = [await anext(told) for _ in range(4)]
        assert [(frame.id, frame.event) for frame in first if isinstance(frame, Frame)] == [
            (1, "run.accepted"),
            (2, "run.preparing"),
            (3, "run.published"),
            (None, "progress"),
        ]
        assert await anext(told) == ": still here"
        await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
        news = [frame async for frame in _until(told, "progress")]
        assert [frame.id for frame in news] == [4, None]
        assert news[-1].data["comparisons"]["received"] == 1
        house.clock.pass_by(1801)
        for _ in range(2):
            await house.work(run["id"])
        rest = [frame async for frame in told if isinstance(frame, Frame) and frame.id is not None]
        assert [(frame.id, frame.event) for frame in rest] == [
            (5, "run.recollect_requested"),
            (6, "run.recollect_failed"),
            (7, "run.finishing"),
            (8, "run.timed_out"),
        ]
        assert rest[-1].data["data"]["reason"] == "deadline"


async def _until(told: AsyncIterator[Frame | str], event: str) -> AsyncIterator[Frame]:
    async for frame in told:
        if isinstance(frame, Frame):
            yield frame
            if frame.event == event:
                return


async def test_a_stream_goes_on_after_the_last_event_that_was_heard(house: House) -> None:
    run = await house.start()
    await house.api.post(run["links"]["cancel"])
    link = run["links"]["events"]
    async with house.api.stream("GET", link, headers=STREAM) as response:
        assert await numbered(response) == [(1, "run.accepted"), (2, "run.cancelled")]
    async with house.api.stream("GET", link, headers=STREAM | {"Last-Event-ID": "1"}) as response:
        assert await numbered(response) == [(2, "run.cancelled")]
    over = await house.api.get(link, headers=STREAM | {"Last-Event-ID": "2"})
    assert (over.status_code, over.content) == (204, b"")


async def test_a_listener_that_goes_away_leaves_nothing_behind(
    house: House, parts: Parts, web: httpx.AsyncClient
) -> None:
    run, _ = await house.running()
    async with asyncio.timeout(30):
        async with web.stream("GET", run["links"]["events"], headers=STREAM) as response:
            await anext(frames(response))
            assert list(parts.changes._waiting) == [run["id"]]
        while parts.changes._waiting:  # noqa: ASYNC110 - it is noticed at the next heartbeat
            await asyncio.sleep(0.05)


async def test_news_are_read_once_for_all_who_listen(house: House, parts: Parts, web: httpx.AsyncClient) -> None:
    run, ids = await house.running()
    reads: list[str] = []
    event.listen(parts.database.engine.sync_engine, "begin", lambda _: reads.append("begin"))

    async def listen(response: httpx.Response, told: AsyncIterator[Frame | str]) -> list[Frame]:
        assert response.status_code == 200
        return [frame async for frame in _until(told, "progress")]

    async with asyncio.timeout(60), AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(web.stream("GET", run["links"]["events"], headers=STREAM))
            for _ in range(20)
        ]
        told = [(response, frames(response)) for response in streams]
        await asyncio.gather(*(listen(*one) for one in told))
        reads.clear()
        await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
        found = await asyncio.gather(*(listen(*one) for one in told))
    assert {tuple(frame.id for frame in one) for one in found} == {(4, None)}
    assert len(reads) < 10, "one for the verdict, one or a few for twenty listeners, heartbeats"


async def test_a_read_is_shared_until_there_are_news_and_survives_who_began_it() -> None:
    shared: Shared[int] = Shared()
    gate, made = asyncio.Event(), 0

    async def make() -> int:
        nonlocal made
        made += 1
        await gate.wait()
        return made

    first = asyncio.create_task(shared.read("run", 1, make))
    others = [asyncio.create_task(shared.read("run", 1, make)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await asyncio.gather(*others) == [1, 1, 1]
    assert await shared.read("run", 1, make) == 1
    assert await shared.read("run", 2, make) == 2
    assert await shared.read("other", 2, make) == 3


async def test_a_hundred_streams_hold_no_connection_to_the_database(
    house: House, parts: Parts, database_url: str, unused_tcp_port: int
) -> None:
    run, _ = await house.running()
    events = run["links"]["events"]
    opened = asyncio.Semaphore(0)

    async def listen(web: httpx.AsyncClient) -> list[tuple[int, str]]:
        async with web.stream("GET", events, headers=STREAM) as response:
            found = []
            async for frame in frames(response):
                if isinstance(frame, Frame) and frame.event == "progress":
                    opened.release()
                elif isinstance(frame, Frame) and frame.id is not None:
                    found.append((frame.id, frame.event))
            return found

    few = DatabaseSettings(url=database_url, pool_size=2, pool_overflow=0)
    database = Database.connect(few, application_name="few")
    tight = replace(parts, database=database, settings=parts.settings.model_copy(update={"heartbeat_s": 60.0}))
    async with asyncio.timeout(90), served(tight, unused_tcp_port) as web:
        listening = [asyncio.create_task(listen(web)) for _ in range(120)]
        for _ in listening:
            await opened.acquire()
        link, tag = run["links"]["self"], (await web.get(run["links"]["self"])).headers["ETag"]
        waits = [web.get(link, params={"wait": 60}, headers={"If-None-Match": tag}) for _ in range(30)]
        waiting = asyncio.gather(*waits)
        await web.post(run["links"]["cancel"])
        assert {answer.json()["status"] for answer in await waiting} == {"cancelling"}
        house.cj_answers(405)
        await house.work(run["id"])
        house.clock.pass_by(11)
        await house.work(run["id"])
        heard = await asyncio.gather(*listening)
    await database.close()
    assert {tuple(item) for item in heard} == {tuple(heard[0])}
    assert [number for number, _ in heard[0]] == list(range(1, 6))
