"""Files of a run over HTTP: tags, digests, parts, names, revisions, and nothing outside of the run's folder."""

import base64
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from itertools import product
from pathlib import Path

import httpx
import pytest

from app.db.unit import Database
from tests.integration.house import House
from tests.integration.kept import ended, revised
from tests.integration.parts import Json


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def run(house: House) -> Json:
    return await ended(house)


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


ADDRESSES = ["artefact", "report", "manifest", "requests", "requests/1", "files", "events/files", "bundle.zip"]
TYPES = {"report": "text/markdown; charset=utf-8", "bundle.zip": "application/zip"}


async def test_every_answer_names_its_version_and_its_hash(house: House, run: Json) -> None:
    for address in ADDRESSES:
        await names_its_version_and_its_hash(house, run, address)


async def names_its_version_and_its_hash(house: House, run: Json, address: str) -> None:
    path = f"/v1/runs/{run['id']}/{address}"
    answer = await house.api.get(path)
    assert answer.status_code == 200, answer.text
    headers = answer.headers
    assert headers["content-type"] == TYPES.get(address, "application/json")
    assert headers["etag"].startswith('"')
    assert headers["content-digest"] == headers["repr-digest"] == digest(answer.content)
    assert headers["content-length"] == str(len(answer.content))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["accept-ranges"] == "bytes"
    assert headers["artefact-revision"] == "1"
    assert headers["cache-control"] == "private, no-cache"
    assert f'filename="{run["id"]}.' in headers["content-disposition"]
    again = await house.api.get(path, headers={"If-None-Match": f'"other", W/{headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", headers["etag"])
    named = await house.api.get(path, params={"revision": 1})
    assert named.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert named.content == answer.content


async def test_a_head_says_what_a_get_would_and_sends_nothing(house: House, run: Json) -> None:
    for address in ADDRESSES:
        path = f"/v1/runs/{run['id']}/{address}"
        expected = dict((await house.api.get(path)).headers) | {"content-digest": digest(b"")}
        head = await house.api.head(path, headers={"Range": "bytes=0-0"})
        assert (head.status_code, head.content) == (200, b"")
        assert [name for name in {**expected, **head.headers} if expected.get(name) != head.headers.get(name)] == [
            "x-request-id"
        ]


PARTS: list[tuple[str, int, int | None]] = [
    ("bytes=0-0", 0, 1),
    ("bytes=10-99", 10, 100),
    ("bytes=500-", 500, None),
    ("bytes=-7", -7, None),
    ("bytes=-99999999999999999999", 0, None),
    ("bytes=3-99999999999999999999", 3, None),
    ("Bytes = 5-9 , 8-20", 5, 21),
    ("bytes=99999999-,4-5", 4, 6),
]


async def test_a_part_is_exactly_that_part(house: House, run: Json) -> None:
    for address in ("artefact", "bundle.zip", "files"):
        path = f"/v1/runs/{run['id']}/{address}"
        whole = await house.api.get(path)
        size = len(whole.content)
        for wanted, start, stop in PARTS:
            answer = await house.api.get(path, headers={"Range": wanted, "If-Range": whole.headers["etag"]})
            expected = whole.content[start:stop]
            first = start if start >= 0 else size + start
            assert (answer.status_code, answer.content) == (206, expected), wanted
            assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"
            assert answer.headers["content-digest"] == digest(expected)
            assert answer.headers["repr-digest"] == digest(whole.content)
            assert answer.headers["etag"] == whole.headers["etag"]


IGNORED = [
    {"Range": "bytes=5-2"},
    {"Range": "bytes=a-b"},
    {"Range": "bytes=0-1,x"},
    {"Range": "bytes=-"},
    {"Range": "bytes=\xb2-\xb3"},
    {"Range": "lines=0-1"},
    {"Range": "bytes"},
    {"Range": "bytes="},
    {"Range": "bytes=0-0,900-900"},
    {"Range": "bytes=0-1", "If-Range": '"another"'},
    {"Range": "bytes=0-1", "If-Range": "Wed, 21 Oct 2026 07:28:00 GMT"},
]


async def test_a_range_that_is_not_understood_or_outdated_gets_the_whole(house: House, run: Json) -> None:
    path = f"/v1/runs/{run['id']}/artefact"
    whole = await house.api.get(path)
    for headers in IGNORED:
        sent = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        answer = await house.api.get(path, headers=sent)
        assert (answer.status_code, answer.content) == (200, whole.content), headers
        assert "content-range" not in answer.headers


async def test_a_weak_tag_never_makes_a_part_valid(house: House, run: Json) -> None:
    path = f"/v1/runs/{run['id']}/artefact"
    tag = (await house.api.get(path)).headers["etag"]
    answer = await house.api.get(path, headers={"Range": "bytes=0-1", "If-Range": f"W/{tag}"})
    assert answer.status_code == 200


async def test_a_part_that_is_not_there_is_refused_with_the_size(house: House, run: Json) -> None:
    path = f"/v1/runs/{run['id']}/artefact"
    size = len((await house.api.get(path)).content)
    for wanted in ("bytes=99999999-", "bytes=-0", "bytes=99999999999999999999-", "bytes=-0,99999999-"):
        answer = await house.api.get(path, headers={"Range": wanted})
        assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{size}"


async def test_a_condition_on_another_version_is_refused(house: House, run: Json) -> None:
    path = f"/v1/runs/{run['id']}/artefact"
    tag = (await house.api.get(path)).headers["etag"]
    for good in (tag, f'"x", {tag}', "*"):
        assert (await house.api.get(path, headers={"If-Match": good})).status_code == 200
    for bad in ('"x"', f"W/{tag}"):
        answer = await house.api.get(path, headers={"If-Match": bad})
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


async def test_revisions_are_listed_chosen_and_never_mixed(house: House, run: Json) -> None:
    own = f"/v1/runs/{run['id']}"
    first = (await house.api.get(f"{own}/artefact")).content
    await revised(house, run, 2)
    await revised(house, run, 3)
    listed = (await house.api.get(f"{own}/revisions")).json()
    assert listed["latest"] == 3
    assert [(item["number"], item["event"], item["why"]) for item in listed["items"]] == [
        (1, "run.completed", None),
        (2, "run.artefact_revised", "2 verdicts came late"),
        (3, "run.artefact_revised", "2 verdicts came late"),
    ]
    for item in listed["items"]:
        answer = await house.api.get(item["links"]["artefact"])
        assert answer.headers["artefact-revision"] == str(item["number"])
        assert hashlib.sha256(answer.content).hexdigest() == item["artefact_sha256"]
    assert (await house.api.get(f"{own}/artefact", params={"revision": 1})).content == first
    latest = await house.api.get(f"{own}/artefact")
    assert latest.json()["metadata"]["labels"] == {"revision": "3"}
    assert f'filename="{run["id"]}.r3.assessment_run.' in latest.headers["content-disposition"]
    names = [item["path"] for item in (await house.api.get(f"{own}/files")).json()["items"]]
    assert names == [item["path"] for item in (await house.api.get(f"{own}/files?revision=1")).json()["items"]]
    assert not any(name.startswith("revisions") for name in names)


async def test_a_revision_that_is_not_there_names_those_that_are(house: House, run: Json) -> None:
    await revised(house, run, 2)
    for address in [*ADDRESSES, "files/report.md", "verify"]:
        path = f"/v1/runs/{run['id']}/{address}"
        unknown = await house.api.get(path, params={"revision": 7})
        assert (unknown.status_code, unknown.json()["detail"]) == (404, "the run has no revision 7; it has 1, 2")
        for bad in ("two", "0", "-1", "1.5", "99999999999"):
            refused = await house.api.get(path, params={"revision": bad})
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["field"] == "revision"


async def test_files_come_in_pages_and_each_has_an_address_that_lasts(house: House, run: Json) -> None:
    own = f"/v1/runs/{run['id']}"
    whole = (await house.api.get(f"{own}/files")).json()
    address: str | None = f"{own}/files?limit=2"
    seen: list[Json] = []
    while address is not None:
        page = (await house.api.get(address)).json()
        seen += page["items"]
        address = page["next"]
    assert seen == whole["items"]
    assert len(seen) == 12
    for item in seen:
        answer = await house.api.get(item["href"])
        assert hashlib.sha256(answer.content).hexdigest() == item["sha256"]
        assert "immutable" in answer.headers["cache-control"]
    manifest = (await house.api.get(f"{own}/manifest")).json()
    assert manifest["files"] == [{key: item[key] for key in item if key != "href"} for item in seen]


async def test_collected_events_are_listed_and_read(house: House, run: Json) -> None:
    own = f"/v1/runs/{run['id']}/events/files"
    listed = (await house.api.get(own)).json()["items"]
    assert [item["kind"] for item in listed] == ["event"] * 5
    for item in listed:
        body = (await house.api.get(f"{own}/{item['path']}")).json()
        assert {"event_id", "event_type", "data"} <= body.keys()
    assert (await house.api.get(f"{own}/report.md")).status_code == 404


async def test_the_request_can_be_read_from_the_moment_it_is_composed(house: House) -> None:
    run, _ = await house.running()
    own = f"/v1/runs/{run['id']}"
    early = (await house.api.get(f"{own}/requests")).json()
    assert (early["revision"], [item["published"] for item in early["items"]]) == (None, [True])
    body = early["items"][0]["body"]
    assert body == (await house.published())[0]
    one = await house.api.get(early["items"][0]["href"])
    assert one.json() == body
    assert (one.headers["cache-control"], "artefact-revision" in one.headers) == ("private, no-cache", False)
    assert (await house.api.get(f"{own}/requests/2")).status_code == 404
    assert (await house.api.get(f"{own}/requests/x")).status_code == 422


async def test_the_request_of_a_run_that_sends_nothing_is_kept_as_composed(house: House) -> None:
    run = await house.start(publish=False)
    await house.prepare(run["id"])
    before = (await house.api.get(f"/v1/runs/{run['id']}/requests/1")).content
    await house.finish(run["id"])
    listed = (await house.api.get(f"/v1/runs/{run['id']}/requests")).json()
    assert [item["published"] for item in listed["items"]] == [False]
    assert listed["revision"] == 1
    assert (await house.api.get(listed["items"][0]["href"])).content == before


async def test_before_the_end_there_is_nothing_to_fetch_but_lists(house: House) -> None:
    run, _ = await house.running()
    own = f"/v1/runs/{run['id']}"
    for address in ("artefact", "report", "manifest", "bundle.zip", "verify"):
        answer = await house.api.get(f"{own}/{address}")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    for address in ("files", "events/files"):
        answer = await house.api.get(f"{own}/{address}")
        assert answer.json() == {"revision": None, "items": [], "next": None}
        assert "immutable" not in answer.headers["cache-control"]
        refused = await house.api.get(f"{own}/{address}", params={"revision": 1})
        assert refused.json()["detail"] == "the run has no revision 1; it has none yet"


OUTSIDE = [
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "events/%2e%2e/%2e%2e/secret.txt",
    "..%5csecret.txt",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "report.md%2f..%2f..%2fsecret.txt",
    "%2e/report.md",
    "report.md/",
    "x%0areport.md",
    "%ff%fe",
    "x" * 4000,
    "%252e%252e/secret.txt",
]


async def test_nothing_outside_the_run_is_read_however_it_is_spelled(house: House, run: Json) -> None:
    (house.files / "secret.txt").write_text("a secret")
    for place, path in product(("files", "events/files"), OUTSIDE):
        raw = f"/v1/runs/{run['id']}/{place}/{path}"
        answer = await house.api.get(httpx.URL("http://127.0.0.1").copy_with(raw_path=raw.encode()))
        assert answer.status_code in {404, 422}, path
        assert "a secret" not in answer.text


async def test_a_nul_in_a_path_is_refused(house: House, run: Json) -> None:
    assert (await house.api.get(f"/v1/runs/{run['id']}/files/report.md%00")).status_code in {404, 422}


async def test_links_are_never_followed(house: House, run: Json, tmp_path: Path) -> None:
    own, folder = f"/v1/runs/{run['id']}", house.files / run["id"]
    report = folder / "report.md"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "report.md").write_bytes(report.read_bytes())
    report.unlink()
    report.symlink_to(outside / "report.md")
    events = folder / "events"
    events.rename(outside / "events")
    events.symlink_to(outside / "events")
    [event, *_] = (await house.api.get(f"{own}/events/files")).json()["items"]
    for address in (f"{own}/report", f"{own}/files/report.md", event["href"], f"{own}/bundle.zip"):
        answer = await house.api.get(address)
        assert (answer.status_code, answer.json()["code"]) == (500, "file_damaged")
    found = (await house.api.get(f"{own}/verify")).json()
    named = {check["path"] for check in found["checks"] if check["check"] == "unexpected"}
    assert named == {"events"}  # the other link stands where a file should be
    failed = {check["path"]: check["found"] for check in found["checks"] if not check["ok"]}
    assert "report.md" in failed
    assert event["path"] in failed


async def test_a_run_s_folder_that_is_a_link_is_not_entered(house: House, run: Json, tmp_path: Path) -> None:
    folder = house.files / run["id"]
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert (await house.api.get(f"/v1/runs/{run['id']}/report")).status_code == 500


def _pipe(place: Path) -> Path:
    os.mkfifo(place)
    return place


async def test_a_file_that_is_not_as_written_is_refused_before_the_first_byte(house: House, run: Json) -> None:
    place = house.files / run["id"] / "report.md"
    address = f"/v1/runs/{run['id']}/report"
    changes: dict[str, Callable[[], object]] = {
        "has ": lambda: place.write_bytes(b"!"),
        "is missing": place.unlink,
        "is no regular file": place.mkdir,
        "is a link": lambda: (place.rmdir(), place.symlink_to("assessment_run.json")),
        "is no regular": lambda: (place.unlink(), _pipe(place)),
    }
    for why, change in changes.items():
        change()
        assert (await house.api.head(address)).status_code == 500
        answer = await house.api.get(address)
        assert (answer.status_code, answer.json()["code"]) == (500, "file_damaged")
        assert f"report.md {why}" in answer.json()["detail"]
        assert str(house.files) not in answer.text


async def test_a_changed_byte_shows_in_the_digest(house: House, run: Json) -> None:
    place = house.files / run["id"] / "report.md"
    content = bytearray(place.read_bytes())
    content[10] ^= 1
    place.write_bytes(content)
    answer = await house.api.get(f"/v1/runs/{run['id']}/report")
    assert answer.headers["content-digest"] != digest(answer.content)


async def test_a_deleted_run_is_gone_at_every_address(house: House, run: Json) -> None:
    assert (await house.api.delete(f"/v1/runs/{run['id']}")).status_code == 204
    for address in [*ADDRESSES, "verify", "revisions", "files/report.md"]:
        assert (await house.api.get(f"/v1/runs/{run['id']}/{address}")).status_code == 410


async def test_a_run_without_files_says_how_it_ended(house: House) -> None:
    run = await house.start()
    await house.api.post(f"/v1/runs/{run['id']}/cancel")
    for address in ("artefact", "manifest", "bundle.zip"):
        answer = await house.api.get(f"/v1/runs/{run['id']}/{address}")
        assert answer.status_code == 404
        assert "it ended as cancelled" in answer.json()["detail"]
    assert (await house.api.get(f"/v1/runs/{run['id']}/revisions")).json() == {"latest": None, "items": []}
