"""The network between the services misbehaves under runs, one neighbour and one way at a time."""

import asyncio

import pytest

from tests.chaos.around import Act, Around
from tests.chaos.proxy import Fault

LASTS_S = 4.0
LONGEST_S = 90.0
"""A fault lasts the first of these, or until it struck, and the second at most."""
FAULTS = {
    "latency": Fault("latency", chance=0.7, per="chunk", seconds=0.3, jitter_s=0.3),
    "drip": Fault("drip", size=200, seconds=0.01),
    "reset": Fault("reset", chance=0.4, per="chunk"),
    "black hole": Fault("black_hole", chance=0.5),
    "answers lost after the work was done": Fault("black_hole", way="answers", chance=0.5),
    "half-close": Fault("half_close", way="answers", after=150, chance=0.6),
    "cut": Fault("cut", way="answers", after=150, chance=0.6),
    "refusal": Fault("refuse", chance=0.7),
}
DOORS = {
    "runner to cj, caller to runner": ("http:cj", "http:api"),
    "cj to gateway": ("http:gateway",),
    "services to content": ("http:content",),
    "services to broker": ("kafka",),
}


def misbehaves(doors: tuple[str, ...], fault: Fault) -> Act:
    async def act(here: Around) -> int:
        chosen = [here.rig.doors[name] for name in doors]
        for door in chosen:
            await asyncio.to_thread(here.rig.place.do, door.drop())  # so that new connections meet it
            door.inject(fault)
        before = sum(door.injected[fault.kind] for door in chosen)
        injected = 0
        for looks in range(int(LONGEST_S)):
            await asyncio.sleep(1)
            injected = sum(door.injected[fault.kind] for door in chosen) - before
            if looks >= LASTS_S and injected:
                break
        for door in chosen:
            door.clear()
            await asyncio.to_thread(here.rig.place.do, door.drop())
        return injected

    return act


FEW = [("cj to gateway", "answers lost after the work was done")]
MORE = [(doors, fault) for doors in DOORS for fault in FAULTS if (doors, fault) not in FEW]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("doors", "fault"), FEW)
async def test_runs_end_as_if_nothing_had_been_between(here: Around, doors: str, fault: str) -> None:
    act = misbehaves(DOORS[doors], FAULTS[fault])
    await here.survives(f"network, {doors}: {fault}", act, from_the_start=True)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("doors", "fault"), MORE)
async def test_runs_end_as_if_nothing_had_been_on_the_way(here: Around, doors: str, fault: str) -> None:
    act = misbehaves(DOORS[doors], FAULTS[fault])
    await here.survives(f"network, {doors}: {fault}", act, from_the_start=True)
