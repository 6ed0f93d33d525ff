"""The one-off webhook of a run, progress told now and then, secrets that stay secret, and whose is whose."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from structlog.testing import capture_logs

from app.db.unit import Database
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.runs.store import Change
from app.runner.runs.tell_progress import tell
from app.runner.tables import idempotency_keys, runs
from app.runner.webhooks import enqueue, signing
from app.runner.webhooks.tables import subscriptions
from tests.fakes.http_server import Reply
from tests.integration.house import House
from tests.integration.parts import Json, deliver
from tests.integration.webhook_rig import Receiver, Rig, refused_for

KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture
async def rig(database: Database, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(database, tmp_path)
    async with rig.stack:
        await rig.open(secret_key=Fernet.generate_key().decode())
        yield rig


@pytest.fixture
async def house(rig: Rig, tmp_path: Path) -> AsyncIterator[House]:
    house = House(rig.database, tmp_path)
    house.clock = rig.clock
    async with house.stack:
        await house.open()
        yield house


async def post_run(rig: Rig, receiver: Receiver, headers: dict[str, str], **webhook: object) -> httpx.Response:
    body = {"mode": "plan", "batch_label": "x", "assets": {"package_id": rig.package}}
    return await rig.api.post(
        "/v1/runs", json=body | {"webhook": {"url": receiver.url} | webhook}, headers=headers
    )


async def told(rig: Rig, made: Json) -> list[tuple[str, str, str | None]]:
    found = await rig.deliveries(made)
    return [(one["type"], one["status"], one["status_reason"]) for one in reversed(found)]


async def test_a_run_may_bring_its_own_webhook_whose_secret_is_shown_once(rig: Rig) -> None:
    receiver, bystander = await rig.receiver(), await rig.receiver()
    answer = await post_run(rig, receiver, {})
    run = answer.json()
    secret = run["webhook_secret"]
    assert run["request"]["webhook"]["url"] == receiver.url.partition("?")[0]
    shown = await rig.api.get(f"/v1/runs/{run['id']}")
    assert answer.headers["ETag"] == shown.headers["ETag"]
    assert (secret not in shown.text, "hush" not in shown.text) == (True, True)
    assert (await rig.get("/v1/webhooks"))["items"] == []
    await rig.cancelled(webhook={"url": bystander.url, "secret": signing.new_secret("hmac")})
    await rig.api.post(run["links"]["cancel"])
    while await rig.send():
        pass
    [body] = receiver.verified(secret)
    assert (body["type"], body["data"]["id"], len(bystander.requests)) == ("run.cancelled", run["id"], 1)
    assert receiver.requests[0].query == {"token": "hush"}
    [delivery] = (await rig.get(f"/v1/runs/{run['id']}/webhook-deliveries"))["items"]
    assert (delivery["id"], delivery["status"]) == (receiver.ids[0], "delivered")
    assert (await rig.api.post(delivery["links"]["replay"])).status_code == 202


async def test_a_secret_of_the_caller_is_used_and_never_shown(rig: Rig) -> None:
    secret, receiver = signing.new_secret("hmac"), await rig.receiver()
    answer = await post_run(rig, receiver, {}, secret=secret, events=["run.cancelled"])
    assert secret not in answer.text
    assert "webhook_secret" not in answer.json()
    await rig.api.post(answer.json()["links"]["cancel"])
    await rig.send()
    assert len(receiver.verified(secret)) == 1
    assert "whsec_" in refused_for(await post_run(rig, receiver, {}, secret="whsec_short"), "webhook.secret")


async def test_the_answer_sent_again_holds_the_secret_for_the_owner_only_and_is_kept_without_it(rig: Rig) -> None:
    receiver = await rig.receiver()
    first = await post_run(rig, receiver, KEY)
    again = await post_run(rig, receiver, KEY)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    other = await post_run(rig, receiver, KEY | {"X-Owner": "other"})
    secret = first.json()["webhook_secret"]
    assert secret not in other.text
    async with rig.database.transaction() as connection:
        kept = (await connection.execute(select(idempotency_keys.c.body))).scalars().all()
        specs = (await connection.execute(select(runs.c.spec))).scalars().all()
        sealed = (await connection.execute(select(subscriptions.c.secret))).scalars().all()
    stored = orjson.dumps([[body.decode() for body in kept], list(specs), list(sealed)]).decode()
    assert (secret in stored, "hush" in stored) == (False, False)
    one_off = first.json()["id"].replace("run_", "whs_")
    await rig.api.post(f"/v1/webhooks/{one_off}/rotate-secret")
    assert "webhook_secret" not in (await post_run(rig, receiver, KEY)).json()


async def test_a_retry_takes_the_webhook_along(rig: Rig) -> None:
    receiver = await rig.receiver()
    run = (await post_run(rig, receiver, {})).json()
    await rig.api.post(run["links"]["cancel"])
    again = (await rig.api.post(run["links"]["retry"])).json()
    await rig.api.post(again["links"]["cancel"])
    while await rig.send():
        pass
    assert {body["data"]["id"] for body in receiver.verified(run["webhook_secret"])} == {run["id"], again["id"]}


async def test_a_deleted_run_takes_its_webhook_along_and_leaves_those_of_subscriptions(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver)
    run = (await post_run(rig, receiver, {})).json()
    await rig.api.post(run["links"]["cancel"])
    assert (await rig.api.delete(run["links"]["self"])).status_code == 204
    await rig.send()
    assert [one["status"] for one in await rig.deliveries(made)] == ["delivered"]
    assert len(receiver.requests) == 1
    await rig.get(f"/v1/runs/{run['id']}/webhook-deliveries", 410)


async def test_progress_is_told_at_most_so_often_and_never_after_the_end(rig: Rig, house: House) -> None:
    made = await rig.subscribe(await rig.receiver(), events=["run.progress", "run.failed"])
    run, ids = await house.running()

    async def verdict() -> None:
        await deliver(rig.database, house.verdicts, house.verdict(run, ids[0], ids[1]))

    async def look(after_s: float) -> int:
        rig.clock.pass_by(after_s)
        async with rig.database.transaction() as connection:
            return await tell(connection, 10, rig.clock())

    assert await look(0) == 0
    await verdict()
    assert await look(0) == 1
    await verdict()
    assert (await look(9), await look(1), await look(10)) == (0, 1, 0)
    dropped = ("run.progress", "dropped", "superseded")
    assert await told(rig, made) == [dropped, ("run.progress", "pending", None)]
    await verdict()
    async with rig.database.transaction() as connection:
        held = await store.lock(connection, run["id"])
        await store.move(connection, held, RunState.FAILED, Change(), now=rig.clock())
    assert await look(100) == 0
    assert await told(rig, made) == [dropped, dropped, ("run.failed", "pending", None)]


async def test_progress_is_told_only_where_somebody_listens(rig: Rig, house: House) -> None:
    await rig.subscribe(await rig.receiver())
    run, ids = await house.running()
    await deliver(rig.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    async with rig.database.transaction() as connection:
        assert await tell(connection, 10, rig.clock()) == 0


async def test_an_event_that_is_written_twice_is_one_delivery(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver())
    run = await rig.cancelled()
    for _ in range(2):
        async with rig.database.transaction() as connection:
            found = await store.get(connection, run["id"])
            await enqueue.event(connection, found, "run.cancelled", None, rig.clock())
    assert len(await rig.deliveries(made)) == 1


async def test_nobody_sees_or_touches_the_webhooks_of_others(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver())
    run = await rig.cancelled()
    delivery = await rig.the_delivery(made)
    other = {"X-Owner": "other"}
    own, one = made["links"]["self"], delivery["links"]["self"]
    for method, path in [
        ("GET", own),
        ("PATCH", own),
        ("POST", f"{own}/rotate-secret"),
        ("POST", f"{own}/test"),
        ("GET", f"{own}/deliveries"),
        ("GET", one),
        ("POST", f"{one}/replay"),
        ("GET", f"/v1/runs/{run['id']}/webhook-deliveries"),
        ("DELETE", own),
    ]:
        body: Json | None = {} if method in {"PATCH", "POST"} else None
        answer = await rig.api.request(method, path, headers=other, json=body)
        assert (method, path, answer.status_code) == (method, path, 404)
    assert (await rig.api.get("/v1/webhooks", headers=other)).json()["items"] == []
    theirs = await rig.api.post("/v1/webhooks", headers=other, json={"url": (await rig.receiver()).url})
    await rig.cancelled()
    log = await rig.api.get(theirs.json()["links"]["deliveries"], headers=other)
    assert log.json()["items"] == []
    assert await rig.get(own) == {name: value for name, value in made.items() if name != "secret"}


async def test_neither_secrets_nor_queries_reach_the_log(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(500), Reply(410))
    with capture_logs() as lines:
        made = await rig.subscribe(receiver)
        run = (await post_run(rig, receiver, {})).json()
        await rig.api.post(run["links"]["cancel"])
        await rig.send()
    written = repr(lines)
    assert {"webhook_subscription_made", "webhook_attempted", "webhook_subscription_disabled"} <= {
        line["event"] for line in lines
    }
    assert [text for text in (made["secret"], run["webhook_secret"], "hush") if text in written] == []


async def test_a_secret_that_cannot_be_read_is_a_failure_that_can_be_mended(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    stranger = Rig(rig.database, rig.files)
    async with stranger.stack:
        stranger.clock = rig.clock
        await stranger.open(secret_key=Fernet.generate_key().decode())
        await stranger.send()
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert (attempt["error"], receiver.requests) == ("webhook_secret_unreadable", [])
    rig.clock.pass_by(5)
    await rig.send()
    assert (await rig.the_delivery(made))["status"] == "delivered"


async def test_a_change_keeps_what_it_does_not_name(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver(), labels={"team": "a"}, description="for a")
    path = made["links"]["self"]
    changed = (await rig.api.patch(path, json={"events": ["run.failed"], "description": None})).json()
    assert (changed["events"], changed["labels"], changed["description"]) == (["run.failed"], {"team": "a"}, None)
    off = (await rig.api.patch(path, json={"enabled": False})).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "by_request")
    for bad, field in [({"url": "ftp://x"}, "url"), ({"events": []}, "events"), ({"run_id": "x"}, "run_id")]:
        refused_for(await rig.api.patch(path, json=bad), field)
    for missing in ({"url": None}, {"enabled": None}, {"events": None}):
        assert (await rig.api.patch(path, json=missing)).status_code == 422
    assert (await rig.api.delete(path)).status_code == 204
    await rig.get(path, 404)


async def test_a_subscription_that_is_being_deleted_holds_up_no_run(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver())
    run = await rig.start()
    async with rig.database.transaction() as connection:
        await connection.execute(subscriptions.delete().where(subscriptions.c.id == made["id"]))
        answer = await rig.api.post(run["links"]["cancel"])
    assert answer.json()["status"] == "cancelled"


async def test_owners_have_only_so_many_subscriptions(rig: Rig) -> None:
    receiver = await rig.receiver()
    settings = rig.parts.webhooks.settings.model_copy(update={"most_subscriptions": 2})
    object.__setattr__(rig.parts.webhooks, "settings", settings)
    made = [await rig.subscribe(receiver) for _ in range(2)]
    assert (await rig.api.post("/v1/webhooks", json={"url": receiver.url})).status_code == 409
    first = await rig.get("/v1/webhooks?limit=1")
    second = await rig.get(f"/v1/webhooks?limit=1&cursor={first['next_cursor']}")
    assert [one["id"] for one in (*first["items"], *second["items"])] == [one["id"] for one in reversed(made)]
