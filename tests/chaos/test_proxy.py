"""The fault proxy itself: what it lets through, what each fault does to a client, and that it counts them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.db.unit import Database
from app.messaging.bus import Outgoing
from app.messaging.kafka import consuming, ensure_topics, producing
from app.settings import DatabaseSettings, KafkaSettings
from tests.chaos.doors import database_target, database_through, target
from tests.chaos.proxy import Fault, Proxy, proxies
from tests.chaos.rewriting import kafka_address, readdressed
from tests.fakes.http_server import HttpServer, Reply, Request

BODY = bytes(range(256)) * 40


@pytest.fixture
async def http() -> AsyncIterator[tuple[Proxy, list[Request], httpx.AsyncClient]]:
    """A proxy before a server that answers ``BODY``, what reached the server, and a client of the proxy."""
    came: list[Request] = []

    async def answer(request: Request) -> Reply:
        came.append(request)
        return Reply(200, BODY)

    async with (
        HttpServer(answer) as server,
        Proxy(target(server.url), seed=1) as proxy,
        httpx.AsyncClient(base_url=proxy.url, timeout=0.5) as client,
    ):
        yield proxy, came, client


Http = tuple[Proxy, list[Request], httpx.AsyncClient]


async def test_without_faults_everything_goes_through(http: Http) -> None:
    proxy, came, client = http
    for _ in range(3):
        assert (await client.post("/x", content=BODY)).content == BODY
    assert (len(came), proxy.connections, proxy.injected) == (3, 1, {})
    assert came[0].body == BODY


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("refuse"), httpx.ReadError),
        (Fault("reset"), httpx.ReadError),
        (Fault("reset", way="answers", after=1000), httpx.ReadError),
        (Fault("cut", way="answers", after=1000), httpx.RemoteProtocolError),
        (Fault("cut"), httpx.RemoteProtocolError),
        (Fault("half_close", way="answers"), httpx.RemoteProtocolError),
        (Fault("half_close", way="answers", after=1000), httpx.RemoteProtocolError),
        (Fault("black_hole"), httpx.ReadTimeout),
        (Fault("black_hole", way="answers", after=1000), httpx.ReadTimeout),
        (Fault("latency", seconds=5), httpx.ReadTimeout),
    ],
    ids=str,
)
async def test_a_fault_is_what_a_client_sees_and_is_counted(
    http: Http, fault: Fault, error: type[Exception]
) -> None:
    proxy, _, client = http
    proxy.inject(fault)
    with pytest.raises(error):
        await client.get("/x")
    assert proxy.injected[fault.kind] >= 1
    proxy.clear()
    assert (await client.get("/x")).content == BODY


async def test_an_answer_may_be_lost_after_the_work_was_done(http: Http) -> None:
    proxy, came, client = http
    proxy.inject(Fault("black_hole", way="answers"))
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/x", content=b"work")
    assert [request.body for request in came] == [b"work"]


async def test_a_drip_and_a_small_latency_only_slow_things_down(http: Http) -> None:
    proxy, _, client = http
    proxy.inject(Fault("drip", size=2000, seconds=0.001), Fault("latency", seconds=0.002, jitter_s=0.002))
    assert (await client.get("/x")).content == BODY
    assert proxy.injected["drip"] >= 2
    assert proxy.injected["latency"] >= 2


async def test_a_shut_door_refuses_and_opens_again_at_the_same_place(http: Http) -> None:
    proxy, _, client = http
    await proxy.shut()
    with pytest.raises(httpx.ConnectError):
        await client.get("/x")
    await proxy.open()
    assert (await client.get("/x")).content == BODY


async def test_what_is_injected_holds_for_open_connections(http: Http) -> None:
    proxy, _, client = http
    await client.get("/x")
    proxy.inject(Fault("reset"))
    with pytest.raises(httpx.ReadError):
        await client.get("/x")
    assert proxy.connections == 1


async def test_one_seed_draws_the_same_connections(http: Http) -> None:
    async def hit() -> list[bool]:
        async with Proxy(http[0].target, seed=5) as proxy:
            proxy.inject(Fault("cut", chance=0.5))
            return [await _fails(proxy.url) for _ in range(12)]

    first = await hit()
    assert await hit() == first
    assert {True, False} == set(first)


async def _fails(url: str) -> bool:
    async with httpx.AsyncClient(timeout=1) as client:
        try:
            await client.get(url)
        except httpx.HTTPError:
            return True
    return False


async def test_proxies_on_a_thread_serve_those_that_have_no_loop(http: Http) -> None:
    def ask() -> None:
        with proxies() as place:
            proxy = place.to(http[0].target)
            with httpx.Client(base_url=proxy.url, timeout=2) as client:
                assert client.get("/x").content == BODY
                place.do(proxy.shut())
            with pytest.raises(httpx.ConnectError):
                httpx.get(proxy.url, timeout=2)

    await asyncio.to_thread(ask)


async def test_postgres_answers_through_it_and_a_cut_connection_is_made_anew(database_url: str) -> None:
    async with Proxy(database_target(database_url)) as proxy:
        through = database_through(database_url, proxy)
        database = Database.connect(DatabaseSettings(url=through), application_name="tests")
        for _ in range(2):
            async with database.transaction() as connection:
                assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
            await proxy.drop()
        assert proxy.connections == 2
        await database.close()


async def test_kafka_clients_stay_behind_it_to_the_last_answer(
    kafka_bootstrap: str, unique_topic: Callable[[str], str]
) -> None:
    topic, number = unique_topic("proxied"), 40
    async with Proxy(target(kafka_bootstrap), kafka=True) as proxy:
        settings = KafkaSettings(bootstrap_servers=proxy.address)
        await ensure_topics(settings, [topic])
        async with (
            producing(settings, "tests") as producer,
            consuming(settings, f"tests-{uuid4().hex}", [topic]) as consumer,
        ):
            await producer.send([Outgoing(topic, None, bytes([i]) * 9000) for i in range(number)])
            came = list[bytes]()
            async with asyncio.timeout(20):
                while len(came) < number:
                    came += [record.value for record in await consumer.poll(timeout_s=0.5, limit=100)]
            await proxy.drop()
            await producer.send([Outgoing(topic, None, b"after")])
            async with asyncio.timeout(20):
                while b"after" not in came:
                    came += [record.value for record in await consumer.poll(timeout_s=0.5, limit=100)]
        assert len(set(came)) == number + 1
        assert proxy.connections > 3


def test_an_address_is_replaced_however_the_answer_is_cut() -> None:
    old, new = kafka_address("127.0.0.1", 9092), kafka_address("127.0.0.1", 40_000)
    frame = b"ab" + old + b"cd1"
    stream = len(frame).to_bytes(4) + frame + (1).to_bytes(4) + b"1"
    for size in (1, 2, 7, 100):
        fed = readdressed(old, new)
        told = b"".join(fed(stream[start : start + size]) for start in range(0, len(stream), size))
        assert told == stream.replace(old, new)


def test_addresses_of_other_lengths_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="one length"):
        readdressed(kafka_address("localhost", 1), kafka_address("10.0.0.1", 1))
