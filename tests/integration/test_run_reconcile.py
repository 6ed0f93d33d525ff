"""A run whose request, or part of whose answers, was lost: it asks, sends again, and ends whole, within bounds."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from app.contracts.topics import Topic
from app.db.unit import Database
from app.gateway.tables import requests
from app.runner.recollect.ask import where_silent
from app.runner.runs import store
from app.runner.tables import messages
from tests.integration.asking_house import Both, opened
from tests.integration.parts import Json, deliver, sent

OUTBOX = messages.outbox


@pytest.fixture
async def both(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Both]:
    async with opened(database, database_url, tmp_path) as houses:
        yield houses


async def relayed(both: Both) -> list[Json]:
    """Send what waits in the runner's outbox, as its relay does, and return the requests among it."""
    waiting = OUTBOX.c.published_at.is_(None)
    async with both.house.database.transaction() as connection:
        rows = (await connection.execute(select(OUTBOX.c.id, OUTBOX.c.payload).where(waiting))).all()
        found = await sent(connection, messages, Topic.CJ_REQUESTED) if rows else []
        await connection.execute(update(OUTBOX).where(waiting).values(published_at=func.now()))
    return found


async def silent_for(both: Both, run: Json, seconds: float) -> Json:
    """Let time pass without any news, look at silent runs, and do what the worker does."""
    both.house.clock.pass_by(seconds)
    await where_silent(both.house.database, both.house.parts.settings, both.house.clock())
    return await both.work(run)


async def published_and_lost(both: Both) -> Json:
    run, _ = await both.house.running()
    assert len(await relayed(both)) == 1
    return run


async def test_a_request_that_the_broker_lost_is_published_again_and_the_run_completes(both: Both) -> None:
    run = await published_and_lost(both)
    assert (await silent_for(both, run, 119))["recollect"] is None
    shown = await silent_for(both, run, 1)
    assert (shown["status"], shown["recollect"]["published_again"]) == ("published", 1)
    [told] = await both.events(run, "run.request_published_again")
    assert told["data"] == {"times": 1, "at_most": 3, "why": "batch_unknown_to_cj"}
    [again] = await relayed(both)
    await both.system.run(again)
    await both.deliver_verdicts()
    await both.deliver_end()
    done = await both.work(run)
    assert (done["status"], done["progress"]["comparisons"]["received"]) == ("completed", 4)


async def test_a_request_that_comes_twice_starts_one_batch_whose_verdicts_are_paid_once(both: Both) -> None:
    run, _ = await both.house.running()
    [first] = await relayed(both)
    await silent_for(both, run, 120)
    [again] = await relayed(both)
    assert again == first
    await deliver(both.system.database, both.system.intake, first)
    await both.system.run(again)
    assert len(await both.system.events(Topic.CJ_COMPLETED)) == 1
    async with both.house.database.transaction() as connection:
        asked = (await connection.execute(select(requests.c.attempts))).scalars().all()
    assert asked == [1, 1, 1, 1]


async def test_it_is_published_again_a_few_times_only_and_the_run_waits_for_its_deadline(both: Both) -> None:
    run = await published_and_lost(both)
    times = []
    for _ in range(28):
        shown = await silent_for(both, run, 60)
        times += [int((await relayed(both)) != [])]
    assert sum(times) == 3
    assert [minute for minute, sent_now in enumerate(times, start=1) if sent_now] == [2, 4, 8]
    assert (shown["status"], shown["recollect"]["published_again"]) == ("published", 3)
    done = await silent_for(both, run, 1800)
    assert (done["status"], done["status_reason"]) == ("timed_out", "deadline")
    assert await relayed(both) == []


async def test_a_request_whose_outbox_row_was_pruned_is_written_again_as_it_was(both: Both) -> None:
    run, _ = await both.house.running()
    [first] = await relayed(both)
    async with both.house.database.transaction() as connection:
        await connection.execute(delete(OUTBOX))
    await silent_for(both, run, 120)
    assert await relayed(both) == [first]


async def test_a_request_that_still_waits_for_the_broker_does_not_count_as_published_again(both: Both) -> None:
    run, _ = await both.house.running()
    shown = await silent_for(both, run, 120)
    assert shown["recollect"]["published_again"] == 0
    assert len(await relayed(both)) == 1


@pytest.mark.parametrize("status", [404, 405])
async def test_a_foreign_cj_that_shows_no_batches_gets_the_request_again_while_nothing_is_heard(
    both: Both, status: int
) -> None:
    run = await published_and_lost(both)
    both.cj_says(lambda _: httpx.Response(status))
    shown = await silent_for(both, run, 120)
    assert (shown["recollect"]["error"]["code"], shown["recollect"]["published_again"]) == (
        "cj_shows_no_batches",
        1,
    )
    assert len(await relayed(both)) == 1


