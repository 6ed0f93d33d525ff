"""A boundary test from its request to its report: which pairs are asked, what is refused, what is said of it."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.contracts.artefact import problems_of
from app.db.unit import Database
from app.edge.tokens import service_token
from app.errors import Unavailable
from app.runner.prepare import stages
from app.runner.prepare.assignments_http import Assignments
from app.runner.tables import runs
from tests.integration.house import AUTH, House
from tests.integration.parts import Json, deliver, neighbour

A1, A2, B1, B2 = (f"anchor_essay_eng_5_17_vt_{name}" for name in ("011_A", "012_A", "009_B", "010_B"))
USUAL: Json = {"boundaries": ["A/B"], "iterations": 2}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


def body(house: House, **changes: Any) -> Json:
    usual: Json = {
        "mode": "boundary-test",
        "batch_label": "b",
        "assets": {"package_id": house.package},
        "llm": {"provider": "mock", "model": "latent"},
        "boundary": USUAL,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


async def start(house: House, **changes: Any) -> Json:
    answer = await house.api.post("/v1/runs", json=body(house, **changes))
    assert answer.status_code == 202, answer.text
    run: Json = answer.json()
    return run


async def published(house: House, **changes: Any) -> tuple[Json, dict[str, str]]:
    """Return a published run, and the travelling id of each of its essays by its file's stem."""
    run = await start(house, **changes)
    await house.prepare(run["id"])
    [request] = await house.published()
    ids = [item["essay_id"] for item in request["data"]["essays_for_cj"]]
    return run, dict(zip((B1, B2, A1, A2), ids, strict=True))


async def answered(house: House, run: Json, *shown: tuple[str, str, str | None]) -> None:
    told = [house.verdict(run, first, second, winner) for first, second, winner in shown]
    await deliver(house.database, house.verdicts, *told)


async def announced(house: House, run: Json, ids: list[str], expected: int, failed: int = 0) -> None:
    facts = {"comparisons_succeeded": expected, "comparisons_failed": failed}
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, ids, **facts))


async def report(house: House, run: Json) -> Json:
    answer = await house.api.get(f"/v1/runs/{run['id']}/files/report.json")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert found["kind"] == "boundary"
    return found


def both_ways(better: str, worse: str, *, times: int = 2) -> list[tuple[str, str, str | None]]:
    """Return verdicts for the better essay, shown first and second, so many times each."""
    return [(better, worse, "Essay A"), (worse, better, "Essay B")] * times


async def test_every_pair_is_asked_for_in_both_positions_and_only_its_essays_travel(house: House) -> None:
    run, ids = await published(house)
    [envelope] = await house.published()
    meta, sent = envelope["metadata"], envelope["data"]["essays_for_cj"]
    assert (meta["runner_mode"], meta["stop_rule"], meta["max_comparisons"]) == ("boundary-test", "cap", 18)
    assert meta["design"]["policy"] == "pre_specified"
    wanted = Counter((item["a"], item["b"]) for item in meta["design"]["specified"])
    pairs = [(one, other) for one in (A1, A2) for other in (B1, B2)]
    assert wanted == {
        shown: 1 for one, other in pairs for shown in ((ids[one], ids[other]), (ids[other], ids[one]))
    }
    assert {item["times"] for item in meta["design"]["specified"]} == {2}
    assert sorted(item["essay_id"] for item in sent) == sorted(ids.values())
    assert all(len(item["text_storage_id"]) == 32 for item in sent)
    assert envelope["data"]["assignment_id"] is None
    assert (run["request"]["budget"]["max_comparisons"], run["request"]["boundary"]["iterations"]) == (18, 2)
    assert run["progress"]["comparisons"]["total"] == 18


async def test_preparing_a_boundary_test_twice_publishes_once(house: House) -> None:
    run = await start(house)
    for _ in range(2):
        await house.prepare(run["id"])
    assert len(await house.published()) == 1
    assert (await house.show(run["id"]))["status"] == "published"


@pytest.mark.parametrize("status", [404, 405, 200])
async def test_an_engine_that_takes_no_list_of_pairs_is_not_asked(house: House, status: int) -> None:
    run = await start(house)
    house.cj_answers(status)
    await house.prepare(run["id"])
    found = await house.show(run["id"])
    assert (found["status"], found["status_reason"]) == ("failed", "preflight_failed")
    assert "cannot be given a list of pairs" in found["status_detail"]
    assert await house.published() == []


def engine(offer: Json) -> Assignments:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=offer)))
    return Assignments(neighbour(client, "cj"), "http://cj", lambda: service_token(AUTH, "tests"))


async def test_an_engine_that_would_ask_only_a_part_is_not_asked(house: House) -> None:
    run = await start(house)
    few = engine({"pairing": ["pre_specified"], "max_comparisons": 17})
    await stages.broken(house.parts, run["id"], await refusal(replace(house.parts, assignments=few), run["id"]))
    found = await house.show(run["id"])
    assert found["status"] == "failed"
    assert "at most 17 comparisons a batch, and this test may ask 18" in found["status_detail"]


