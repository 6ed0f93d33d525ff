"""Webhooks from the end of a run to its receiver: verified, filtered, tried again, replayed."""

import asyncio
import base64
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.db.unit import Database
from app.roles.stack import ROOT
from app.runner.api.webhook_docs import RunWebhook
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.runs.store import Change
from app.runner.webhooks.keep import Parts as Keeping
from app.runner.webhooks.keep import keep
from app.runner.webhooks.schedule import PAUSES_S
from app.runner.webhooks.tables import attempts, deliveries
from tests.fakes.http_server import Reply
from tests.integration.webhook_rig import NAME, Rig


@pytest.fixture
async def rig(database: Database, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(database, tmp_path)
    async with rig.stack:
        await rig.open()
        yield rig


async def test_the_end_of_a_run_reaches_whoever_subscribed(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver)
    run = await rig.cancelled(labels={"team": "rubrics"})
    assert await rig.send() == 1
    [told] = receiver.verified(made["secret"])
    described = RunWebhook.model_validate(told).model_dump(mode="json")
    assert (described["data"], set(described)) == (told["data"], set(told))
    data = told["data"]
    assert (told["type"], data["id"], data["status"], data["event_number"]) == (
        "run.cancelled",
        run["id"],
        "cancelled",
        2,
    )
    assert (data["reason"], data["labels"], data["batch_label"]) == ("by_request", {"team": "rubrics"}, "label")
    assert data["progress"]["comparisons"]["total"] is None
    assert (await rig.get(data["links"]["self"]))["status"] == "cancelled"
    [request] = receiver.requests
    assert (request.method, request.path, request.query) == ("POST", "/hook", {"token": "hush"})
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"].startswith("receiver.test:")
    delivery = await rig.the_delivery(made)
    assert (delivery["id"], delivery["status"]) == (request.headers["webhook-id"], "delivered")
    assert delivery["payload"] == told
    [attempt] = delivery["attempts"]
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 204, None)
    assert await rig.send() == 0


async def test_an_event_and_its_delivery_are_there_together_or_not_at_all(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver())
    run = await rig.start()

    async def die_before_the_commit() -> None:
        async with rig.database.transaction() as connection:
            held = await store.lock(connection, run["id"])
            await store.move(connection, held, RunState.FAILED, Change(), now=rig.clock())
            raise RuntimeError("just before the commit")

    with pytest.raises(RuntimeError, match="just before the commit"):
        await die_before_the_commit()
    assert await rig.deliveries(made) == []


async def test_filters_choose_by_type_mode_and_label(rig: Rig) -> None:
    receiver = await rig.receiver()
    hit = [
        await rig.subscribe(receiver, events=["run.cancelled"], modes=["plan"], labels={"team": "a"}),
        await rig.subscribe(receiver),
    ]
    missed = [
        await rig.subscribe(receiver, events=["run.completed"]),
        await rig.subscribe(receiver, modes=["dry-run"]),
        await rig.subscribe(receiver, labels={"team": "b"}),
        await rig.subscribe(receiver, enabled=False),
    ]
    await rig.cancelled(labels={"team": "a", "more": "x"})
    assert [len(await rig.deliveries(made)) for made in (*hit, *missed)] == [1, 1, 0, 0, 0, 0]


