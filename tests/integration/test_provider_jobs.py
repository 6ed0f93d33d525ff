"""Batch jobs at OpenAI and Anthropic over their HTTP: started once, read in part, cancelled, found again."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.gateway.providers.anthropic_jobs import AnthropicJobs, mark_of
from app.gateway.providers.base import Answer, FailureKind, JobState, JudgeFailed, Sought
from app.roles.judges import batch_judges
from tests.fakes.http_server import Reply
from tests.fakes.provider_jobs import Job
from tests.fakes.provider_server import FakeProviders, Say
from tests.fakes.questions import question

NAMES = ("openai", "anthropic")
ITEMS = [(f"item-{place}", question()) for place in range(4)]
IDS = [custom_id for custom_id, _ in ITEMS]
HALF = {
    "openai": (600 * 1.25 + 400 * 0.125 + 50 * 10.0) / 2e6,
    "anthropic": (600 * 1.0 + 400 * 0.1 + 50 * 5.0) / 2e6,
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeProviders]:
    async with FakeProviders() as server:
        yield server


@pytest.fixture
async def jobs(fake: FakeProviders) -> AsyncIterator[dict[str, Any]]:
    made: dict[str, Any] = dict(batch_judges(fake.settings(llm_request_timeout=20.0)))
    yield made
    for judge in made.values():
        await judge.aclose()


def acts(job: Job, by_item: Mapping[str, Any]) -> dict[str, Any]:
    """Return acts by the custom ids that were really sent, which may carry a mark."""
    return {sent: act for sent, _ in job.items for item, act in by_item.items() if sent.endswith(item)}


async def read(judge: Any, job_id: str) -> dict[str, Answer | JudgeFailed]:
    return {custom_id: outcome async for custom_id, outcome in judge.results(job_id)}


@pytest.mark.parametrize("name", NAMES)
async def test_a_job_runs_from_its_start_to_its_results(
    fake: FakeProviders, jobs: dict[str, Any], name: str
) -> None:
    job_id = await jobs[name].submit(ITEMS, job_key="job-7")
    running = await jobs[name].look(job_id)
    assert (running.state, running.readable) == (JobState.RUNNING, False)
    assert running.expires_at is not None
    job = fake.jobs[job_id]
    job.finish(acts(job, {"item-1": Say("Essay B", 5), "item-2": "bad_request", "item-3": "prose"}))
    ended = await jobs[name].look(job_id)
    assert (ended.state, ended.readable) == (JobState.COMPLETED, True)
    found = await read(jobs[name], job_id)
    assert sorted(found) == IDS
    first, second, refused, unusable = (found[custom_id] for custom_id in IDS)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert (first.first_wins, second.first_wins, second.confidence) == (True, False, 5)
    assert set(first.effective) == {"provider", "model"}, "nothing is claimed of settings that are not at hand"
    assert first.usage.cost_usd == pytest.approx(HALF[name], abs=1e-12)
    assert isinstance(refused, JudgeFailed)
    assert (refused.kind, refused.code) == (FailureKind.REFUSED, "INVALID_REQUEST")
    assert isinstance(unusable, JudgeFailed)
    assert (unusable.kind, unusable.code) == (FailureKind.RETRY_NOW, "LLM_PARSING_ERROR")
    assert unusable.spent.cost_usd == pytest.approx(HALF[name], abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
async def test_what_an_item_asks_is_what_a_single_call_asks(
    fake: FakeProviders, jobs: dict[str, Any], name: str
) -> None:
    job_id = await jobs[name].submit([("only", question(temperature=0.0, max_tokens=321))], job_key="k")
    [(_, body)] = fake.jobs[job_id].items
    assert body["model"] == jobs[name].describe(question()).model.name
    assert body.get("max_output_tokens", body.get("max_tokens")) == 321
    assert body.get("temperature") == (0.0 if name == "anthropic" else None)


@pytest.mark.parametrize("name", NAMES)
async def test_an_expired_job_gives_what_it_finished_and_says_what_it_did_not(
    fake: FakeProviders, jobs: dict[str, Any], name: str
) -> None:
    job_id = await jobs[name].submit(ITEMS, job_key="k")
    fake.jobs[job_id].expire(done=1)
    looked = await jobs[name].look(job_id)
    assert (looked.state, looked.readable) == (JobState.EXPIRED, True)
    found = await read(jobs[name], job_id)
    assert isinstance(found.pop("item-0"), Answer)
    assert len(found) == 3
    for failure in found.values():
        assert isinstance(failure, JudgeFailed)
        assert (failure.kind, failure.code) == (FailureKind.RETRY_AFTER, "TIMEOUT")
        assert not failure.maybe_paid


@pytest.mark.parametrize("name", NAMES)
async def test_a_cancelled_job_gives_what_it_finished(
    fake: FakeProviders, jobs: dict[str, Any], name: str
) -> None:
    job_id = await jobs[name].submit(ITEMS, job_key="k")
    await jobs[name].cancel(job_id)
    assert (await jobs[name].look(job_id)).state is JobState.RUNNING
    fake.jobs[job_id].finish(done=2)
    assert (await jobs[name].look(job_id)).state is JobState.CANCELLED
    found = await read(jobs[name], job_id)
    kinds = [type(found[custom_id]) for custom_id in IDS]
    assert kinds == [Answer, Answer, JudgeFailed, JudgeFailed]
    last = found["item-3"]
    assert isinstance(last, JudgeFailed)
    assert (last.kind, last.code) == (FailureKind.REFUSED, "PROCESSING_ERROR")


@pytest.mark.parametrize("name", NAMES)
async def test_cancelling_a_job_that_has_ended_changes_nothing(
    fake: FakeProviders, jobs: dict[str, Any], name: str
) -> None:
    job_id = await jobs[name].submit(ITEMS, job_key="k")
    fake.jobs[job_id].finish()
    fake.next(name, "bad_request")
    await jobs[name].cancel(job_id)
    assert (await jobs[name].look(job_id)).state is JobState.COMPLETED


async def test_a_job_that_was_not_valid_has_nothing_to_read_and_says_why(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    job_id = await jobs["openai"].submit(ITEMS, job_key="k")
    fake.jobs[job_id].fail()
    looked = await jobs["openai"].look(job_id)
    assert (looked.state, looked.readable, looked.detail) == (JobState.FAILED, False, "invalid_json_line")
    assert await read(jobs["openai"], job_id) == {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        ("unauthorized", FailureKind.BROKEN),
        ("rate_limited", FailureKind.RATE_LIMITED),
        ("server_error", FailureKind.RETRY_AFTER),
        ("cut", FailureKind.RETRY_NOW),
        ("malformed_json", FailureKind.RETRY_NOW),
    ],
)
async def test_every_call_about_a_job_fails_in_the_familys_way(
    fake: FakeProviders, jobs: dict[str, Any], name: str, scenario: str, kind: FailureKind
) -> None:
    calls = (
        lambda: jobs[name].submit(ITEMS, job_key="k"),
        lambda: jobs[name].look("job"),
        lambda: jobs[name].find("another"),
        lambda: jobs[name].cancel("job"),
        lambda: read(jobs[name], "job"),
    )
    for call in calls:
        fake.next(name, scenario)
        with pytest.raises(JudgeFailed) as caught:
            await call()
        assert caught.value.kind is kind


async def test_openais_job_is_found_by_its_key_after_a_crash(fake: FakeProviders, jobs: dict[str, Any]) -> None:
    first = await jobs["openai"].submit(ITEMS, job_key="first")
    await jobs["openai"].submit(ITEMS, job_key="second")
    async with FreshJobs(fake) as restarted:
        assert await restarted["openai"].find("first") == first
        assert await restarted["openai"].find("never") is None


async def test_anthropics_job_is_found_by_its_mark_once_it_has_ended(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    first = await jobs["anthropic"].submit(ITEMS, job_key="first")
    second = await jobs["anthropic"].submit(ITEMS, job_key="second")
    assert all(custom_id.startswith(mark_of("first")) for custom_id, _ in fake.jobs[first].items)
    for job_id in (first, second):
        fake.jobs[job_id].finish()
    async with FreshJobs(fake) as restarted:
        assert await restarted["anthropic"].find("first") == first
        assert await restarted["anthropic"].find("never") is None


async def test_anthropics_job_is_not_started_twice_while_a_strangers_is_running(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    mine = await jobs["anthropic"].submit(ITEMS, job_key="first")
    other = await jobs["anthropic"].submit(ITEMS, job_key="second")
    async with FreshJobs(fake) as restarted:
        judge: AnthropicJobs = restarted["anthropic"]
        await judge.look(other)
        with pytest.raises(JudgeFailed) as caught:
            await judge.find("first")
        assert caught.value.kind is FailureKind.RETRY_AFTER
        assert caught.value.retry_after_s == 60
        fake.jobs[mine].finish()
        assert await judge.find("first") == mine


async def test_a_job_on_record_does_not_hold_up_the_search(fake: FakeProviders, jobs: dict[str, Any]) -> None:
    running = await jobs["anthropic"].submit(ITEMS, job_key="first")
    async with FreshJobs(fake) as restarted:
        await restarted["anthropic"].look(running)
        assert await restarted["anthropic"].find("second") is None


async def test_a_job_that_cannot_be_the_one_does_not_hold_up_the_search(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    of_another_process = await jobs["anthropic"].submit(ITEMS, job_key="first")
    since = datetime.now(UTC)
    sought = Sought(items=len(ITEMS), since=since)
    async with FreshJobs(fake) as restarted:
        judge: AnthropicJobs = restarted["anthropic"]
        assert await judge.find("second", replace(sought, recorded={of_another_process})) is None
        assert await judge.find("second", replace(sought, items=3)) is None
        assert await judge.find("second", replace(sought, since=since + timedelta(minutes=6))) is None
        with pytest.raises(JudgeFailed):
            await judge.find("second", sought)


async def test_jobs_of_last_week_are_not_looked_through(fake: FakeProviders, jobs: dict[str, Any]) -> None:
    old = await jobs["anthropic"].submit(ITEMS, job_key="first")
    fake.jobs[old].created -= timedelta(days=7)
    fake.jobs[old].finish()
    async with FreshJobs(fake) as restarted:
        assert await restarted["anthropic"].find("first") is None
    assert not any(seen.path.endswith("/results") for seen in fake.seen("anthropic"))


async def test_the_mark_of_an_ended_job_is_read_once(fake: FakeProviders, jobs: dict[str, Any]) -> None:
    fake.jobs[await jobs["anthropic"].submit(ITEMS, job_key="first")].finish()
    async with FreshJobs(fake) as restarted:
        for key in ("second", "third"):
            assert await restarted["anthropic"].find(key) is None
    assert sum(seen.path.endswith("/results") for seen in fake.seen("anthropic")) == 1


async def test_the_process_that_started_a_job_finds_it_at_once(jobs: dict[str, Any]) -> None:
    job_id = await jobs["anthropic"].submit(ITEMS, job_key="first")
    assert await jobs["anthropic"].find("first") == job_id


async def test_a_line_that_cannot_be_read_does_not_take_the_others_with_it(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    job_id = await jobs["openai"].submit(ITEMS, job_key="k")
    fake.jobs[job_id].finish()
    status = Reply(200, json.dumps(_status(job_id)).encode())
    body = {"winner": "B", "confidence": 2}
    line = {
        "custom_id": "item-1",
        "response": {
            "status_code": 200,
            "body": {
                "model": "gpt-5.1",
                "output": [{"type": "message", "content": [{"type": "output_text", "text": json.dumps(body)}]}],
            },
        },
    }
    fake.next("openai", status, Reply(200, b'{"custom_id": "item-0", "resp\n\n' + json.dumps(line).encode()))
    found = await read(jobs["openai"], job_id)
    assert list(found) == ["item-1"]
    outcome = found["item-1"]
    assert isinstance(outcome, Answer)
    assert not outcome.usage.cost_known, "a result without usage costs an unknown amount"


@pytest.mark.parametrize("bad", [b"5", b"{", b"[" * 3000, b"9" * 5000, b'{"custom_id": 1}', b"\xff"])
async def test_a_bad_line_of_anthropics_results_does_not_take_the_others_with_it(
    fake: FakeProviders, jobs: dict[str, Any], bad: bytes
) -> None:
    url = f"{jobs['anthropic']._client.base_url}v1/messages/batches/b/results"
    ended = {"id": "b", "type": "message_batch", "processing_status": "ended", "results_url": url}
    good = b'{"custom_id": "0123456789abcdef-item-%d", "result": {"type": "expired", "of": "\xe2\x80\xa8"}}\n'
    status, lines = Reply(200, json.dumps(ended).encode()), Reply(200, good % 1 + bad + b"\n" + good % 2 + bad)
    fake.next("anthropic", status, lines)
    assert list(await read(jobs["anthropic"], "b")) == ["item-1", "item-2"]


def _status(job_id: str) -> dict[str, Any]:
    return {
        "id": job_id,
        "object": "batch",
        "endpoint": "/v1/responses",
        "input_file_id": "file-1",
        "completion_window": "24h",
        "status": "completed",
        "output_file_id": "out",
        "created_at": int(datetime.now(UTC).timestamp()),
    }


async def test_results_that_are_cut_off_give_what_came_and_then_fail(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    for name in NAMES:
        job_id = await jobs[name].submit(ITEMS, job_key="k")
        fake.jobs[job_id].finish()
        fake.cut_results_at = 2_000
        came: list[str] = []
        with pytest.raises(JudgeFailed) as caught:
            await _read_into(came, jobs[name], job_id)
        assert caught.value.kind is FailureKind.RETRY_NOW
        assert 0 < len(came) < len(ITEMS)
        fake.cut_results_at = None
        assert len(await read(jobs[name], job_id)) == len(ITEMS)


async def test_questions_that_do_not_fit_into_one_job_are_refused_before_anything_is_sent(
    fake: FakeProviders, jobs: dict[str, Any]
) -> None:
    two_models = [("a", question(model="gpt-5.1")), ("b", question(model="gpt-4.1"))]
    for name, items in (
        ("openai", two_models),
        ("openai", []),
        ("anthropic", []),
        ("anthropic", [("a b", question())]),
    ):
        with pytest.raises(JudgeFailed) as caught:
            await jobs[name].submit(items, job_key="k")
        assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "LLM_INVALID_CONFIG")
    assert fake.seen("openai") == fake.seen("anthropic") == []


async def _read_into(came: list[str], judge: Any, job_id: str) -> None:
    async for custom_id, _ in judge.results(job_id):
        came.append(custom_id)


class FreshJobs:
    """The batch judges of a process that has just been started again."""

    def __init__(self, fake: FakeProviders) -> None:
        self._made: dict[str, Any] = dict(batch_judges(fake.settings(llm_request_timeout=20.0)))

    async def __aenter__(self) -> dict[str, Any]:
        return self._made

    async def __aexit__(self, *_: object) -> None:
        for judge in self._made.values():
            await judge.aclose()
