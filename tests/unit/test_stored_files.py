"""Parts of files, names, zips and artefacts read line by line: what routes and checks of files stand on."""

import hashlib
import io
import json
import zipfile
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contracts.artefact import checksum, problems_of, rendered, sealed
from app.contracts.artefact_reading import Reading, Unreadable
from app.runner.api.ranges import Part, Unsatisfiable, wanted
from app.runner.api.stored import disposition
from app.runner.archive import bundle
from app.runner.archive.bundle import Member
from app.runner.archive.listing import Entry, manifest, read_back, written
from app.runner.archive.places import Damaged, Folder, is_plain

SIZES = st.integers(0, 60)


@given(st.integers(1, 50), st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=4))
def test_parts_are_what_a_reader_of_the_rfc_would_cut(length: int, pairs: list[tuple[int, int]]) -> None:
    header = "bytes=" + ",".join(f"{first}-{last}" for first, last in pairs)
    valid = all(first <= last for first, last in pairs)
    named = {place for first, last in pairs for place in range(first, last + 1) if place < length}
    together = named == set(range(min(named), max(named) + 1)) if named else True
    if valid and not named:
        with pytest.raises(Unsatisfiable):
            wanted(header, length)
    elif valid and together:
        assert wanted(header, length) == Part(min(named), max(named) + 1)
    else:
        assert wanted(header, length) is None


@given(st.text(max_size=30))
def test_no_header_breaks_the_reader_of_ranges(text: str) -> None:
    for header in (text, f"bytes={text}"):
        try:
            part = wanted(header, 20)
        except Unsatisfiable:
            continue
        assert part is None or 0 <= part.start < part.stop <= 20


@given(st.text(max_size=300))
def test_a_name_in_a_header_is_ascii_and_holds_no_place(name: str) -> None:
    for kind in ("application/json", "text/html"):
        header = disposition(name, kind)
        assert header.isascii()
        assert header.isprintable()
        assert header.startswith("inline" if kind == "application/json" else "attachment")
        shown = header.partition('filename="')[2].partition('"')[0]
        assert shown
        assert not set(shown) & set('/\\:*?<>|;\r\n"')
        assert not shown.startswith(".")


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "a\x00b", "./a"])
def test_a_path_that_could_leave_its_folder_is_not_opened(path: str, tmp_path: Path) -> None:
    assert not is_plain(path)
    with pytest.raises(Damaged, match="is no path inside"):
        Folder(tmp_path).open(path)


def members(sizes: list[int]) -> list[Member]:
    entries = []
    for number, size in enumerate(sizes):
        content = bytes([number % 256]) * size
        entries.append(Member(f"f{number:03d}/é", "", hashlib.sha256(content).hexdigest(), size, content))
    return entries


@given(st.lists(st.integers(0, 40), max_size=5), st.data())
def test_any_part_of_a_bundle_is_a_cut_of_the_whole(sizes: list[int], data: st.DataObject) -> None:
    whole, nowhere = members(sizes), Folder(Path("nowhere"))
    crcs, length = bundle.crcs_of(nowhere, whole), bundle.length_of(whole)
    content = b"".join(bundle.part(nowhere, whole, crcs, 0, length))
    assert len(content) == length
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [member.content for member in whole]
    start = data.draw(st.integers(0, length))
    stop = data.draw(st.integers(start, length))
    assert b"".join(bundle.part(nowhere, whole, crcs, start, stop)) == content[start:stop]


@pytest.mark.parametrize("sizes", [[5 << 30, 3], [3 << 30, 2 << 30, 7], [1] * 66_000, [0xFFFFFFFF]])
def test_bundles_beyond_the_old_limits_are_zip64(sizes: list[int], tmp_path: Path) -> None:
    whole = [Member(f"f{number}", f"f{number}", "", size) for number, size in enumerate(sizes)]
    crcs, length, place = array("I", [7] * len(whole)), bundle.length_of(whole), tmp_path / "sparse.zip"
    starts = [0]
    for member in whole:
        header = 30 + len(member.name) + (20 if member.size >= 0xFFFFFFFF else 0)
        starts.append(starts[-1] + header + member.size)
    with place.open("wb") as file:
        file.truncate(length)
        file.seek(starts[-1])
        file.write(b"".join(bundle.part(Folder(tmp_path), whole, crcs, starts[-1], length)))
    with zipfile.ZipFile(place) as archive:
        found = [(info.file_size, info.header_offset, info.CRC) for info in archive.infolist()]
    assert found == [(size, start, 7) for size, start in zip(sizes, starts[:-1], strict=True)]
    assert place.stat().st_size == length


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    entries = [Entry("b", "event", "application/json", "0" * 64, 2), Entry("a", "artefact", "x/y", "1" * 64, 1)]
    document = manifest("run_1", 2, entries)
    assert (document["revision"], document["artefact_sha256"]) == (2, "1" * 64)
    assert read_back(written(document)) == entries[::-1]
    for text in (b"", b"[]", b'{"files": 3}', b'{"files": [{"path": "a"}]}', b"[" * 99_999):
        with pytest.raises(ValueError, match="is no list of files"):
            read_back(text)


def document(records: int) -> dict[str, Any]:
    """Return a document that is sealed, whatever the schema thinks of it."""
    text = 'a } ] , "llm_comparisons": [ \n { é '
    comparisons = [{"sequence": number, "justification": text} for number in range(records)]
    whole = {"metadata": {"x": [1, {}]}, "llm_comparisons": comparisons, "costs": {}}
    return sealed(whole | {"validation": {"artefact_checksum": "", "manifest": [{"path": text}]}})


def lines(text: str) -> list[bytes]:
    return text.encode().splitlines(keepends=True)


@pytest.mark.parametrize("records", [0, 1, 3])
def test_an_artefact_read_by_line_is_the_one_read_whole(records: int) -> None:
    whole = document(records)
    reading = Reading(lines("".join(rendered(whole))))
    assert list(reading.records()) == whole["llm_comparisons"]
    assert reading.document == whole | {"llm_comparisons": []}
    assert reading.checksum == whole["validation"]["artefact_checksum"] == checksum(whole)
    assert reading.count == records
    if records:
        assert len(reading.findings) == 20
        assert reading.findings[0].startswith("llm_comparisons/0/")
    else:
        assert set(reading.findings) == set(problems_of(whole))


BROKEN = {
    "a comma too many": lambda text: text.replace("    }\n  ],", "    },\n  ],"),
    "a comma too few": lambda text: text.replace("    },\n    {", "    }\n    {"),
    "a name twice": lambda text: text.replace('"costs": {}', '"costs": {},\n  "costs": {}'),
    "no number": lambda text: text.replace('"sequence": 0', '"sequence": NaN'),
    "cut in a record": lambda text: text[: text.index('"sequence": 1')],
    "cut at the end": lambda text: text[:-2],
    "a list elsewhere": lambda text: text.replace('{\n  "metadata"', '{"other": {\n  "metadata"', 1) + "}",
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_not_rendered_as_an_artefact_is_refused(how: str) -> None:
    text = "".join(rendered(document(3)))
    broken = BROKEN[how](text)
    assert broken != text
    with pytest.raises(Unreadable):
        list(Reading(lines(broken)).records())


def test_another_rendering_never_has_the_checksum() -> None:
    whole = document(2)
    for text in (json.dumps(whole), json.dumps(whole, indent=2, ensure_ascii=False), json.dumps(whole, indent=4)):
        reading = Reading(lines(text))
        list(reading.records())
        assert reading.checksum != whole["validation"]["artefact_checksum"]