async def test_while_a_secret_is_changed_both_verify_and_later_only_the_new_one(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver)
    rotated = (await rig.api.post(made["links"]["rotate_secret"], json={"overlap_s": 60})).json()
    old, new = made["secret"], rotated["secret"]
    assert old != new
    await rig.cancelled()
    await rig.send()
    assert receiver.verified(old) == receiver.verified(new)
    assert rotated["previous_secret_until"] is not None
    rig.clock.pass_by(61)
    await rig.cancelled()
    await rig.send()
    last = receiver.requests[-1]
    Webhook(new).verify(last.body, dict(last.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(last.body, dict(last.headers))
    assert await keep(Keeping(rig.database, rig.parts.webhooks.settings, rig.clock)) == 1
    assert (await rig.get(made["links"]["self"]))["previous_secret_until"] is None


async def test_a_subscription_may_be_signed_with_ed25519(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver, signing="ed25519")
    assert made["secret"] is None
    await rig.cancelled()
    await rig.send()
    [request] = receiver.requests
    version, signature = request.headers["webhook-signature"].split(",")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(made["public_key"].removeprefix("whpk_")))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    key.verify(base64.b64decode(signature), signed)
    assert version == "v1a"


async def test_a_failed_delivery_is_tried_on_schedule_until_it_is_exhausted(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(500, b"no"))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    assert await rig.send() == 1
    for pause in PAUSES_S[1:]:
        rig.clock.pass_by(pause - 1)
        assert await rig.send() == 0
        rig.clock.pass_by(1)
        assert await rig.send() == 1
    rig.clock.pass_by(30 * 24 * 3600)
    assert await rig.send() == 0
    delivery = await rig.the_delivery(made)
    assert (delivery["status"], delivery["attempt_count"], delivery["next_attempt_at"]) == ("exhausted", 10, None)
    assert {attempt["body"] for attempt in delivery["attempts"]} == {"no"}
    assert len(set(receiver.ids)) == 1
    stamps = [int(request.headers["webhook-timestamp"]) for request in receiver.requests]
    assert stamps[-1] - stamps[0] == sum(PAUSES_S)


async def test_a_subscription_whose_deliveries_are_exhausted_is_disabled_until_it_is_enabled(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(500))
    made = await rig.subscribe(receiver)
    for _ in range(rig.parts.webhooks.settings.disable_after_exhausted):
        await rig.cancelled()
    for pause in PAUSES_S:
        rig.clock.pass_by(pause)
        while await rig.send():
            pass
    found = await rig.get(made["links"]["self"])
    assert (found["enabled"], found["disabled_reason"]) == (False, "exhausted")
    assert (await rig.api.post(made["links"]["test"])).status_code == 409
    enabled = (await rig.api.patch(made["links"]["self"], json={"enabled": True})).json()
    assert (enabled["enabled"], enabled["disabled_reason"], enabled["failing_since"]) == (True, None, None)


async def test_gone_disables_and_drops_what_was_still_to_be_sent(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(500), Reply(410), Reply(204))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send()
    await rig.cancelled()
    await rig.send()
    found = await rig.get(made["links"]["self"])
    assert (found["enabled"], found["disabled_reason"]) == (False, "gone")
    await rig.cancelled()
    rig.clock.pass_by(10)
    await rig.send()
    assert len(receiver.requests) == 2
    states = [(one["status"], one["status_reason"]) for one in await rig.deliveries(made)]
    assert sorted(states) == [("dropped", "subscription_disabled"), ("exhausted", "gone")]


async def test_retry_after_is_heard(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(429, headers={"Retry-After": "90"}), Reply(204))
    await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send()
    rig.clock.pass_by(89)
    assert await rig.send() == 0
    rig.clock.pass_by(1)
    assert await rig.send() == 1


async def test_a_delivery_can_be_replayed_under_its_id(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(204))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send()
    delivery = await rig.the_delivery(made)
    again = await rig.api.post(delivery["links"]["replay"])
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    await rig.send()
    assert receiver.ids == [delivery["id"]] * 2
    assert [one["number"] for one in (await rig.the_delivery(made))["attempts"]] == [1, 2]


async def test_a_test_event_is_sent_whatever_is_subscribed(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver, events=["run.failed"])
    answer = await rig.api.post(made["links"]["test"])
    assert answer.status_code == 202
    await rig.send()
    [told] = receiver.verified(made["secret"])
    assert (told["type"], told["data"]) == ("webhook.test", {"subscription_id": made["id"]})


async def test_two_senders_share_the_work_and_send_nothing_twice(rig: Rig) -> None:
    receiver = await rig.receiver()
    await rig.subscribe(receiver)
    for _ in range(8):
        await rig.cancelled()
    senders = [rig.sender, await rig.new_sender()]
    begun = [await one.start_due() for one in senders]
    for one in senders:
        await one.finish_started()
    while await rig.send():
        pass
    assert min(begun) >= 0
    assert len(receiver.ids) == len(set(receiver.ids)) == 8


async def test_the_log_is_read_by_pages_filtered_and_forgotten_after_a_while(rig: Rig) -> None:
    made = await rig.subscribe(await rig.receiver(Reply(204), Reply(204), Reply(500)))
    for _ in range(3):
        await rig.cancelled()
        await rig.send()
        rig.clock.pass_by(1)
    path = made["links"]["deliveries"]
    first = await rig.get(f"{path}?limit=2")
    second = await rig.get(f"{path}?limit=2&cursor={first['next_cursor']}")
    assert [one["status"] for one in (*first["items"], *second["items"])] == ["pending", "delivered", "delivered"]
    assert second["next_cursor"] is None
    assert [one["status"] for one in (await rig.get(f"{path}?status=pending"))["items"]] == ["pending"]
    await rig.get(f"{path}?status=pending&cursor={first['next_cursor']}", 422)
    keeping = Keeping(rig.database, rig.parts.webhooks.settings, rig.clock)
    assert await keep(keeping) == 0
    rig.clock.pass_by(timedelta(days=30).total_seconds())
    assert await keep(keeping) == 2
    async with rig.database.transaction() as connection:
        left = (await connection.execute(select(deliveries.c.status))).scalars().all()
        kept = (await connection.execute(select(attempts.c.delivery_id))).scalars().all()
    assert (list(left), len(kept)) == (["pending"], 1)


async def listens(port: int) -> None:
    """Return when somebody takes connections on a port of this machine."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


async def test_the_receiver_of_the_documentation_verifies_what_it_takes(rig: Rig, unused_tcp_port: int) -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    made = (await rig.api.post("/v1/webhooks", json={"url": f"http://{NAME}:{unused_tcp_port}/"})).json()
    rig.clock.at = datetime.now(UTC)
    environment = {"PORT": str(unused_tcp_port), "SECRET": made["secret"], "PYTHONUNBUFFERED": "1"}
    receiver = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=os.environ | environment, stdout=PIPE, stderr=DEVNULL
    )
    try:
        await rig.api.post(made["links"]["test"])
        async with asyncio.timeout(60):
            await listens(unused_tcp_port)
            await rig.send()
            assert receiver.stdout is not None
            said = await receiver.stdout.readline()
        delivery = await rig.the_delivery(made)
        assert (delivery["status"], f"{delivery['id']} webhook.test".encode() in said) == ("delivered", True)
    finally:
        receiver.kill()
        await receiver.wait()
