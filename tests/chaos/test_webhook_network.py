"""The way to a receiver of webhooks misbehaves: an event still arrives, under one id, however often it is sent."""

import asyncio
import time

import pytest

from app.runner.webhooks import signing
from tests.chaos.around import LOOK_S, Around
from tests.chaos.doors import target
from tests.chaos.proxy import Fault, Proxy
from tests.chaos.tally import Row, note
from tests.chaos.test_network_faults import FAULTS
from tests.fakes.webhook_receiver import receiving

ARRIVES_S = 60.0


async def until_it_struck(door: Proxy, kind: str) -> int:
    """Return how often a fault happened, once it did."""
    for _ in range(int(ARRIVES_S / LOOK_S)):
        if door.injected[kind] > 0:
            break
        await asyncio.sleep(LOOK_S)
    return door.injected[kind]


async def until_delivered(here: Around, run_id: str) -> None:
    """Return once the receiver took the event of a run."""
    end, told = time.monotonic() + ARRIVES_S, list[str]()
    while time.monotonic() < end:
        query = "SELECT status FROM runner.webhook_deliveries WHERE run_id = :run_id"
        told = [row[0] for row in await here.rows(query, run_id=run_id)]
        if told == ["delivered"]:
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"the delivery is {told}")


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
async def test_an_event_arrives_under_one_id_whatever_the_way_to_its_receiver_does(
    here: Around, fault: str
) -> None:
    kind = FAULTS[fault]
    with receiving() as receiver:
        receiver.may_answer.set()
        async with Proxy(target(receiver.url), seed=4) as door:
            door.inject(Fault(kind.kind, way=kind.way, after=min(kind.after, 1), seconds=kind.seconds))
            hook = {"url": f"{door.url}/hook", "secret": signing.new_secret("hmac"), "events": ["run.completed"]}
            run_id = await here.start(webhook=hook)
            assert (await here.until(run_id))["status"] == "completed"
            injected = await until_it_struck(door, kind.kind)
            door.clear()
            await until_delivered(here, run_id)
        came = [receiver.came.get_nowait() for _ in range(receiver.came.qsize())]
    assert injected > 0
    assert len({request.headers["webhook-id"] for request in came}) == 1
    note(Row(f"network, webhooks: {fault}", injected, 1))
