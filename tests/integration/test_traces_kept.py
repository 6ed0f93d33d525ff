"""Traces are kept in Postgres with what goes on later: outbox, queue, batch jobs, runs; whoever takes it up."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.contracts.envelope import Envelope
from app.db.unit import Database
from app.gateway.providers.base import FailureKind
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.tables import messages as gateway_messages
from app.messaging import outbox
from app.messaging.bus import Record
from app.messaging.consume import ConsumeLoop, Route
from app.messaging.kafka import consuming, ensure_topics, producing
from app.messaging.relay import Relay, RelayTimes
from app.roles.judges import real_judges
from app.runner.tables import messages
from app.settings import KafkaSettings
from app.telemetry import tracing
from tests.fakes.kept_spans import Kept, header, id_of, keeping, linked, parent_of, trace_of
from tests.fakes.provider_server import FakeProviders
from tests.fakes.questions import question
from tests.integration.gateway_parts import Gateway, Scripted, failure, opened, settings
from tests.integration.test_messaging import Kept as Words
from tests.integration.test_messaging import ListProducer, Note, envelope

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ONE, OTHER = "1" * 32, "2" * 32
SENTENCE = "The argument is developed carefully"


@pytest.fixture
def kept() -> Iterator[Kept]:
    with keeping() as found:
        yield found


@pytest.fixture
async def gateway(database: Database, database_url: str) -> AsyncIterator[Gateway]:
    async with opened(database, database_url, {"mock": Scripted()}) as found:
        yield found


async def callbacks(gateway: Gateway) -> ListProducer:
    """Return what a relay sends of the gateway's outbox."""
    producer = ListProducer()
    await Relay("gateway", gateway.database, gateway_messages, producer, RelayTimes()).send_once()
    return producer


async def test_an_event_that_another_process_sends_after_a_restart_is_of_the_same_trace(
    database: Database, kafka: KafkaSettings, unique_topic: Callable[[str], str], kept: Kept
) -> None:
    topic, words = unique_topic("traced"), Words()
    await ensure_topics(kafka, [topic])
    with tracing.span("cause", parent=header(ONE)):
        event = outbox.event(envelope("hello"), topic, aggregate_type="note", aggregate_id="n", now=NOW)
        async with database.transaction() as connection:
            await outbox.add(connection, messages, [event])
    kept.restarted()
    async with producing(kafka, "relay") as producer:
        assert await Relay("test", database, messages, producer, RelayTimes()).send_once() == 1
    kept.restarted()
    async with consuming(kafka, f"group-{uuid4().hex}", [topic]) as consumer:
        route: Route[Note] = Route(topic, Envelope[Note], lambda e: e.data.word, words.handle)
        taking = ConsumeLoop("test", database, messages, consumer, [route])
        for _ in range(60):
            if await taking.take_once(timeout_s=1.0, limit=10):
                break
    cause, sent, handled = kept.one("cause"), kept.one(f"send {topic}"), kept.one(f"process {topic}")
    assert words.words == ["hello"]
    assert {trace_of(span) for span in (cause, sent, handled)} == {ONE}
    assert parent_of(sent) == parent_of(handled) == id_of(cause)


async def test_a_message_of_a_stranger_is_handled_in_a_trace_of_its_own(database: Database, kept: Kept) -> None:
    for number, headers in enumerate(({}, {"traceparent": "garbage", "tracestate": "\x00"})):
        words = Words()
        record = Record("notes", 0, number, None, envelope(f"word {number}").to_json(), headers)
        route: Route[Note] = Route("notes", Envelope[Note], lambda e: e.data.word, words.handle)
        await ConsumeLoop("test", database, messages, OneRecord(record), [route]).take_once(timeout_s=0.1, limit=5)
        assert words.words == [f"word {number}"]
    spans = kept.named("process notes")
    assert [span.parent for span in spans] == [None, None]
    assert len({trace_of(span) for span in spans}) == 2


class OneRecord:
    """A consumer of one record."""

    def __init__(self, record: Record) -> None:
        self._records = [record]

    async def poll(self, *, timeout_s: float, limit: int) -> list[Record]:
        del timeout_s, limit
        return self._records

    async def commit(self) -> None:
        return None

    async def rewind(self) -> None:
        return None

    async def lag(self) -> dict[tuple[str, int], int]:
        return {}


async def test_a_refused_message_marks_its_span_without_its_words(database: Database, kept: Kept) -> None:
    route: Route[Note] = Route("notes", Envelope[Note], lambda e: e.data.word, Words().handle)
    record = Record("notes", 0, 0, None, envelope("bad").to_json(), header(ONE))
    await ConsumeLoop("test", database, messages, OneRecord(record), [route]).take_once(timeout_s=0.1, limit=5)
    span = kept.one("process notes")
    assert span.attributes is not None
    assert span.attributes["error.type"] == "InvalidInput"
    assert not span.status.is_ok


