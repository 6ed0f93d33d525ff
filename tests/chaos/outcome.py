"""How a scene ended: as it was to end, with scores, payments and webhooks to be held against others.

Fed with what was played; feeds the tests.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass

import orjson

from app.contracts.artefact import problems_of
from tests.chaos.scenes import Played
from tests.chaos.stage import Json, Stage

LOOKS, LOOK_S = 100, 0.2


@dataclass(frozen=True)
class Outcome:
    """What can be compared between scenes; ``again`` are calls that were paid for once more."""

    scores: tuple[tuple[str, float, float, int], ...]
    again: int


async def judged(stage: Stage, played: Played) -> Outcome:
    """Return the outcome of a scene that is at rest; raises ``AssertionError`` where it is not as it was to be."""
    scores: list[tuple[str, float, float, int]] = []
    for run_id in played.runs if played.status != "deleted" else ():
        run = (await stage.ask("GET", f"/v1/runs/{run_id}")).json()
        assert run["status"] == played.status, run
        artefact = (await stage.ask("GET", f"/v1/runs/{run_id}/artefact")).json()
        assert problems_of(artefact) == []
        if played.comparisons is not None:
            assert len(artefact["llm_comparisons"]) == played.comparisons
        scores += _scores(artefact)
    await _heard(stage, played)
    twice = stage.judges.paid(played.mark) - await stage.asked(played.mark)
    return Outcome(tuple(scores), twice.total())


def _scores(artefact: Json) -> list[tuple[str, float, float, int]]:
    """Return what must be equal: the name without the run's own part, score, standard error, count."""
    return [
        (row["essay_id"].rsplit("_", 1)[0], row["theta"], row["standard_error"], row["comparison_count"])
        for row in artefact["bt_summary"]
    ]


async def _heard(stage: Stage, played: Played) -> None:
    """Check that the end of each run is told, soon, as often as need be, under one id."""
    expected = dict.fromkeys(played.webhooks, 1)
    for _ in range(LOOKS):
        while not stage.receiver.came.empty():
            came = stage.receiver.came.get()
            told = orjson.loads(came.body)
            stage.heard[told["data"]["id"]].add((told["type"], came.headers["webhook-id"]))
        kinds = {run_id: Counter(kind for kind, _ in stage.heard[run_id]) for run_id in played.runs}
        if all(found == expected for found in kinds.values()):
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(kinds)
