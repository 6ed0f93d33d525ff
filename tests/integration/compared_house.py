"""Runs that ended with verdicts of a chosen order, for tests of comparisons."""

from collections.abc import Sequence
from itertools import combinations

from tests.integration.house import House
from tests.integration.parts import Json, deliver

WORDS = "because | of <this>"


async def ended_run(
    house: House, turned: Sequence[tuple[int, int]] = (), among: int = 6, **changes: object
) -> Json:
    """Return a completed run in which the first ``among`` essays met, each pair once.

    The essay that comes earlier in the package wins, but for the ``turned`` pairs of places.
    """
    justification = changes.pop("justification", WORDS)
    run = await house.start(**changes)
    await house.prepare(run["id"])
    request = (await house.published())[-1]
    assert request["data"]["entity_id"] == run["batch_uuid"]
    ids = [item["essay_id"] for item in request["data"]["essays_for_cj"]]
    verdicts = [
        house.verdict(
            run,
            ids[one],
            ids[other],
            "Essay B" if (one, other) in turned else "Essay A",
            justification=justification,
        )
        for one, other in combinations(range(among), 2)
    ]
    failed = house.verdict(run, ids[0], ids[1], winner=None, justification=None, confidence=None)
    await deliver(house.database, house.verdicts, *verdicts, failed)
    order = _order(among, turned)
    errors = {ids[place]: 0.5 for place in order}
    facts = {"bt_standard_errors": errors, "comparisons_succeeded": len(verdicts), "comparisons_failed": 1}
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, [ids[place] for place in order], **facts))
    done = await house.finish(run["id"])
    assert done["status"] == "completed", done
    return done


def _order(among: int, turned: Sequence[tuple[int, int]]) -> list[int]:
    wins = dict.fromkeys(range(among), 0)
    for one, other in combinations(range(among), 2):
        wins[other if (one, other) in turned else one] += 1
    return sorted(wins, key=lambda place: (-wins[place], place))
