"""One gateway in process, for tests: its HTTP, its worker, its jobs, its outbox; and judges that misbehave."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import select

from app.contracts.prompt import comparison_blocks, joined
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge.tokens import service_token
from app.gateway.api.app import build
from app.gateway.jobs import Jobs
from app.gateway.money import PriceTable
from app.gateway.parts import Parts
from app.gateway.providers.base import Answer, BatchJudge, FailureKind, Judge, JudgeFailed, Question, Usage
from app.gateway.tables import JOBS_CHANNEL, QUEUE_CHANNEL, messages, requests
from app.gateway.work import Worker
from app.roles.stack import ROOT
from app.settings import AuthSettings, GatewaySettings
from tests.integration.parts import Clock, Json, in_process, sent

AUTH = AuthSettings(jwt_secret_key=SecretStr("a secret that is long enough for the tests"), admin_token=None)
SETTINGS = GatewaySettings(replay_votes_dir=ROOT / "data/recorded-judgements", queue_max_retries=1, lease_s=30)
GOOD = "The argument is developed carefully. However, it considers several consequences and alternatives. " * 3
POOR = "i dont know. it is good becaus it is good. he have it. i like it. " * 3
PRICE = (1e-6, 4e-6)
PRICES = PriceTable({("mock", None): PRICE})


def settings(**changes: Any) -> GatewaySettings:
    return SETTINGS.model_copy(update=changes)


def request(**changes: Any) -> Json:
    overrides = {"provider_override": "mock", "model_override": "latent", "temperature_override": 0.0}
    metadata = {"essay_a_id": "a", "essay_b_id": "b", "bos_batch_id": "batch", "seed": 7}
    metadata |= changes.pop("metadata", {})
    overrides |= changes.pop("overrides", {})
    return {
        "user_prompt": joined(comparison_blocks(None, GOOD, POOR)),
        "callback_topic": Topic.COMPARISON_RESULT,
        "correlation_id": str(uuid4()),
        "llm_config_overrides": overrides,
        "metadata": metadata,
    } | changes


class Scripted:
    """Does what it is told, one mood a call, then answers; remembers every question."""

    def __init__(self, *moods: Exception | Answer) -> None:
        self.moods = list(moods)
        self.asked: list[Question] = []

    def models(self) -> tuple[str, ...]:
        return ("latent", "coin")

    async def judge(self, question: Question) -> Answer:
        self.asked.append(question)
        mood = self.moods.pop(0) if self.moods else verdict(question)
        if isinstance(mood, Exception):
            raise mood
        return mood


def verdict(question: Question, **changes: Any) -> Answer:
    usage = Usage(prompt_tokens=100, completion_tokens=10, cost_usd=100 * PRICE[0] + 10 * PRICE[1])
    found = {"first_wins": True, "confidence": 3.0, "justification": "good", "model": question.model or "latent"}
    return Answer(**{"usage": usage, **found, **changes})


def failure(kind: FailureKind, code: str = "LLM_PROVIDER_API_ERROR", **changes: Any) -> JudgeFailed:
    return JudgeFailed(code, changes.pop("message", "told to fail"), kind=kind, **changes)


@dataclass
class Gateway:
    """One gateway in process."""

    parts: Parts
    url: str
    http: httpx.AsyncClient
    clock: Clock
    judges: dict[str, Judge]

    @property
    def database(self) -> Database:
        return self.parts.database

    async def work(self, steps: int = 6, worker: Worker | None = None) -> Worker:
        """Let a worker, a new one unless given, take ``steps`` steps, and more while it holds something."""
        worker = worker or Worker(self.parts)
        async with Wakeup(self.url, QUEUE_CHANNEL) as wakeup:
            for number in range(200):
                if number >= steps and not worker._units and not worker._done:
                    break
                wakeup.wake()
                await worker.step(wakeup)
        return worker

    async def jobs(self, idle_steps: int = 3) -> None:
        """Let a new worker over batch jobs work until it found nothing to do ``idle_steps`` times in a row."""
        worker, idle = Jobs(self.parts).worker(), 0
        async with Wakeup(self.url, JOBS_CHANNEL) as wakeup:
            for _ in range(500):
                wakeup.wake()
                await worker.step(wakeup)
                idle = 0 if worker._busy else idle + 1
                if idle >= idle_steps:
                    break

    async def callbacks(self) -> list[Json]:
        async with self.database.transaction() as connection:
            return [item["data"] for item in await sent(connection, messages, Topic.COMPARISON_RESULT)]

    async def errors(self) -> list[str | None]:
        return [(item["error_detail"] or {}).get("error_code") for item in await self.callbacks()]

    async def ask(self, **changes: Any) -> httpx.Response:
        return await self.http.post("/api/v1/comparison", json=request(**changes))

    async def ask_many(self, count: int, **changes: Any) -> list[Json]:
        wanted = [request(**changes) for _ in range(count)]
        answer = await self.http.post("/api/v1/comparisons", json={"comparisons": wanted})
        assert answer.status_code == 202, answer.text
        return wanted

    async def rows(self) -> list[Any]:
        async with self.database.transaction() as connection:
            return list((await connection.execute(select(requests).order_by(requests.c.seq))).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]


@asynccontextmanager
async def opened(
    database: Database,
    url: str,
    judges: Mapping[str, Judge],
    chosen: GatewaySettings = SETTINGS,
    batch_judges: Mapping[str, BatchJudge] | None = None,
    prices: PriceTable = PRICES,
) -> AsyncIterator[Gateway]:
    """Yield a gateway whose jitter is half and whose clock moves only when told to."""
    clock, available = Clock(), dict(judges)
    parts = Parts(
        database,
        available,
        chosen,
        clock,
        AUTH,
        batch_judges={} if batch_judges is None else batch_judges,
        prices=prices,
        draw=lambda: 0.5,
    )
    async with in_process(build(parts)) as http:
        http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
        yield Gateway(parts, url, http, clock, available)


def metric(name: str, **labels: str) -> float:
    """Return the present value of a metric, 0 where it was never written."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