async def test_once_anything_of_a_run_was_heard_its_request_is_not_published_again(both: Both) -> None:
    run = await both.judged()
    await relayed(both)
    await both.deliver_verdicts(0, 1)
    both.cj_says(lambda _: httpx.Response(404))
    shown = await silent_for(both, run, 120)
    assert (shown["status"], shown["recollect"]["published_again"]) == ("running", 0)
    assert await relayed(both) == []


async def test_a_cj_that_is_away_does_not_make_the_request_go_out_again(both: Both) -> None:
    run = await published_and_lost(both)
    both.cj_says(lambda _: httpx.Response(503))
    shown = await silent_for(both, run, 120)
    assert (shown["recollect"]["tries"], shown["recollect"]["published_again"]) == (1, 0)
    assert await relayed(both) == []


async def test_verdicts_that_were_lost_on_the_way_are_fetched_before_the_run_ends(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 1)
    await both.deliver_end()
    assert (await both.work(run))["recollect"] is None  # what is on its way has its grace
    both.house.clock.pass_by(11)
    done = await both.work(run)
    assert (done["status"], done["progress"]["comparisons"]["received"]) == ("completed", 4)
    assert (done["recollect"]["by"], done["recollect"]["found"]["comparisons"]) == ("finish", 3)


async def delivered_but(both: Both, lost: str) -> Json:
    run = await both.judged()
    await both.deliver_verdicts()
    kept = {"completion": (both.house.completed, Topic.CJ_COMPLETED)}
    kept |= {"result": (both.house.resulted, Topic.RESULT_PUBLISHED)}
    route, topic = next(told for name, told in kept.items() if name != lost)
    await deliver(both.house.database, route, *await both.system.events(topic))
    both.house.clock.pass_by(11)
    return run


@pytest.mark.parametrize("lost", ["completion", "result"])
async def test_one_of_the_two_announcements_that_was_lost_is_fetched_before_the_run_ends(
    both: Both, lost: str
) -> None:
    run = await delivered_but(both, lost)
    done = await both.work(run)
    assert (done["status"], done["recollect"]["found"][f"{lost}s"]) == ("completed", 1)


async def test_a_run_that_lacks_something_waits_a_few_tries_for_a_cj_that_is_away(both: Both) -> None:
    run = await delivered_but(both, "result")
    both.cj_says(lambda _: httpx.Response(503))
    for pause in (0, 5, 10, 20):
        both.house.clock.pass_by(pause)
        assert (await both.work(run))["status"] == "finishing"
    both.house.ask_at(both.system.http)
    both.house.clock.pass_by(40)
    assert (await both.work(run))["status"] == "completed"


async def test_news_of_a_run_that_waits_for_a_cj_that_is_away_has_it_looked_at_once(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 1)
    await both.deliver_end()
    both.cj_says(lambda _: httpx.Response(503))
    both.house.clock.pass_by(11)
    assert (await both.work(run))["status"] == "finishing"
    await both.deliver_verdicts(1, 2)
    await both.deliver_end()
    assert (await both.work(run))["progress"]["comparisons"]["received"] == 2
    async with both.house.database.transaction() as connection:
        due_at = (await store.get(connection, run["id"])).due_at
    assert due_at is not None
    assert due_at > both.house.clock()


async def test_a_cj_that_stays_away_lets_the_run_end_with_less_and_says_why(both: Both) -> None:
    run = await delivered_but(both, "result")
    asked = both.cj_says(lambda _: httpx.Response(503))
    for pause in (0, 5, 10, 20, 40):
        both.house.clock.pass_by(pause)
        done = await both.work(run)
    assert (done["status"], done["status_reason"], len(asked)) == ("completed_partial", "no_rich_result", 5)
    assert done["recollect"]["error"]["code"] == "unavailable"


async def test_news_that_comes_by_itself_makes_the_next_silence_short_again(both: Both) -> None:
    run = await both.judged()
    both.cj_says(lambda _: httpx.Response(404))
    for seconds in (120, 120, 240):
        await silent_for(both, run, seconds)
    both.house.clock.pass_by(1)
    await both.deliver_verdicts(0, 1)
    both.house.ask_at(both.system.http)
    assert (await silent_for(both, run, 119))["status"] == "running"
    done = await silent_for(both, run, 1)
    assert (done["status"], done["recollect"]["by"]) == ("completed", "silence")


async def test_a_run_with_a_far_deadline_goes_on_asking_now_and_then(both: Both) -> None:
    run = await both.house.start(budget={"max_comparisons": 4, "completion_timeout_s": 7 * 24 * 3600})
    await both.house.prepare(run["id"])
    asked = both.cj_says(lambda _: httpx.Response(404))
    await relayed(both)
    for _ in range(24 * 6):
        await silent_for(both, run, 600)
    views = [path for path in asked if path.endswith(run["batch_uuid"])]
    assert 24 * 3600 / 3840 < len(views) < 24 * 3600 / 1800
