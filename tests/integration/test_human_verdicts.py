"""People's verdicts on a run's essays: taken in once, without names, within limits; and held against the run."""

import csv
import io
from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path

import httpx
import numpy as np
import openpyxl
import pytest
from sqlalchemy import select, text

from app.db.unit import Database
from app.runner.human.tables import human_verdicts
from tests.integration.compared_house import ended_run
from tests.integration.house import House
from tests.integration.parts import Json

PEOPLE = ("Anna Svensson", "Bo Ek", "Cia Ö")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def names(house: House, run: Json) -> list[Json]:
    """Return the scored essays of a run, best first."""
    found: list[Json] = (await house.api.get(run["links"]["scores"])).json()["items"]
    return found


async def send(
    house: House, run: Json, body: bytes | str, name: str = "anna_svensson.csv", **form: str
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    files = {"file": (name, content, "application/octet-stream")}
    return await house.api.post(f"/v1/runs/{run['id']}/human-verdicts", files=files, data=form)


async def refused(house: House, run: Json, body: bytes | str, **form: str) -> tuple[int, str]:
    answer = await send(house, run, body, **form)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["detail"]


def votes(essays: list[Json], turned: int = 1) -> str:
    """Every person prefers the better rank of every pair; the first person turns ``turned`` pairs round."""
    lines = ["judge,left,right,verdict"]
    for judge in PEOPLE:
        for place, (one, other) in enumerate(combinations(essays, 2)):
            won = "right" if judge == PEOPLE[0] and place < turned else "left"
            lines.append(f"{judge},{one['name']},{other['file_name']},{won}")
    return "\n".join(lines) + "\n"


async def test_a_file_is_taken_in_without_the_names_of_people(house: House) -> None:
    run = await ended_run(house)
    essays = await names(house, run)
    answer = await send(house, run, votes(essays), label="teachers")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert answer.headers["Location"] == found["links"]["self"]
    assert (found["label"], found["layout"], found["judge_names_kept"]) == ("teachers", "choice", False)
    assert found["counts"] == {
        "rows": 45,
        "verdicts": 45,
        "ties": 0,
        "undecided": 0,
        "unmatched": 0,
        "same_essay": 0,
        "pairs": 15,
    }
    assert [one["judge"] for one in found["judges"]] == ["judge_1", "judge_2", "judge_3"]
    async with house.database.transaction() as connection:
        kept = (
            await connection.execute(select(text("t::text")).select_from(text("runner.human_verdicts t")))
        ).scalar()
    assert not any(name.split()[0] in str(kept) for name in PEOPLE)
    assert "anna" not in str(kept).lower()
    assert (await house.api.get(found["links"]["self"])).json() == found
    listed = (await house.api.get(f"/v1/runs/{run['id']}/human-verdicts")).json()
    assert listed == {"items": [found]}


async def test_the_same_file_again_is_the_one_that_is_there(house: House) -> None:
    run = await ended_run(house)
    body = votes(await names(house, run))
    first, again = await send(house, run, body), await send(house, run, body, label="another name")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    status, detail = await refused(house, run, body, keep_judge_names="true")
    assert (status, first.json()["id"] in detail) == (409, True)
    gone = await house.api.delete(first.json()["links"]["self"])
    assert (gone.status_code, (await house.api.get(first.json()["links"]["self"])).status_code) == (204, 404)
    assert (await house.api.delete(first.json()["links"]["self"])).status_code == 204
    named = await send(house, run, body, keep_judge_names="true")
    assert [one["judge"] for one in named.json()["judges"]] == list(PEOPLE)
    async with house.database.transaction() as connection:
        assert len((await connection.execute(select(human_verdicts.c.id))).all()) == 1


async def test_ties_undecided_and_unknown_essays_are_counted_and_named(house: House) -> None:
    run = await ended_run(house)
    one, two, *_ = await names(house, run)
    rows = [
        "a;b;choice",
        f"{one['name']};{two['name']};a",
        f"{one['name'].upper()};{two['essay_id']};tie",
        f"{one['name']};{two['name']};",
        f"{one['name']};{two['name']};undecided",
        f"{one['name']};somebody else;a",
        f"{one['name']};{one['file_name']};a",
    ]
    found = (await send(house, run, "\n".join(rows))).json()
    assert found["counts"] == {
        "rows": 6,
        "verdicts": 4,
        "ties": 1,
        "undecided": 2,
        "unmatched": 1,
        "same_essay": 1,
        "pairs": 1,
    }
    assert found["unmatched_essays"] == [{"name": "somebody else", "rows": 1}]
    told = (await house.api.get(found["links"]["agreement"], params={"draws": 200})).json()
    assert told["counts"]["undecided"] == 2
    assert told["unmatched"] == [{"name": "somebody else", "rows": 1}]


async def test_winner_and_loser_and_a_workbook_say_the_same(house: House) -> None:
    run = await ended_run(house)
    one, two, three, *_ = [row["name"] for row in await names(house, run)]
    plain = await send(house, run, f"judge,winner,loser\nx,{one},{two}\nx,{three},{two}\n")
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("who", "better", "worse"), ("x", one, two), ("x", three, two)):
        book.active.append(row)
    body = io.BytesIO()
    book.save(body)
    columns = {"judge_column": "who", "winner_column": "better", "loser_column": "worse"}
    sheet = await send(house, run, body.getvalue(), "verdicts.xlsx", **columns)
    assert (plain.status_code, sheet.status_code) == (201, 201), sheet.text
    assert plain.json()["counts"] == sheet.json()["counts"]
    assert plain.json()["layout"] == sheet.json()["layout"] == "winner_loser"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"\xff\xfe", 422, "line 1 is not UTF-8"),
        (b"PK\x03\x04 no workbook", 422, "no Excel workbook"),
        ("one,two\n1,2\n", 422, "needs the columns winner and loser"),
        ("winner,loser\n", 422, "no decisions, only a header"),
        ("winner,loser\nx,x\n", 422, "line 2: x is compared with itself"),
        ("winner,loser\nx,y\n", 422, "names no essay of the run, but x, y"),
        ("a,b,choice\nx,y,perhaps\n", 422, "line 2: choice is 'perhaps'"),
        ("judge,winner,loser\n" + "j" * 300 + ",x,y\n", 422, "the judge's name is too long"),
        ("winner,loser\n" + "x,y\n" * 50_001, 413, "at most 50000 rows"),
        ("winner,loser\n" + "x" * (4 * 1024 * 1024) + ",y\n", 413, "at most"),
    ],
)
async def test_what_is_no_file_of_verdicts_is_refused(
    house: House, body: bytes | str, status: int, words: str
) -> None:
    run = await ended_run(house, among=3)
    found = await refused(house, run, body)
    assert found[0] == status
    assert words in found[1]
    assert (await house.api.get(f"/v1/runs/{run['id']}/human-verdicts")).json() == {"items": []}


