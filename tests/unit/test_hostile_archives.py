"""Archives made to harm: each is refused before anything in it is unpacked, with a sentence that says why."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping

import docx
import pytest

from app.errors import InvalidInput
from app.runner.assets.grades import UnreadableTable, read_table
from app.runner.assets.read import UnreadableFile, extract
from app.runner.assets.unpack import Limits, from_folder, from_upload, from_zip
from app.runner.assets.zips import HostileZip, opened

LIMITS = Limits(files=20, file_bytes=2_000_000, total_bytes=10_000_000)


def zipped(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def with_mode(mode: int) -> bytes:
    buffer = io.BytesIO()
    entry = zipfile.ZipInfo("a.txt")
    entry.external_attr = mode << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    return buffer.getvalue()


def changed(at: int, value: bytes, *, local: int | None = None) -> bytes:
    """Return an archive of one file whose entry (and local header) says another thing at a place."""
    body = bytearray(zipped({"a.txt": b"x" * 5000}))
    entry = body.index(b"PK\x01\x02")
    body[entry + at : entry + at + len(value)] = value
    if local is not None:
        body[local : local + len(value)] = value
    return bytes(body)


def overlapping() -> bytes:
    """Two entries of the list name the same packed bytes."""
    body = zipped({"a.txt": b"x" * 5000, "b.txt": b"x" * 5000})
    second = body.rindex(b"PK\x01\x02")
    return body[: second + 42] + struct.pack("<L", 0) + body[second + 46 :]


def quiet_list(count: int) -> bytes:
    """A list of many entries whose end says that there is one."""
    body = bytearray(zipped({f"{number}": b"" for number in range(count)}))
    end = body.rindex(b"PK\x05\x06")
    body[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    return bytes(body)


def nameless() -> bytes:
    """An entry whose name is empty: its letters stand where other facts may."""
    body = bytearray(zipped({"ab": b"x"}))
    entry = body.index(b"PK\x01\x02")
    body[entry + 28 : entry + 32] = struct.pack("<HH", 0, 2)
    return bytes(body)


def not_utf8() -> bytes:
    """An entry whose own name, in front of what it holds, is no UTF-8 though its list says so."""
    body = zipped({"\u00e9.txt": b"x"})
    return body.replace("\u00e9".encode(), b"\xd4x", 1)


def _only_words(value: object) -> str:
    """Name a case by what is said of it: the bytes of a zip hold the time at which they were made."""
    return value if isinstance(value, str) else "archive"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (zipped({"a.txt": b"x", "A.TXT": b"y"}), "one name on some systems"),
        (zipped({"\u00e9.txt": b"x", "e\u0301.txt": b"y"}), "one name on some systems"),
        (zipped({"a/b.txt": b"x", "a\\b.txt": b"y"}), "twice"),
        (zipped({"a/../../b.txt": b"x"}), "leaves the archive"),
        (zipped({"..\\b.txt": b"x"}), "leaves the archive"),
        (zipped({"a\nb.txt": b"x"}), "cannot be shown"),
        (zipped({"more.ZIP": zipped({"a.txt": b"x"})}), "another archive"),
        (with_mode(stat.S_IFLNK | 0o777), "is a link"),
        (with_mode(stat.S_IFIFO | 0o644), "no file but"),
        (changed(8, b"\x01\x00"), "is encrypted"),
        (zipped({"a.txt": b"x" * 5000}, zipfile.ZIP_BZIP2), "use plain zip"),
        (zipped({"a.txt": b"x" * 5000}, zipfile.ZIP_LZMA), "use plain zip"),
        (zipped({".hidden/bomb": b"\0" * 5_000_000}), "far more than it is packed"),
        (changed(24, struct.pack("<L", 10)), "cannot be read"),
        (changed(24, struct.pack("<L", 10), local=22), "cannot be read"),
        (changed(24, struct.pack("<L", 9000)), "cannot be read"),
        (changed(20, struct.pack("<L", 2**31)), "cannot be read"),
        (overlapping(), "lie over each other"),
        (quiet_list(2_001), "more than 2000 entries"),
        (zipped({"a.txt": b"x"})[:-30], "not a zip"),
        (nameless(), "without a name"),
        (not_utf8(), "is damaged"),
    ],
    ids=_only_words,
)
def test_an_archive_that_would_harm_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        from_zip(body, LIMITS)


def test_a_name_that_is_cut_at_a_nul_is_refused() -> None:
    body = zipped({"a.txt_b": b"x"}).replace(b"a.txt_b", b"a.txt\0b")
    with pytest.raises(HostileZip, match="NUL"):
        opened(body, 10)


def test_a_folder_may_hold_only_so_many_bytes_altogether(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("set")
    for number in range(3):
        (folder / f"{number}.txt").write_bytes(b"x" * 400)
    with pytest.raises(InvalidInput, match="more than 1000 bytes"):
        from_folder(folder, Limits(files=20, file_bytes=1_000, total_bytes=1_000))


def test_a_folder_with_a_name_that_is_no_utf8_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("set")
    (folder / os.fsdecode(b"first\xcc.txt")).write_bytes(b"x")
    with pytest.raises(InvalidInput, match="cannot be shown"):
        from_folder(folder, LIMITS)


def test_files_sent_one_by_one_have_the_same_rules_for_names() -> None:
    with pytest.raises(InvalidInput, match="one name"):
        from_upload({"a.txt": b"x", "A.txt": b"y"}, LIMITS)


def word_bomb() -> bytes:
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", b" " * 5_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda: extract("a.docx", word_bomb()), UnreadableFile),
        (lambda: read_table("anchor_essays.xlsx", word_bomb()), UnreadableTable),
    ],
    ids=["docx", "xlsx"],
)
def test_a_document_that_is_a_bomb_is_not_unpacked(read: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error, match="far more than it is packed"):
        read()
