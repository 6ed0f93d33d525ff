"""Half of all calls to the provider fail, in every way that providers have: runs end, money is counted as spent.

An answer that was lost after the provider had done the work costs twice: that is bounded by the tries, and the
ledger says that it does not know the cost.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from app.contracts.prompt import essays_of
from tests.chaos.around import Act, Around, Json, restarted
from tests.chaos.doors import target
from tests.chaos.proxy import Fault, Proxy
from tests.fakes.http_server import Reply
from tests.fakes.provider_replies import Act as Reaction
from tests.fakes.provider_replies import error_body
from tests.fakes.provider_server import KEYS, FakeProviders, Say

JUDGE = {"provider": "openai", "model": "gpt-5.1"}
MOST_CALLS = 4 * (3 + 3 + 2)
"""Tries of cj, times what the gateway allows itself for one of them (plain ones, deaths, an unreadable answer)."""
KINDS: dict[str, Reaction] = {
    "429 with Retry-After": Reply(
        429, json.dumps(error_body("rate_limited", "responses")).encode(), {"retry-after": "1"}
    ),
    "429 without Retry-After": Reply(429, json.dumps(error_body("rate_limited", "responses")).encode()),
    "500": "server_error",
    "529": "overloaded",
    "reset": "cut",
    "time-out": "timeout",
    "malformed JSON": "malformed_json",
    "truncated JSON": "truncated_json",
    "wrong winner": Say(winner="Essay C"),
    "empty answer": "empty",
    "refusal": "refusal",
    "no winner": "no_winner",
    "broken off by its length": "max_tokens",
}


class Doubtful(FakeProviders):
    """Judges of whom half of all answers are one of the given failures; counts what was asked and answered."""

    def __init__(self) -> None:
        super().__init__()
        self._draw = random.Random(9)
        self.failures: list[Reaction] = []
        self.asked: Counter[str] = Counter()
        self.failed = 0
        self.decide = self._decide

    def _decide(self, _: str, body: Mapping[str, Any]) -> Reaction:
        prompt = str(body.get("input"))
        self.asked[prompt] += 1
        if self.failures and self._draw.random() < 0.5:
            self.failed += 1
            return self._draw.choice(self.failures)
        found = essays_of(prompt)
        return Say("Essay A" if found is not None and found[0] > found[1] else "Essay B")

    def fail_with(self, *failures: Reaction) -> None:
        self.failures, self.failed, self.asked = list(failures), 0, Counter()


@pytest.fixture(scope="module")
async def provider(here: Around) -> AsyncIterator[tuple[Doubtful, Proxy]]:
    """The fake behind a proxy, and a gateway that asks it."""
    async with Doubtful() as fake, Proxy(target(fake.base_url("openai").removesuffix("/openai/v1"))) as door:
        await restarted(
            here,
            "gateway",
            {
                "LLM_PROVIDER_SERVICE_OPENAI_BASE_URL": f"{door.url}/openai/v1",
                "LLM_PROVIDER_SERVICE_OPENAI_API_KEY": KEYS["openai"],
                "LLM_PROVIDER_SERVICE_LLM_REQUEST_TIMEOUT": "1",
            },
        )
        yield fake, door


Provider = tuple[Doubtful, Proxy]


def until_all_ended(here: Around, injected: Callable[[], int]) -> Act:
    """Return an act that lasts until nothing is asked any more."""

    async def act(_: Around) -> int:
        await asyncio.sleep(1)
        await here.at_rest()
        return injected()

    return act


async def ledger(here: Around, runs: list[Json]) -> Any:
    """Return what the ledger has for ``runs``: calls, comparisons, those of unknown cost, verdicts."""
    [found] = await here.rows(
        """SELECT sum(g.attempts) AS calls, count(*) AS comparisons,
            count(*) FILTER (WHERE NOT g.cost_known) AS unknown, count(g.winner) AS verdicts
        FROM gateway.requests g JOIN cj.comparisons c ON c.correlation_id = g.correlation_id
        JOIN cj.batches b ON b.id = c.batch_id JOIN runner.runs r ON r.batch_uuid::text = b.bos_batch_id
        WHERE r.id = ANY(:runs)""",
        runs=[run["id"] for run in runs],
    )
    return found


async def holds(here: Around, provider: Provider, fault: str, *failures: Reaction) -> None:
    fake, _ = provider
    fake.fail_with(*failures)
    act = until_all_ended(here, lambda: fake.failed)
    ended = await here.survives(f"provider, half of all calls: {fault}", act, runs=1, judge=JUDGE)
    assert {run["status"] for run in ended} <= {"completed", "completed_partial", "failed"}
    found = await ledger(here, ended)
    assert found.calls >= sum(fake.asked.values())
    counts = ended[0]["progress"]["comparisons"]
    assert counts["succeeded"] == found.verdicts
    assert max(fake.asked.values()) <= MOST_CALLS


@pytest.mark.timeout(600)
async def test_a_run_ends_though_half_of_all_calls_fail_in_all_ways_at_once(
    here: Around, provider: Provider
) -> None:
    await holds(here, provider, "all ways at once", *KINDS.values())


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_ends_though_half_of_all_calls_fail_with(here: Around, provider: Provider, kind: str) -> None:
    await holds(here, provider, kind, KINDS[kind])


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_an_answer_lost_after_the_work_costs_twice_at_most_as_often_as_is_tried_and_counts_once(
    here: Around, provider: Provider
) -> None:
    fake, door = provider
    fake.fail_with()
    before = door.injected["black_hole"]
    door.inject(Fault("black_hole", way="answers", chance=0.4, per="chunk"))

    def lost() -> int:
        return door.injected["black_hole"] - before

    try:
        act = until_all_ended(here, lost)
        [run] = await here.survives("provider, answers lost after the work was done", act, runs=1, judge=JUDGE)
    finally:
        door.clear()
    found = await ledger(here, [run])
    asked_again = sum(fake.asked.values()) - len(fake.asked)
    assert 0 < asked_again <= lost()
    assert found.unknown > 0
    assert found.calls >= sum(fake.asked.values())
    assert run["progress"]["comparisons"]["succeeded"] == found.verdicts
