"""The engine on a real database, between a scripted gateway and a scripted content store, all driven by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
from sqlalchemy import select

from app.cj import collect, finish, intake, missing, prepare, send, waves, withdraw
from app.cj.gateway_http import Gateway
from app.cj.parts import Parts
from app.cj.states import FINAL, BatchState
from app.cj.tables import batches, comparisons, messages
from app.contracts.topics import Topic
from app.db.unit import Database
from app.edge.client_http import HttpClient
from app.edge.content_http import ContentStore
from app.errors import AppError, Unavailable
from app.settings import CJSettings
from tests.integration.parts import Clock, Json, deliver, neighbour, sent

STAGES = {
    BatchState.RECEIVED: prepare.prepare,
    BatchState.SENDING: send.send,
    BatchState.WAITING: missing.look_for,
    BatchState.SCORING: waves.score,
    **dict.fromkeys(FINAL, withdraw.withdraw),
}
Script = Callable[[Json], Json | None]


def strength(essay_id: str) -> int:
    """The quality of an essay is the number in its id."""
    return int("".join(filter(str.isdigit, essay_id)) or 0)


def better_wins(asked: Json) -> Json:
    meta = asked["metadata"]
    first = strength(meta["essay_a_id"]) >= strength(meta["essay_b_id"])
    return {"winner": "Essay A" if first else "Essay B", "confidence": 3.0, "cost_estimate": 0.001}


def failure(code: str = "TIMEOUT", *, retryable: bool = True, cost: float = 0.0) -> Json:
    return {"error": code, "retryable": retryable, "cost_estimate": cost}


@dataclass
class ScriptedGateway:
    """Takes comparisons, and answers each as the script says; None means never."""

    script: Script = better_wins
    asked: dict[str, Json] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    callbacks: list[Json] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    cancel_status: int = 200
    knows: Callable[[str], Json] | None = None
    """What it tells of a comparison by its id; None where it does not tell."""
    find_status: int = 404
    """How it refuses to tell."""
    looked_up: list[int] = field(default_factory=list)
    down: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503)
        body = orjson.loads(request.content)
        if request.url.path.endswith("/find"):
            return self._tell(body["correlation_ids"])
        if request.url.path.endswith("/cancel"):
            self.withdrawn += body["correlation_ids"] if self.cancel_status < 300 else []
            return httpx.Response(self.cancel_status, json={})
        self.calls.append(len(body["comparisons"]))
        items = [self._take(index, asked) for index, asked in enumerate(body["comparisons"])]
        return httpx.Response(202, json={"items": items})

    def _tell(self, ids: list[str]) -> httpx.Response:
        self.looked_up.append(len(ids))
        if self.knows is None:
            return httpx.Response(self.find_status, json={"detail": "no"})
        return httpx.Response(200, json={"items": [self.knows(name) for name in ids]})

    def _take(self, index: int, asked: Json) -> Json:
        name = asked["correlation_id"]
        self.order.append(name)
        fresh = name not in self.asked
        self.asked[name] = asked
        told = self.script(asked) if fresh else None
        if told is not None and "refused" in told:
            refusal = {"error_code": told["refused"], "error": "no", "retryable": told.get("retryable", False)}
            return {"index": index, "status": "refused"} | refusal
        if told is not None:
            self.callbacks.append(callback(asked, told))
            self.news.set()
        return {"index": index, "status": "queued", "correlation_id": name, "queue_id": str(uuid4())}

    def taken(self) -> list[Json]:
        """Return the callbacks since the last time."""
        fresh, self.callbacks = self.callbacks, []
        return fresh


def callback(asked: Json, told: Json) -> Json:
    """Return the event for one comparison."""
    now = "2026-01-02T03:04:05Z"
    data: Json = {
        "request_id": str(uuid4()),
        "correlation_id": asked["correlation_id"],
        "provider": told.get("provider", "mock"),
        "model": told.get("model", "latent"),
        "cost_estimate": told.get("cost_estimate", 0.0),
        "requested_at": now,
        "completed_at": now,
        "request_metadata": asked["metadata"] | {name: told[name] for name in ("cost_known",) if name in told},
    }
    if "error" in told:
        detail = {"error_code": told["error"], "message": "no verdict", "service": "s", "operation": "o"}
        detail |= {"correlation_id": asked["correlation_id"], "timestamp": now}
        data["error_detail"] = detail | {"details": {"retryable": told["retryable"]}}
    else:
        data |= {"winner": told["winner"], "confidence": told["confidence"], "justification": "better"}
    return envelope(data)


def envelope(data: Json, metadata: Any = None) -> Json:
    return {
        "event_id": str(uuid4()),
        "event_type": "x",
        "event_timestamp": "2026-01-02T03:04:05Z",
        "source_service": "tests",
        "correlation_id": str(uuid4()),
        "data": data,
        "metadata": metadata,
    }


@dataclass
class House:
    """The engine with everything around it; ``run`` drives all batches to their ends."""

    database: Database
    parts: Parts
    gateway: ScriptedGateway
    texts: dict[str, str]
    clock: Clock
    twice: bool = False

    def request(self, ids: int | list[str], data: Mapping[str, Any] | None = None, **metadata: Any) -> Json:
        """Return a request for essays ``e0``, ``e1``, …, the later the better; ``metadata`` are the wishes."""
        names = [f"e{number}" for number in range(ids)] if isinstance(ids, int) else ids
        for name in names:
            self.texts.setdefault(name, f"The text of {name}. " * 3)
        now = self.clock().isoformat()
        body: Json = {
            "entity_id": str(uuid4()),
            "timestamp": now,
            "system_metadata": {"timestamp": now},
            "essays_for_cj": [{"essay_id": name, "text_storage_id": name} for name in names],
            "language": "en",
            "course_code": "ENG5",
            "user_id": "u",
            "llm_config_overrides": {"provider_override": "mock", "model_override": "latent"},
        }
        return envelope(body | dict(data or {}), metadata)

    async def ask(self, *requests: Json) -> None:
        for request in requests:
            await deliver(self.database, intake.route(self.parts.settings, self.clock), request)

    async def verdicts(self, *callbacks: Json) -> None:
        for _ in range(2 if self.twice else 1):
            if callbacks:
                await deliver(self.database, collect.route(self.clock), *callbacks)

    async def step(self) -> bool:
        """Do what is due, once (or twice) each, and let the gateway answer; return whether anything was done."""
        async with self.database.transaction() as connection:
            rows = await connection.execute(
                select(batches.c.id, batches.c.status)
                .where(batches.c.due_at <= self.clock())
                .order_by(batches.c.id)
            )
            due = [(row.id, STAGES[BatchState(row.status)]) for row in rows]
        for batch_id, stage in due:
            for _ in range(2 if self.twice else 1):
                await self.work(stage, batch_id)
        told = self.gateway.taken()
        await self.verdicts(*told)
        return bool(due or told)

    async def work(self, stage: Any, batch_id: int) -> None:
        try:
            await stage(self.parts, batch_id)
        except Unavailable:
            self.clock.pass_by(1)
        except AppError as error:
            await finish.broken(self.parts, batch_id, error)

    async def run(self, *requests: Json, steps: int = 400) -> None:
        """Take the requests in and go on until nothing is left to do; time passes while all wait."""
        await self.ask(*requests)
        for _ in range(steps):
            if not await self.step() and not await self._wait():
                return
        raise AssertionError("a batch does not end")

    async def _wait(self) -> bool:
        async with self.database.transaction() as connection:
            soon = (
                select(batches.c.due_at).where(batches.c.due_at.is_not(None)).order_by(batches.c.due_at).limit(1)
            )
            due_at = (await connection.execute(soon)).scalar_one_or_none()
        if due_at is not None:
            self.clock.at = max(self.clock.at, due_at) + timedelta(milliseconds=1)
        return due_at is not None

    async def batch(self, batch_id: int = 1) -> Any:
        async with self.database.transaction() as connection:
            return (await connection.execute(select(batches).where(batches.c.id == batch_id))).one()

    async def pairs(self, batch_id: int = 1) -> list[Any]:
        async with self.database.transaction() as connection:
            wanted = select(comparisons).where(comparisons.c.batch_id == batch_id).order_by(comparisons.c.number)
            return list((await connection.execute(wanted)).all())

    async def events(self, topic: Topic) -> list[Json]:
        async with self.database.transaction() as connection:
            return [event["data"] for event in await sent(connection, messages, topic)]

    async def why(self) -> Json:
        """Return what the one failure event says."""
        [failed] = await self.events(Topic.CJ_FAILED)
        assert await self.events(Topic.CJ_COMPLETED) == []
        info: Json = failed["system_metadata"]["error_info"]
        return info | {"job_id": failed["cj_assessment_job_id"], "status": failed["status"]}

    async def facts(self) -> Json:
        """Return the metadata of the one result."""
        [result] = await self.events(Topic.RESULT_PUBLISHED)
        facts: Json = result["assessment_metadata"]
        return facts


@asynccontextmanager
async def house(database: Database, script: Script = better_wins, **settings: Any) -> AsyncIterator[House]:
    """Open a house; ``settings`` are the engine's."""
    gateway, clock, texts = ScriptedGateway(script), Clock(), dict[str, str]()

    def content(request: httpx.Request) -> httpx.Response:
        text = texts.get(request.url.path.rsplit("/", 1)[-1])
        return httpx.Response(404) if text is None else httpx.Response(200, text=text)

    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(content)) as store,
        httpx.AsyncClient(transport=httpx.MockTransport(gateway.answer)) as judges,
    ):
        parts = Parts(
            database,
            ContentStore(neighbour(store, "content"), "http://content/v1/content"),
            Gateway(HttpClient(judges, "the gateway", attempts=1), "http://gateway"),
            CJSettings(**settings),
            "system prompt",
            clock,
        )
        yield House(database, parts, gateway, texts, clock)
