"""The gateway: every accepted comparison has exactly one callback, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.contracts.prompt import comparison_blocks, joined, sha256
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.unit import Database
from app.gateway.api.app import build
from app.gateway.providers.base import Answer, FailureKind, Judge, JudgeFailed, Question
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import QUEUE_CHANNEL, messages
from app.gateway.work import Worker
from app.roles.stack import ROOT
from app.settings import GatewaySettings
from tests.integration.parts import Clock, Json, in_process, sent

SETTINGS = GatewaySettings(replay_votes_dir=ROOT / "data/recorded-judgements", queue_max_retries=1, lease_s=30)
GOOD = "The argument is developed carefully. However, it considers several consequences and alternatives. " * 3
POOR = "i dont know. it is good becaus it is good. he have it. i like it. " * 3


class Moody:
    """Fails or crashes as told, then answers."""

    def __init__(self, *moods: Exception) -> None:
        self.moods = list(moods)

    def models(self) -> tuple[str, ...]:
        return ("latent",)

    async def judge(self, question: Question) -> Answer:
        if self.moods:
            raise self.moods.pop(0)
        return await MockJudge(SETTINGS).judge(question)


def request(**changes: Any) -> Json:
    prompt = joined(comparison_blocks(None, GOOD, POOR))
    return {
        "user_prompt": prompt,
        "callback_topic": Topic.COMPARISON_RESULT,
        "correlation_id": str(uuid4()),
        "llm_config_overrides": {
            "provider_override": "mock",
            "model_override": "latent",
            "temperature_override": 0.0,
        },
        "metadata": {"essay_a_id": "a", "essay_b_id": "b", "bos_batch_id": "batch", "seed": 7},
    } | changes


class Gateway:
    """One gateway in process: its HTTP, its worker, its outbox."""

    def __init__(
        self, database: Database, url: str, http: httpx.AsyncClient, judges: dict[str, Judge], clock: Clock
    ):
        self.database, self.http, self.clock = database, http, clock
        self.judges, self.url = judges, url

    def worker(self) -> Worker:
        return Worker(self.database, self.judges, SETTINGS, self.clock)

    async def work(self, steps: int = 4) -> None:
        worker = self.worker()
        async with Wakeup(self.url, QUEUE_CHANNEL) as wakeup:
            for _ in range(steps):
                wakeup.wake()
                await worker.step(wakeup)

    async def callbacks(self) -> list[Json]:
        async with self.database.transaction() as connection:
            return [item["data"] for item in await sent(connection, messages, Topic.COMPARISON_RESULT)]

    async def ask(self, **changes: Any) -> httpx.Response:
        return await self.http.post("/api/v1/comparison", json=request(**changes))


@asynccontextmanager
async def opened(database: Database, url: str, judges: dict[str, Judge] | None = None) -> AsyncIterator[Gateway]:
    clock = Clock()
    available = judges or {"mock": MockJudge(SETTINGS), "replay": ReplayJudge(SETTINGS)}
    async with in_process(build(database, available, SETTINGS, clock)) as http:
        yield Gateway(database, url, http, available, clock)


@pytest.fixture
async def gateway(database: Database, database_url: str) -> AsyncIterator[Gateway]:
    async with opened(database, database_url) as found:
        yield found


async def test_a_comparison_is_answered_once_with_the_effective_settings(gateway: Gateway) -> None:
    answer = await gateway.ask()
    await gateway.work()
    [callback] = await gateway.callbacks()
    assert answer.status_code == 202
    assert callback["request_id"] == answer.json()["queue_id"]
    assert callback["winner"] == "Essay A"
    assert 1 <= callback["confidence"] <= 5
    assert callback["cost_estimate"] > 0
    meta = callback["request_metadata"]
    assert meta["prompt_sha256"] == sha256(request()["user_prompt"])
    assert (meta["essay_a_id"], meta["bos_batch_id"]) == ("a", "batch")
    assert meta["effective_settings"]["temperature_override"] == 0.0


async def test_asking_twice_gives_one_queue_id_and_asking_after_the_end_the_callback_again(
    gateway: Gateway,
) -> None:
    wanted = request()
    first = await gateway.http.post("/api/v1/comparison", json=wanted)
    second = await gateway.http.post("/api/v1/comparison", json=wanted)
    assert first.json()["queue_id"] == second.json()["queue_id"]
    await gateway.work()
    assert len(await gateway.callbacks()) == 1
    await gateway.http.post("/api/v1/comparison", json=wanted)
    one, again = await gateway.callbacks()
    assert one == again


async def test_the_same_id_for_another_comparison_is_a_conflict(gateway: Gateway) -> None:
    wanted = request()
    await gateway.http.post("/api/v1/comparison", json=wanted)
    answer = await gateway.http.post("/api/v1/comparison", json=wanted | {"user_prompt": "other"})
    assert answer.status_code == 409


async def test_in_a_batch_each_comparison_is_accepted_or_refused_by_itself(gateway: Gateway) -> None:
    items = [request(), {"user_prompt": ""}, request(llm_config_overrides=None), request(callback_topic="other")]
    answer = await gateway.http.post("/api/v1/comparisons", json={"comparisons": items})
    assert answer.status_code == 202
    assert [item["status"] for item in answer.json()["items"]] == ["queued", "refused", "refused", "refused"]
    await gateway.work()
    assert len(await gateway.callbacks()) == 1


@pytest.mark.parametrize(
    "overrides",
    [None, {}, {"provider_override": "openai"}, {"provider_override": "mock", "model_override": "none"}],
)
async def test_a_judge_that_is_not_there_is_refused(gateway: Gateway, overrides: Json | None) -> None:
    answer = await gateway.ask(llm_config_overrides=overrides)
    assert answer.status_code in {400, 422}
    assert "llm_config_overrides" in answer.json()["error"]["message"]


async def test_a_passing_failure_is_tried_again_and_a_lasting_one_reported(
    database: Database, database_url: str
) -> None:
    moody = Moody(JudgeFailed("RATE_LIMIT", "busy", kind=FailureKind.RATE_LIMITED))
    async with opened(database, database_url, {"mock": moody}) as gateway:
        await gateway.ask()
        await gateway.work()
        assert await gateway.callbacks() == []
        gateway.clock.pass_by(60)
        await gateway.work()
        assert [item["winner"] for item in await gateway.callbacks()] == ["Essay A"]
        moody.moods = [JudgeFailed("INVALID_API_KEY", "no", kind=FailureKind.BROKEN)]
        await gateway.ask()
        await gateway.work()
        assert (await gateway.callbacks())[-1]["error_detail"]["error_code"] == "INVALID_API_KEY"


async def test_a_judge_that_crashes_ends_in_one_error_callback(database: Database, database_url: str) -> None:
    async with opened(database, database_url, {"mock": Moody(RuntimeError("x"), RuntimeError("x"))}) as gateway:
        await gateway.ask()
        for _ in range(2):
            await gateway.work()
            gateway.clock.pass_by(60)
        [callback] = await gateway.callbacks()
        assert callback["winner"] is None
        assert callback["error_detail"]["error_code"] == "LLM_INTERNAL_ERROR"


async def test_a_comparison_that_waited_too_long_gets_an_error_callback(gateway: Gateway) -> None:
    await gateway.ask()
    gateway.clock.pass_by(5 * 3600)
    await gateway.work()
    [callback] = await gateway.callbacks()
    assert callback["error_detail"]["error_code"] == "TIMEOUT"


async def test_a_prompt_without_two_essays_gets_an_error_callback(gateway: Gateway) -> None:
    await gateway.ask(user_prompt="no essays here")
    await gateway.work()
    [callback] = await gateway.callbacks()
    assert callback["error_detail"]["error_code"] == "LLM_INVALID_PROMPT"


async def test_the_lease_of_a_dead_worker_is_taken_over_and_the_zombie_fenced_out(
    database: Database, database_url: str
) -> None:
    release, asked = asyncio.Event(), asyncio.Event()

    class Slow(Moody):
        async def judge(self, question: Question) -> Answer:
            asked.set()
            await release.wait()
            return await super().judge(question)

    slow: dict[str, Judge] = {"mock": Slow()}
    async with opened(database, database_url, slow) as gateway, Wakeup(database_url, QUEUE_CHANNEL) as wakeup:
        await gateway.ask()
        zombie = gateway.worker()
        thinking = asyncio.create_task(zombie.step(wakeup))
        async with asyncio.timeout(5):
            await asked.wait()
        gateway.clock.pass_by(SETTINGS.lease_s + 1)
        gateway.judges["mock"] = MockJudge(SETTINGS)
        await gateway.work()
        assert len(await gateway.callbacks()) == 1
        release.set()
        await thinking
        await zombie.step(wakeup)
        assert len(await gateway.callbacks()) == 1


async def test_replayed_verdicts_come_from_people_and_follow_the_seed() -> None:
    judge = ReplayJudge(SETTINGS)

    def question(a: str, b: str, repeat: int) -> Question:
        ids = {"essay_a_id": f"student::{a}_0A1B2C3D", "essay_b_id": f"student::{b}_0A1B2C3E"}
        return Question(
            "p", "a", "b", "school-uniform-good", metadata=ids | {"seed": 1, "comparison_repeat": repeat}
        )

    one = [await judge.judge(question("ARG203291", "ARG198325", n)) for n in range(20)]
    other = [await judge.judge(question("ARG198325", "ARG203291", n)) for n in range(20)]
    assert [answer.first_wins for answer in one] == [not answer.first_wins for answer in other]
    assert all(answer.justification for answer in one)
    with pytest.raises(JudgeFailed, match="nobody decided"):
        await judge.judge(question("ARG1", "ARG2", 0))


async def test_the_mock_judge_repeats_itself_for_the_same_seed() -> None:
    judge = MockJudge(SETTINGS)

    def question(seed: int, repeat: int) -> Question:
        return Question("p", GOOD, GOOD + "x", "coin", metadata={"seed": seed, "comparison_repeat": repeat})

    one = [(await judge.judge(question(1, n))).first_wins for n in range(40)]
    assert one == [(await judge.judge(question(1, n))).first_wins for n in range(40)]
    assert one != [(await judge.judge(question(2, n))).first_wins for n in range(40)]


async def test_a_queue_id_is_a_uuid(gateway: Gateway) -> None:
    queue_id = (await gateway.ask()).json()["queue_id"]
    assert str(UUID(queue_id)) == queue_id
    assert (await gateway.http.get("/api/v1/queue")).json()["queued"] == 1
    assert "latent" in (await gateway.http.get("/api/v1/providers")).json()["providers"]["mock"]
