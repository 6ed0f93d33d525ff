"""Serial bundles and batch jobs: items isolated, jobs that survive a restart, one callback each in every mode."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.db.unit import Database
from app.gateway.providers.base import Answer, FailureKind, JobProgress, JobState, JudgeFailed, Question
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.tables import jobs
from app.settings import GatewaySettings
from tests.integration.gateway_parts import (
    Gateway,
    Scripted,
    failure,
    metric,
    opened,
    request,
    settings,
    verdict,
)
from tests.integration.parts import Json

BUNDLES = settings(queue_processing_mode="serial_bundle", concurrency=4)
BATCHES = settings(
    queue_processing_mode="batch_api", batch_api_mode="opportunistic", batch_api_gather_s=5, batch_api_poll_s=10
)


def bundle_calls(model: str = "latent") -> tuple[float, float]:
    """Return how many bundles were judged so far, and how many items in them."""
    labels = {"provider": "mock", "model": model}
    calls = metric("llm_provider_serial_bundle_calls_total", **labels)
    return calls, metric("llm_provider_serial_bundle_items_per_call_sum", **labels)


async def test_compatible_comparisons_go_into_one_bundle_and_a_bad_one_fails_alone(
    database: Database, database_url: str
) -> None:
    judge = Scripted(verdict(Question("p", "", "", "latent")), failure(FailureKind.REFUSED), RuntimeError("boom"))
    before = bundle_calls()
    async with opened(database, database_url, {"mock": judge}, BUNDLES) as gateway:
        await gateway.ask_many(5)
        await gateway.work()
        gateway.clock.pass_by(60)
        await gateway.work()
        results = [item["winner"] for item in await gateway.callbacks()]
        modes = {item["request_metadata"]["queue_processing_mode"] for item in await gateway.callbacks()}
    assert sorted(str(winner) for winner in results) == ["Essay A"] * 4 + ["None"]
    assert modes == {"serial_bundle"}
    assert (bundle_calls()[0] - before[0], bundle_calls()[1] - before[1]) == (2, 6)


class SideBySide(Scripted):
    """Answers the first question by itself, and the others only when ``company`` of them are asked at once."""

    def __init__(self, company: int) -> None:
        super().__init__()
        self.together = asyncio.Barrier(company)
        self.first_answered = False

    async def judge(self, question: Question) -> Answer:
        if not self.asked:
            answer = await super().judge(question)
            await asyncio.sleep(0)
            self.first_answered = True
            return answer
        assert self.first_answered
        answer = await super().judge(question)
        async with asyncio.timeout(10):
            await self.together.wait()
        return answer


async def test_the_first_of_a_bundle_goes_ahead_and_the_others_go_side_by_side(
    database: Database, database_url: str
) -> None:
    before = bundle_calls()
    async with opened(database, database_url, {"mock": SideBySide(4)}, BUNDLES) as gateway:
        await gateway.ask_many(9)
        await gateway.work()
        winners = [item["winner"] for item in await gateway.callbacks()]
    assert winners == ["Essay A"] * 9
    assert (bundle_calls()[0] - before[0], bundle_calls()[1] - before[1]) == (1, 9)


async def test_other_settings_and_other_hints_make_other_bundles_and_the_wish_limits_the_size(
    database: Database, database_url: str
) -> None:
    before = bundle_calls()
    async with opened(database, database_url, {"mock": Scripted()}, BUNDLES) as gateway:
        await gateway.ask_many(5, metadata={"preferred_bundle_size": 2})
        await gateway.ask_many(2, overrides={"temperature_override": 0.7})
        await gateway.ask_many(2, metadata={"cj_llm_batching_mode": "serial_bundle"})
        await gateway.ask_many(3, metadata={"cj_llm_batching_mode": "per_request"})
        await gateway.work(10)
        assert len(await gateway.callbacks()) == 12
        modes = [item["request_metadata"]["queue_processing_mode"] for item in await gateway.callbacks()]
    assert modes.count("per_request") == 3
    assert (bundle_calls()[0] - before[0], bundle_calls()[1] - before[1]) == (3 + 1 + 1, 9)


class CancelsTheRest(Scripted):
    """Has all other comparisons cancelled while it thinks for five seconds about the first one."""

    gateway: Gateway
    others: list[str]

    async def judge(self, question: Question) -> Answer:
        if not self.asked:
            await self.gateway.http.post("/api/v1/comparisons/cancel", json={"correlation_ids": self.others})
            self.gateway.clock.pass_by(5)
        return await super().judge(question)


async def test_what_was_cancelled_while_its_bundle_is_judged_is_not_asked_any_more(
    database: Database, database_url: str
) -> None:
    judge = CancelsTheRest()
    async with opened(database, database_url, {"mock": judge}, BUNDLES) as gateway:
        wanted = await gateway.ask_many(5)
        judge.gateway, judge.others = gateway, [item["correlation_id"] for item in wanted[1:4]]
        await gateway.work()
        states = await gateway.states()
    assert len(judge.asked) == 2
    assert states == ["succeeded", "cancelled", "cancelled", "cancelled", "succeeded"]


async def test_batch_jobs_that_are_off_or_unknown_to_the_provider_become_bundles(
    database: Database, database_url: str
) -> None:
    hint = {"cj_llm_batching_mode": "provider_batch_api"}
    for chosen in (settings(batch_api_mode="disabled"), settings(batch_api_mode="opportunistic")):
        async with opened(database, database_url, {"mock": Scripted()}, chosen) as gateway:
            await gateway.ask_many(1, metadata=hint)
            await gateway.work()
            last = (await gateway.callbacks())[-1]
            assert last["request_metadata"]["queue_processing_mode"] == "serial_bundle"


class Provider(InProcessBatches):
    """A batch interface that can be told where a job stands, and loses what it is told to lose."""

    def __init__(self, judge: Scripted, clock: Any) -> None:
        super().__init__(judge, clock, 60.0)
        self.submitted: list[str] = []
        self.moods: list[Exception] = []
        self.says: JobProgress | None = None
        self.silent_about = 0
        self.cancelled: list[str] = []

    async def submit(self, questions: Any, *, job_key: str) -> str:
        self.submitted.append(job_key)
        found = await super().submit(questions, job_key=job_key)
        if self.moods:
            raise self.moods.pop(0)
        return found

    async def look(self, job_id: str) -> JobProgress:
        return self.says or await super().look(job_id)

    async def results(self, job_id: str) -> AsyncIterator[tuple[str, Answer | JudgeFailed]]:
        number = 0
        async for found in super().results(job_id):
            number += 1
            if number > self.silent_about:
                yield found

    async def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        await super().cancel(job_id)


class Batched:
    """A gateway whose mock takes batch jobs."""

    def __init__(self, gateway: Gateway, provider: Provider, judge: Scripted) -> None:
        self.gateway, self.provider, self.judge = gateway, provider, judge

    async def planned(self, count: int, **changes: Any) -> list[Json]:
        wanted = await self.gateway.ask_many(count, **changes)
        self.gateway.clock.pass_by(6)
        await self.gateway.work(1)
        return wanted

    async def pass_by(self, seconds: float) -> None:
        self.gateway.clock.pass_by(seconds)
        await self.gateway.jobs()

    async def job(self) -> Any:
        async with self.gateway.database.transaction() as connection:
            return (await connection.execute(select(jobs))).one()


async def _batched(database: Database, url: str, chosen: GatewaySettings) -> AsyncIterator[Batched]:
    judge = Scripted()
    batches: dict[str, Provider] = {}
    async with opened(database, url, {"mock": judge}, chosen, batches) as gateway:
        batches["mock"] = Provider(judge, gateway.clock)
        yield Batched(gateway, batches["mock"], judge)


@pytest.fixture
async def batched(database: Database, database_url: str) -> AsyncIterator[Batched]:
    async for found in _batched(database, database_url, BATCHES):
        yield found


async def test_a_batch_job_is_handed_in_looked_at_and_answered_item_by_item(batched: Batched) -> None:
    batched.judge.moods = [failure(FailureKind.REFUSED, "LLM_CONTENT_TOO_LONG")]
    await batched.planned(3)
    assert await batched.gateway.states() == ["in_job"] * 3
    await batched.gateway.jobs()
    assert (await batched.job()).status == "running"
    assert await batched.gateway.callbacks() == []
    await batched.pass_by(70)
    job = await batched.job()
    assert (job.status, job.outcome, job.items) == ("done", "completed", 3)
    assert sorted(map(str, await batched.gateway.errors())) == ["LLM_CONTENT_TOO_LONG", "None", "None"]
    metadata = [item["request_metadata"] for item in await batched.gateway.callbacks()]
    assert {meta["queue_processing_mode"] for meta in metadata} == {"batch_api"}
    await batched.pass_by(70)
    assert len(await batched.gateway.callbacks()) == 3


async def test_a_job_waits_for_others_to_join_but_not_when_it_is_full(
    database: Database, database_url: str
) -> None:
    chosen = BATCHES.model_copy(update={"batch_api_max_requests_per_job": 2, "batch_api_gather_s": 100})
    async for batched in _batched(database, database_url, chosen):
        await batched.planned(1)
        assert await batched.gateway.states() == ["queued"]
        await batched.planned(2)
        assert sorted(await batched.gateway.states()) == ["in_job", "in_job", "queued"]


async def test_a_job_whose_process_died_after_handing_it_in_is_found_and_not_handed_in_twice(
    batched: Batched,
) -> None:
    batched.provider.moods = [ConnectionResetError("died before the note")]
    await batched.planned(2)
    await batched.gateway.jobs(1)
    assert (await batched.job()).status == "planned"
    await batched.pass_by(120)
    assert (await batched.job()).outcome == "completed"
    assert len(batched.provider.submitted) == 1
    assert len(await batched.gateway.callbacks()) == 2


async def test_results_that_are_there_already_are_used_while_the_job_runs(batched: Batched) -> None:
    await batched.planned(3)
    await batched.gateway.jobs()
    batched.provider.says = JobProgress(JobState.RUNNING, readable=True)
    batched.provider.silent_about = 2
    await batched.pass_by(11)
    assert len(await batched.gateway.callbacks()) == 1
    assert (await batched.job()).status == "running"
    batched.provider.says, batched.provider.silent_about = JobProgress(JobState.COMPLETED, readable=True), 0
    await batched.pass_by(11)
    assert len(await batched.gateway.callbacks()) == 3
    assert sum(row.attempts for row in await batched.gateway.rows()) == 3


@pytest.mark.parametrize("state", [JobState.EXPIRED, JobState.FAILED, JobState.COMPLETED])
async def test_items_without_a_result_are_asked_one_by_one_within_their_time_to_live(
    batched: Batched, state: JobState
) -> None:
    await batched.planned(3)
    await batched.gateway.jobs()
    batched.provider.says, batched.provider.silent_about = JobProgress(state, readable=True), 2
    await batched.pass_by(11)
    assert len(await batched.gateway.callbacks()) == 1
    batched.gateway.clock.pass_by(60)
    await batched.gateway.work()
    callbacks = await batched.gateway.callbacks()
    assert [item["winner"] for item in callbacks] == ["Essay A"] * 3
    assert [item["request_metadata"]["attempts"] for item in callbacks] == [1, 2, 2]
    assert (await batched.job()).outcome == state.value


async def test_a_job_that_the_provider_refuses_fails_its_items_with_the_reason(batched: Batched) -> None:
    batched.provider.moods = [failure(FailureKind.BROKEN, "INVALID_API_KEY")]
    await batched.planned(2)
    await batched.gateway.jobs()
    assert await batched.gateway.errors() == ["INVALID_API_KEY"] * 2
    assert (await batched.job()).outcome == "failed"


async def test_cancelling_all_of_a_job_cancels_it_at_the_provider_and_some_of_it_does_not(
    batched: Batched,
) -> None:
    wanted = await batched.planned(3)
    await batched.gateway.jobs()
    cancel = "/api/v1/comparisons/cancel"
    ids = [item["correlation_id"] for item in wanted]
    await batched.gateway.http.post(cancel, json={"correlation_ids": ids[:1]})
    await batched.pass_by(11)
    assert batched.provider.cancelled == []
    await batched.gateway.http.post(cancel, json={"correlation_ids": ids})
    await batched.pass_by(11)
    assert len(batched.provider.cancelled) == 1
    assert (await batched.job()).outcome == "cancelled"
    assert await batched.gateway.errors() == ["PROCESSING_ERROR"] * 3


async def test_the_cost_of_a_result_that_nobody_wants_any_more_is_noted_once(batched: Batched) -> None:
    wanted = await batched.planned(2)
    await batched.gateway.jobs()
    ids = {"correlation_ids": [wanted[0]["correlation_id"]]}
    await batched.gateway.http.post("/api/v1/comparisons/cancel", json=ids)
    batched.provider.says = JobProgress(JobState.RUNNING, readable=True)
    await batched.pass_by(11)
    await batched.pass_by(11)
    assert [row.cost_usd for row in await batched.gateway.rows()] == [pytest.approx(140e-6)] * 2
    assert len(await batched.gateway.callbacks()) == 2


async def test_items_that_expire_in_a_job_are_answered(batched: Batched) -> None:
    await batched.planned(2)
    await batched.gateway.jobs()
    batched.provider.says = JobProgress(JobState.RUNNING, readable=False)
    batched.gateway.clock.pass_by(26 * 3600)
    await batched.gateway.work(1)
    assert await batched.gateway.errors() == ["TIMEOUT"] * 2


async def test_in_nightly_mode_jobs_start_in_the_window_only(database: Database, database_url: str) -> None:
    chosen = BATCHES.model_copy(update={"batch_api_mode": "nightly", "batch_api_nightly_start_hour": 22})
    async for batched in _batched(database, database_url, chosen):
        batched.gateway.clock.at = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)
        await batched.planned(2)
        assert await batched.gateway.states() == ["queued"] * 2
        batched.gateway.clock.pass_by(2 * 3600)
        await batched.gateway.work(1)
        assert await batched.gateway.states() == ["in_job"] * 2


async def test_a_job_lost_with_its_process_has_its_items_asked_again(batched: Batched) -> None:
    await batched.planned(2)
    await batched.gateway.jobs()
    batched.provider._jobs.clear()
    await batched.pass_by(11)
    batched.gateway.clock.pass_by(60)
    await batched.gateway.work()
    assert [item["winner"] for item in await batched.gateway.callbacks()] == ["Essay A"] * 2


async def test_a_request_in_batch_mode_comes_twice_and_is_answered_once(batched: Batched) -> None:
    wanted = request()
    for _ in range(2):
        await batched.gateway.http.post("/api/v1/comparison", json=wanted)
    batched.gateway.clock.pass_by(6)
    await batched.gateway.work(1)
    await batched.gateway.jobs()
    await batched.pass_by(70)
    assert len(await batched.gateway.callbacks()) == 1
