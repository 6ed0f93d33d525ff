"""The bundle: all files of a revision as one zip with fixed bytes, sent in pieces, checked by the command line."""

import asyncio
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import insert
from typer.testing import CliRunner

from app.cli.main import app as commands
from app.db.unit import Database
from app.runner.api.app import build
from app.runner.tables import run_files
from tests.integration.house import House
from tests.integration.kept import ended, revised
from tests.integration.parts import Json, runner_parts


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path / "files")
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def run(house: House) -> Json:
    return await ended(house)


async def bundle(house: House, run: Json, **query: int) -> httpx.Response:
    answer = await house.api.get(f"/v1/runs/{run['id']}/bundle.zip", params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_bundle_holds_every_file_and_their_list(house: House, run: Json) -> None:
    answer = await bundle(house, run)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    folder = house.files / run["id"]
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert archive.namelist() == sorted({*names, "manifest.json"})
    for name in names:
        assert archive.read(name) == (folder / name).read_bytes()
    manifest = await house.api.get(f"/v1/runs/{run['id']}/manifest")
    assert archive.read("manifest.json") == manifest.content
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert answer.headers["content-disposition"] == f'attachment; filename="{run["id"]}.bundle.zip"'


async def test_a_bundle_has_the_same_bytes_whoever_makes_it(house: House, run: Json) -> None:
    first = await bundle(house, run)
    for path in (house.files / run["id"]).rglob("*"):
        os.utime(path, (1, 1))
    async with (
        runner_parts(house.database, house.files, house.clock) as parts,
        httpx.AsyncClient(transport=httpx.ASGITransport(build(parts, {})), base_url="http://localhost") as other,
    ):
        again = await other.get(f"/v1/runs/{run['id']}/bundle.zip")
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_later_revision_has_its_own_bundle_with_the_same_names(house: House, run: Json) -> None:
    first = await bundle(house, run)
    await revised(house, run, 2)
    second = await bundle(house, run)
    assert second.headers["etag"] != first.headers["etag"]
    assert second.headers["artefact-revision"] == "2"
    assert second.headers["content-disposition"] == f'attachment; filename="{run["id"]}.r2.bundle.zip"'
    names = [zipfile.ZipFile(io.BytesIO(answer.content)).namelist() for answer in (first, second)]
    assert names[0] == names[1]
    assert (await bundle(house, run, revision=1)).content == first.content


async def test_a_download_that_broke_goes_on_where_it_was(house: House, run: Json) -> None:
    whole = await bundle(house, run)
    got = b""
    for stop in (1_000, 5_000, len(whole.content)):
        headers = {"Range": f"bytes={len(got)}-{stop - 1}", "If-Range": whole.headers["etag"]}
        part = await house.api.get(f"/v1/runs/{run['id']}/bundle.zip", headers=headers)
        assert part.status_code == 206
        got += part.content
    assert got == whole.content


async def test_no_bundle_is_made_of_files_that_were_changed(house: House, run: Json) -> None:
    place = house.files / run["id"] / "report.md"
    content = bytearray(place.read_bytes())
    content[3] ^= 1
    place.write_bytes(content)
    answer = await house.api.get(f"/v1/runs/{run['id']}/bundle.zip")
    assert (answer.status_code, answer.json()["code"]) == (500, "file_damaged")
    assert "report.md was changed" in answer.json()["detail"]


def verified(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["verify", *arguments])
    return result.exit_code, result.output


async def test_an_auditor_checks_a_bundle_without_the_service(house: House, run: Json, tmp_path: Path) -> None:
    place = tmp_path / "bundle.zip"
    place.write_bytes((await bundle(house, run)).content)
    code, text = verified(str(place))
    assert (code, "everything holds" in text) == (0, True)
    found = json.loads(verified(str(place), "--json")[1])
    assert (found["ok"], found["failed"]) == (True, 0)
    assert {"digest", "schema", "checksum", "manifest", "tokens", "cost"} <= {
        check["check"] for check in found["checks"]
    }


async def test_an_auditor_checks_a_folder_with_all_its_revisions(house: House, run: Json) -> None:
    await revised(house, run, 2)
    folder = house.files / run["id"]
    assert verified(str(folder))[0] == 0
    (folder / "revisions/2/events/stray").write_text("x")
    event = next(folder.glob("events/comparisons/*.json"))
    event.write_text("{}")
    code, text = verified(str(folder))
    assert code == 1
    assert "unexpected: revisions/2/events/stray" in text
    assert f"digest: {event.relative_to(folder).as_posix()}" in text
    assert "2 failed" in text


async def test_a_tampered_bundle_does_not_hold(house: House, run: Json, tmp_path: Path) -> None:
    original = zipfile.ZipFile(io.BytesIO((await bundle(house, run)).content))
    place = tmp_path / "tampered.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in original.namelist():
            if not name.startswith("requests/"):
                changed.writestr(name, original.read(name) + (b" " if name == "report.md" else b""))
        changed.writestr("../outside.txt", "x")
    code, text = verified(str(place))
    assert code == 1
    assert "digest: report.md" in text
    assert "digest: requests/" in text
    assert "unexpected: ../outside.txt" in text


async def test_a_bundle_with_a_broken_byte_does_not_hold(house: House, run: Json, tmp_path: Path) -> None:
    content = bytearray((await bundle(house, run)).content)
    place = tmp_path / "broken.zip"
    content[200] ^= 1
    place.write_bytes(content)
    code, text = verified(str(place))
    assert code == 1
    assert "cannot be read (BadZipFile)" in text


def test_what_is_no_bundle_is_refused_with_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    for place in (tmp_path / "none.zip", text, tmp_path):
        code, said = verified(str(place))
        assert code == 3
        assert said.startswith("error: ")


async def test_a_bundle_unpacks_with_other_tools(house: House, run: Json, tmp_path: Path) -> None:
    place = tmp_path / "bundle.zip"
    place.write_bytes((await bundle(house, run)).content)
    shutil.unpack_archive(place, tmp_path / "out")
    assert verified(str(tmp_path / "out"))[0] == 0


@asynccontextmanager
async def listening(house: House, port: int) -> AsyncIterator[str]:
    async with runner_parts(house.database, house.files, house.clock) as parts:
        server = uvicorn.Server(uvicorn.Config(build(parts, {}), port=port, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await serving


def is_open(place: Path) -> bool:
    """Return whether this process has a descriptor of the file, by its number on the disk."""
    wanted = place.stat().st_ino
    return wanted in {os.fstat(number).st_ino for number in _descriptors()}


def _descriptors() -> Iterator[int]:
    for path in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            os.fstat(int(path.name))
            yield int(path.name)


async def until(place: Path, *, opened: bool) -> None:
    """Look, letting others work in between, until the file is open, or closed."""
    async with asyncio.timeout(20):
        while is_open(place) is not opened:  # noqa: ASYNC110 - the kernel tells nobody of a closed descriptor
            await asyncio.sleep(0.01)


async def test_a_reader_who_goes_away_leaves_nothing_open(house: House, run: Json, unused_tcp_port: int) -> None:
    content = os.urandom(1 << 20) * 48
    place = house.files / run["id"] / "events/large.json"
    place.write_bytes(content)
    row = {"run_id": run["id"], "path": "events/large.json", "kind": "event", "media_type": "application/json"}
    measured = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    async with house.database.transaction() as connection:
        await connection.execute(insert(run_files).values(**row, **measured))
    async with listening(house, unused_tcp_port) as base, httpx.AsyncClient(base_url=base) as client:
        for address in ("bundle.zip", "files/events/large.json"):
            async with client.stream("GET", f"/v1/runs/{run['id']}/{address}") as answer:
                assert answer.status_code == 200
                chunks = answer.aiter_raw()  # one that is let go of closes the connection
                await anext(chunks)
                await until(place, opened=True)
            await until(place, opened=False)
        whole = await client.get(f"/v1/runs/{run['id']}/files/events/large.json")
        assert whole.content == content
    assert not is_open(place)