async def refusal(parts: stages.Parts, run_id: str) -> Exception:
    with pytest.raises(stages.PreflightFailed) as caught:
        await stages.prepare(parts, run_id)
    return caught.value


async def test_an_engine_that_is_away_is_asked_again(house: House) -> None:
    run = await start(house)
    away = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    gone = replace(house.parts, assignments=Assignments(neighbour(away, "cj"), "http://cj", lambda: "x"))
    with pytest.raises(Unavailable):
        await stages.prepare(gone, run["id"])
    assert (await house.show(run["id"]))["status"] == "preparing"
    await house.prepare(run["id"])
    assert (await house.show(run["id"]))["status"] == "published"


async def test_the_report_says_of_each_boundary_whether_the_judge_can_tell(house: House) -> None:
    run, ids = await published(house)
    a1, a2, b1, b2 = (ids[name] for name in (A1, A2, B1, B2))
    upset: tuple[str, str, str | None] = (a2, b2, "Essay B")
    good = [*both_ways(a1, b1), *both_ways(a1, b2), *both_ways(a2, b1), *both_ways(a2, b2, times=1), upset]
    await answered(house, run, *good, (b2, a2, "Essay B"))
    await announced(house, run, [a1, a2, b1, b2], expected=16)
    assert (await house.finish(run["id"]))["status"] == "completed"
    found = (await report(house, run))["boundary"]
    [boundary] = found["boundaries"]
    tally = boundary["tally"]
    assert (boundary["boundary"], len(boundary["pairs"])) == ("A/B", 4)
    assert (tally["asked"], tally["verdicts"], tally["wins"], tally["missing"]) == (16, 16, 15, 0)
    assert tally["win_rate"]["share"] == pytest.approx(15 / 16)
    assert tally["position"]["better_first"]["share"] == pytest.approx(7 / 8)
    assert tally["position"]["better_second"]["share"] == 1
    assert tally["position"]["first_picks"]["share"] == pytest.approx(7 / 16)
    assert (tally["confidence"]["mean"], tally["confidence"]["count"]) == (4, 16)
    assert (tally["verdict"], tally["reach"]) == ("holds", "these_pairs")
    weakest = min(boundary["pairs"], key=lambda one: one["tally"]["wins"])
    assert (weakest["pair"]["better_name"], weakest["pair"]["worse_name"]) == (A2, B2)
    assert weakest["tally"]["agreement"]["across"] == pytest.approx(1 / 2)


async def test_the_markdown_begins_with_the_answer_and_survives_the_judge_s_words(house: House) -> None:
    run, ids = await published(house)
    shown = [(ids[A1], ids[B1], "Essay B"), (ids[B1], ids[A1], "Essay A")] * 4
    await answered(house, run, *shown)
    await announced(house, run, list(ids.values()), expected=8)
    await house.finish(run["id"])
    text = (await house.api.get(f"/v1/runs/{run['id']}/files/report.md")).text
    first = text.split("\n\n")[1]
    assert "A from B: the judge cannot tell them apart well enough; the A essay won 0 of 8 comparisons" in first
    assert "<this>" not in text
    page = (await house.api.get(f"/v1/runs/{run['id']}/files/report.html")).text
    assert "because | of <this>" not in page
    assert "because | of &lt;this&gt;" in page


async def test_verdicts_that_come_twice_count_once_and_failures_are_invalid_answers(house: House) -> None:
    run, ids = await published(house)
    verdict = house.verdict(run, ids[A1], ids[B1])
    for _ in range(2):
        await deliver(house.database, house.verdicts, verdict)
    await answered(house, run, (ids[B1], ids[A1], None))
    await announced(house, run, list(ids.values()), expected=1, failed=1)
    await house.finish(run["id"])
    overall = (await report(house, run))["boundary"]["overall"]
    assert (overall["verdicts"], overall["invalid"], overall["missing"]) == (1, 1, 15)


async def test_ending_a_boundary_test_twice_gives_the_same_report(house: House) -> None:
    run, ids = await published(house)
    await answered(house, run, *both_ways(ids[A1], ids[B1]))
    await announced(house, run, list(ids.values()), expected=4)
    await house.finish(run["id"])
    first = await report(house, run)
    await house.finish(run["id"])
    assert await report(house, run) == first
    anew = await house.api.get(f"/v1/runs/{run['id']}/report", params={"format": "json", "fresh": "true"})
    assert anew.json()["boundary"] == first["boundary"]
    assert problems_of(await house.artefact(run["id"])) == []


