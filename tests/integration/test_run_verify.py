"""Checks on a run's files: a sound run holds, and every kind of damage is named."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from app.contracts.artefact import rendered, sealed
from app.db.unit import Database
from app.runner.tables import comparisons, run_files
from tests.integration.house import House
from tests.integration.kept import ended, revised
from tests.integration.parts import Json, deliver

ARTEFACT = "assessment_run.anchor-align-test.json"
COSTS = f"{ARTEFACT}#/costs"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def run(house: House) -> Json:
    return await ended(house)


async def verdict(house: House, run: Json, **query: int) -> Json:
    answer = await house.api.get(f"/v1/runs/{run['id']}/verify", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: Json = answer.json()
    failed = [check for check in found["checks"] if not check["ok"]]
    assert (found["ok"], found["failed"]) == (not failed, len(failed))
    assert found["checks"][: len(failed)] == failed
    return found


async def failures(house: House, run: Json, **query: int) -> set[tuple[str, str]]:
    found = await verdict(house, run, **query)
    return {(check["check"], check["path"]) for check in found["checks"] if not check["ok"]}


def artefact_of(house: House, run: Json) -> Path:
    return house.files.joinpath(run["id"], ARTEFACT)


def _tokens(document: Json) -> None:
    document["llm_comparisons"][0]["tokens_prompt"] += 1
    document["costs"]["token_counts"][0]["prompt_tokens"] += 1


def _winner(document: Json) -> None:
    first = document["llm_comparisons"][0]
    first["winner_id"], first["loser_id"] = first["loser_id"], first["winner_id"]


CHANGES: dict[str, Callable[[Json], object]] = {
    "cost": lambda document: document["costs"].update(total_usd=7.5),
    "tokens": _tokens,
    "winner": _winner,
    "fewer": lambda document: document["llm_comparisons"].pop(),
    "twice": lambda document: document["llm_comparisons"].append(document["llm_comparisons"][0]),
    "manifest": lambda document: document["validation"]["manifest"][0].update(sha256="0" * 64),
    "schema": lambda document: document["bt_summary"][0].update(rank="first"),
    "run": lambda document: document["metadata"].update(run_id="run_other"),
}


async def rewrite(house: House, run: Json, change: str, *, row: bool = False) -> None:
    """Change the artefact and seal it again, as somebody would who knows the format; ``row``: its row as well."""
    place = artefact_of(house, run)
    document = json.loads(place.read_bytes())
    CHANGES[change](document)
    content = "".join(rendered(sealed(document))).encode()
    place.write_bytes(content)
    if row:
        values = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        mine = update(run_files).where(run_files.c.run_id == run["id"], run_files.c.kind == "artefact")
        async with house.database.transaction() as connection:
            await connection.execute(mine.values(**values))


async def test_a_run_as_it_was_written_holds(house: House, run: Json) -> None:
    found = await verdict(house, run)
    assert found["ok"] is True
    kinds = [check["check"] for check in found["checks"]]
    assert kinds.count("digest") == 12
    wanted = {"schema", "checksum", "manifest", "comparisons", "tokens", "cost"}
    assert wanted | {"rows", "left_out", "run", "database"} <= set(kinds)


async def test_each_revision_is_checked_by_itself(house: House, run: Json) -> None:
    await revised(house, run, 2)
    assert await failures(house, run) == set()
    assert await failures(house, run, revision=1) == set()
    (house.files / run["id"] / "revisions/2/report.md").unlink()
    assert await failures(house, run) == {("digest", "report.md")}
    assert await failures(house, run, revision=1) == set()


async def test_damage_on_the_disk_is_named_file_by_file(house: House, run: Json, tmp_path: Path) -> None:
    folder = house.files / run["id"]
    event, other, *_ = sorted(folder.glob("events/comparisons/*.json"))
    content = bytearray(event.read_bytes())
    content[5] ^= 1
    event.write_bytes(content)
    other.unlink()
    (folder / "report.md").write_bytes(b"!" * 9_999_999)
    (folder / "events/stray.json").write_text("{}")
    (folder / "out").symlink_to(tmp_path)
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/file").write_text("x")
    found = await verdict(house, run)
    failed = {check["path"]: (check["check"], check["found"]) for check in found["checks"] if not check["ok"]}
    assert failed[event.relative_to(folder).as_posix()][0] == "digest"
    assert failed[other.relative_to(folder).as_posix()] == ("digest", "is missing")
    assert failed["report.md"][1].startswith("more than ")
    assert failed["events/stray.json"] == ("unexpected", "file")
    assert failed["out"] == ("unexpected", "link")
    assert failed["deep/er/file"] == ("unexpected", "file")
    assert len(failed) == 6


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("cost", {("cost", f"{COSTS}/total_usd")}),
        ("tokens", {("row", f"{ARTEFACT}#/llm_comparisons/0"), ("database", f"{COSTS}/prompt_tokens")}),
        ("winner", {("row", f"{ARTEFACT}#/llm_comparisons/0")}),
        ("fewer", {("comparisons", ARTEFACT), ("left_out", ARTEFACT)}),
        ("twice", {("row", f"{ARTEFACT}#/llm_comparisons/3"), ("comparisons", ARTEFACT)}),
        ("schema", {("schema", ARTEFACT)}),
        ("run", {("run", f"{ARTEFACT}#/metadata/run_id")}),
    ],
)
async def test_an_artefact_forged_with_its_seal_and_row_does_not_hold(
    house: House, run: Json, change: str, expected: set[tuple[str, str]]
) -> None:
    await rewrite(house, run, change, row=True)
    failed = await failures(house, run)
    assert expected <= failed
    assert ("digest", ARTEFACT) not in failed
    assert ("checksum", ARTEFACT) not in failed


async def test_a_manifest_edited_consistently_does_not_fit_the_rows(house: House, run: Json) -> None:
    await rewrite(house, run, "manifest")
    failed = await failures(house, run)
    assert ("digest", ARTEFACT) in failed
    assert ("checksum", ARTEFACT) not in failed
    assert [path for check, path in failed if check == "manifest"] == [
        "events/assessment_results/assessment_result_001.json"
    ]


async def test_an_artefact_that_is_no_artefact_is_named_and_the_rest_checked(house: House, run: Json) -> None:
    for content in (b"", b"{", b"[]", b'{"llm_comparisons": [NaN]}', b"\xff" * 100, b"{}\n" * 5):
        artefact_of(house, run).write_bytes(content)
        failed = await failures(house, run)
        assert ("digest", ARTEFACT) in failed
        assert ("schema", ARTEFACT) in failed


async def test_the_same_document_rendered_otherwise_is_not_the_sealed_one(house: House, run: Json) -> None:
    document = json.loads(artefact_of(house, run).read_bytes())
    artefact_of(house, run).write_text(json.dumps(document, indent=4))
    failed = await failures(house, run)
    assert ("checksum", ARTEFACT) in failed


async def test_a_row_changed_behind_the_artefact_is_found(house: House, run: Json) -> None:
    one = update(comparisons).where(comparisons.c.run_id == run["id"], comparisons.c.sequence == 2)
    async with house.database.transaction() as connection:
        await connection.execute(one.values(cost_usd=9.0))
    assert await failures(house, run) == {
        ("row", f"{ARTEFACT}#/llm_comparisons/1"),
        ("rows", ARTEFACT),
        ("database", f"{COSTS}/total_usd"),
    }


async def test_verdicts_that_came_after_the_end_are_no_damage(house: House, run: Json) -> None:
    ids = [run["batch_uuid"][:8], "other"]
    await deliver(house.database, house.verdicts, house.verdict(run, *ids))
    assert await failures(house, run) == set()


async def test_a_plan_is_checked_as_far_as_it_goes(house: House) -> None:
    run = await house.start("plan", llm={})
    await house.prepare(run["id"])
    await house.finish(run["id"])
    assert [check["check"] for check in (await verdict(house, run))["checks"]] == ["digest"]