async def test_a_comparison_is_judged_and_answered_in_the_trace_in_which_it_was_asked_for(
    gateway: Gateway, kept: Kept
) -> None:
    gateway.http.headers.update(header(ONE))
    assert (await gateway.ask()).status_code == 202
    kept.restarted()
    await gateway.work()
    accepted, judged = kept.one("POST /api/v1/comparison"), kept.one("chat latent")
    assert (trace_of(judged), parent_of(judged)) == (ONE, id_of(accepted))
    [callback] = (await callbacks(gateway)).sent
    assert callback.headers["traceparent"] == f"00-{ONE}-{id_of(judged)}-01"
    assert judged.attributes is not None
    assert {name: value for name, value in judged.attributes.items() if name.startswith("gen_ai.")} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mock",
        "gen_ai.request.model": "latent",
        "gen_ai.request.temperature": 0.0,
        "gen_ai.response.model": "latent",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    }
    assert judged.kind.name == "CLIENT"
    assert SENTENCE not in kept.text()


async def test_a_judge_that_fails_is_told_by_its_code(database: Database, database_url: str, kept: Kept) -> None:
    refusing = Scripted(failure(FailureKind.REFUSED, "LLM_CONTENT_TOO_LONG", message="planted sentence"))
    async with opened(database, database_url, {"mock": refusing}) as gateway:
        await gateway.ask()
        await gateway.work()
    judged = kept.one("chat latent")
    assert judged.attributes is not None
    assert judged.attributes["error.type"] == "LLM_CONTENT_TOO_LONG"
    assert not judged.status.is_ok
    assert "planted" not in kept.text()


async def test_a_bundle_of_several_traces_is_linked_to_them_and_belongs_to_none(
    database: Database, database_url: str, kept: Kept
) -> None:
    bundles = settings(queue_processing_mode="serial_bundle")
    async with opened(database, database_url, {"mock": Scripted()}, bundles) as gateway:
        for trace in (ONE, OTHER):
            gateway.http.headers.update(header(trace))
            await gateway.ask()
        await gateway.work()
        sent = (await callbacks(gateway)).sent
    bundle = kept.one("serial bundle latent")
    assert bundle.parent is None
    assert linked(bundle) == {ONE, OTHER}
    judged = kept.named("chat latent")
    assert {trace_of(span) for span in judged} == {ONE, OTHER}
    assert all(linked(span) == {trace_of(bundle)} for span in judged)
    assert {tracing.trace_of(record.headers) for record in sent} == {ONE, OTHER}


async def test_what_a_batch_job_answers_is_of_the_trace_of_its_comparison_and_as_long_as_the_job(
    database: Database, database_url: str, kept: Kept
) -> None:
    chosen = settings(queue_processing_mode="batch_api", batch_api_mode="opportunistic", batch_api_gather_s=0)
    judge, batches = Scripted(), dict[str, InProcessBatches]()
    async with opened(database, database_url, {"mock": judge}, chosen, batches) as gateway:
        batches["mock"] = InProcessBatches(judge, gateway.clock, 60.0)
        for trace in (ONE, OTHER):
            gateway.http.headers.update(header(trace))
            await gateway.ask()
        gateway.clock.pass_by(6)
        await gateway.work(1)
        await gateway.jobs()
        kept.restarted()
        gateway.clock.pass_by(90)
        await gateway.jobs()
        sent = (await callbacks(gateway)).sent
    handed_in = kept.one("submit batch job")
    assert linked(handed_in) == {ONE, OTHER}
    judged = kept.named("chat latent")
    assert {trace_of(span) for span in judged} == {ONE, OTHER}
    assert {len(linked(span)) for span in judged} == {1}
    assert all(span.attributes and span.attributes["cj.batch_job.id"] for span in judged)
    assert {tracing.trace_of(record.headers) for record in sent} == {ONE, OTHER}


async def test_no_provider_is_told_of_the_trace(kept: Kept) -> None:
    del kept
    async with FakeProviders() as fake:
        judges: dict[str, Any] = dict(real_judges(fake.settings(llm_request_timeout=20.0)))
        for name, judge in judges.items():
            with tracing.span("work", parent=header(ONE)):
                await judge.judge(question())
            [seen] = fake.seen(name)
            assert "traceparent" not in seen.headers
            await judge.aclose()
    assert len(judges) >= 4