async def test_what_comes_after_the_end_is_in_the_next_revision_of_the_report(house: House) -> None:
    run, ids = await published(house)
    await answered(house, run, *both_ways(ids[A1], ids[B1]))
    house.clock.pass_by(1801)
    for _ in range(2):
        await house.work(run["id"])
    assert (await house.show(run["id"]))["status"] == "timed_out"
    before = (await report(house, run))["boundary"]["overall"]
    await answered(house, run, *both_ways(ids[A2], ids[B2]))
    house.clock.pass_by(10)
    await house.work(run["id"])
    latest = await house.api.get(f"/v1/runs/{run['id']}/report", headers={"Accept": "application/json"})
    after = latest.json()["boundary"]["overall"]
    assert (before["verdicts"], before["missing"]) == (4, 12)
    assert (after["verdicts"], after["missing"]) == (8, 8)


async def test_a_cancelled_test_reports_what_was_paid_for(house: House) -> None:
    run, ids = await published(house)
    await answered(house, run, *both_ways(ids[A1], ids[B1]))
    house.cj_answers(202)
    await house.api.post(run["links"]["cancel"])
    for _ in range(2):
        await house.work(run["id"])
        house.clock.pass_by(60)
    assert (await house.show(run["id"]))["status"] == "cancelled"
    found = (await report(house, run))["boundary"]["overall"]
    assert (found["verdicts"], found["wins"], found["verdict"]) == (4, 4, "cannot_tell")


async def test_a_test_that_ended_is_tried_again_with_the_same_pairs(house: House) -> None:
    run = await start(house, boundary={"pairs": [{"a": B1, "b": f"{A1}.txt"}], "iterations": 3})
    await house.api.post(run["links"]["cancel"])
    again = (await house.api.post(run["links"]["retry"])).json()
    await house.prepare(again["id"])
    [envelope] = await house.published()
    assert [item["times"] for item in envelope["metadata"]["design"]["specified"]] == [3, 3]
    assert len(envelope["data"]["essays_for_cj"]) == 2
    assert again["request"]["boundary"] == run["request"]["boundary"]


BAD: list[tuple[Json, str, str]] = [
    ({"boundary": {"boundaries": ["A/B", "A/Q"]}}, "/boundary/boundaries/1", "Q is no grade"),
    ({"boundary": {"boundaries": ["A\u0000/B"]}}, "/boundary/boundaries/0", "is no grade"),
    ({"boundary": {"boundaries": ["<script>/B"]}}, "/boundary/boundaries/0", "is no grade"),
    ({"boundary": {"boundaries": ["A/B/C"]}}, "/boundary/boundaries/0", "pattern"),
    ({"boundary": {"boundaries": 7}}, "/boundary/boundaries", "tuple"),
    ({"boundary": {"iterations": 0}}, "/boundary/iterations", "greater"),
    ({"boundary": {"iterations": 10**9}}, "/boundary/iterations", "less"),
    ({"boundary": {"least_win_rate": 1}}, "/boundary/least_win_rate", "less"),
    ({"boundary": {"extra": 1}}, "/boundary/extra", "not known"),
    ({"boundary": []}, "/boundary", "dictionary"),
    ({"boundary": {"pairs": [{"a": "../../etc/passwd", "b": A1}]}}, "/boundary/pairs/0/a", "exactly one anchor"),
    ({"boundary": {"pairs": [{"a": "student_01", "b": A1}]}}, "/boundary/pairs/0/a", "exactly one anchor"),
    ({"boundary": {"pairs": [{"a": A2, "b": A1}]}}, "/boundary/pairs/0", "both anchors have the grade A"),
    ({"boundary": {"pairs": [{"a": A1, "b": A1}]}}, "/boundary/pairs/0", "with itself"),
    ({"boundary": None}, "/boundary", "is required"),
    ({"mode": "anchor-align-test"}, "/boundary", "has no effect"),
    ({"budget": {"max_comparisons": 15}}, "/budget/max_comparisons", "= 16 comparisons"),
    ({"design": {"pairing": "nearest"}}, "/design/pairing", "has no effect"),
    ({"design": {"both_orders": True}}, "/design/both_orders", "has no effect"),
    ({"design": {"stop": {"rule": "cap"}}}, "/design/stop", "has no effect"),
]


@pytest.mark.parametrize(
    ("changes", "pointer", "message"), BAD, ids=[f"{n}-{one[1]}" for n, one in enumerate(BAD)]
)
async def test_what_cannot_be_tested_is_refused_by_its_place_and_nothing_is_written(
    house: House, changes: Json, pointer: str, message: str
) -> None:
    for path in ("/v1/runs", "/v1/runs:plan"):
        answer = await house.api.post(path, json=body(house, **changes))
        if path.endswith("plan") and pointer == "/boundary" and message == "is required":
            continue  # a plan without the group is that of another mode
        assert answer.status_code == 422, answer.text
        found = {item["pointer"]: item["message"] for item in answer.json()["errors"]}
        assert message in found[pointer]
    async with house.database.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(runs))).scalar_one() == 0