async def test_a_run_that_goes_on_takes_no_verdicts_and_one_without_any_has_no_agreement(house: House) -> None:
    run = await house.start()
    assert (await refused(house, run, "winner,loser\nx,y\n"))[0] == 409
    done = await ended_run(house, among=3)
    answer = await house.api.get(f"/v1/runs/{done['id']}/agreement")
    assert (answer.status_code, "no verdicts of people" in answer.json()["detail"]) == (404, True)
    answer = await house.api.get(f"/v1/runs/{done['id']}/agreement", params={"verdicts": "hv_no"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "the run has no verdicts hv_no")


async def test_people_and_run_are_held_against_each_other(house: House) -> None:
    run = await ended_run(house, [(0, 5)])
    essays = sorted(await names(house, run), key=lambda row: str(row["name"]))
    assert (await send(house, run, votes(essays))).status_code == 201
    address = f"/v1/runs/{run['id']}/agreement"
    found = (await house.api.get(address, params={"draws": 200})).json()
    own = found["agreement"]
    assert (found["counts"]["pairs"], own["pairs"], found["counts"]["judges"]) == (15, 15, 3)
    assert own["raw"]["share"] == pytest.approx(14 / 15)
    assert own["kappa"]["value"] == pytest.approx(2 * 14 / 15 - 1)
    assert own["verdicts"]["share"] == pytest.approx((3 * 14 - 1) / 45)
    [dispute] = found["disputes"]
    assert (dispute["people"], dispute["run"]) == ("first", "second")
    assert (dispute["people_for_first"], dispute["run_for_second"]) == (3, 1)
    assert dispute["verdicts"][0]["justification"] == "because | of <this>"
    assert dispute["judges_for_first"] == ["judge_1", "judge_2", "judge_3"]
    by_judge = {row["judge"]: row["with_run"]["share"] for row in found["by_judge"]}
    assert by_judge == {"judge_1": 13 / 15, "judge_2": 14 / 15, "judge_3": 14 / 15}
    assert sum(row["pairs"] for row in found["by_distance"]) == 15
    assert (await house.api.get(address, params={"draws": 200})).json() == found
    page = await house.api.get(address, params={"format": "html"})
    assert (page.headers["Content-Type"], "<this>" in page.text) == ("text/html; charset=utf-8", False)
    assert "# People and run: label" in (await house.api.get(address, params={"format": "md"})).text
    table = await house.api.get(address, params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert (len(rows), rows[0]["people"], rows[0]["run"]) == (15, "first", "second")


async def test_numbered_people_of_two_files_are_not_taken_for_one_person(house: House) -> None:
    run = await ended_run(house)
    one, two, three, *_ = [row["name"] for row in await names(house, run)]
    for loser in (two, three):
        assert (await send(house, run, f"judge,winner,loser\nsame,{one},{loser}\n")).status_code == 201
    found = (await house.api.get(f"/v1/runs/{run['id']}/agreement")).json()
    assert found["counts"]["judges"] == 2
    assert {row["judge"] for row in found["by_judge"]} == {"judge_1", "judge_2"}


async def test_twenty_thousand_verdicts_are_taken_in_and_compared(house: House) -> None:
    run = await ended_run(house)
    essays = [row["name"] for row in await names(house, run)]
    draw = np.random.default_rng(3)
    pairs = [draw.choice(essays, 2, replace=False) for _ in range(20_000)]
    body = "judge,winner,loser\n" + "".join(
        f"p{place % 700},{won},{lost}\n" for place, (won, lost) in enumerate(pairs)
    )
    answer = await send(house, run, body)
    assert (answer.status_code, answer.json()["counts"]["verdicts"]) == (201, 20_000)
    found = (await house.api.get(answer.json()["links"]["agreement"])).json()
    assert (found["counts"]["judges"], found["agreement"]["pairs"]) == (700, 15)


async def test_verdicts_go_with_their_run(house: House) -> None:
    run = await ended_run(house)
    await send(house, run, votes(await names(house, run)))
    assert (await house.api.delete(f"/v1/runs/{run['id']}")).status_code == 204
    async with house.database.transaction() as connection:
        assert (await connection.execute(select(human_verdicts.c.id))).all() == []
