"""Zip archives looked at before anything in them is unpacked: hostile ones are refused. PURE.

Feeds ``unpack`` (what is uploaded) and the readers of Word documents and workbooks, which are zips as well.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence

from app.runner.assets.markup import HostileMarkup, check

HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 1_000_000
MOST_DOCUMENT_PARTS = 5_000
MOST_DOCUMENT_BYTES = 100_000_000
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tif", ".tiff", ".bmp")
_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1 | 0x40
_BROKEN = (zipfile.BadZipFile, RuntimeError, ValueError, NotImplementedError, EOFError, OSError, zlib.error)
"""What reading an entry raises: a name that is no UTF-8 in front of it is a ``ValueError``."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class HostileZip(ValueError):
    """The archive would harm whoever unpacks it, or cannot be read; the message says why."""


def opened(content: bytes, most_entries: int) -> zipfile.ZipFile:
    """Return the archive, its list read and every entry looked at; raises ``HostileZip``.

    Entries of the list are counted by their signature before the list is read: what the archive says of their
    number need not be true.
    """
    if content.count(_ENTRY) > most_entries:
        raise HostileZip(f"holds more than {most_entries} entries, those of documents in it included")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error) as error:
        raise HostileZip("is not a zip archive") from error
    entries = archive.infolist()
    for entry in entries:
        _check(entry)
    _check_apart(entries, archive.start_dir)
    return archive


def read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return what an entry holds; raises ``HostileZip`` where it is not what the list says."""
    try:
        body = archive.read(entry)
    except _BROKEN as error:
        raise HostileZip(f"cannot be read: {entry.filename[:200]} is damaged") from error
    if len(body) != entry.file_size:
        raise HostileZip(f"cannot be read: {entry.filename[:200]} is shorter than its list says")
    return body


def check_document(content: bytes) -> None:
    """Raise ``HostileZip`` for a Word document or workbook that no office program would have written.

    It unpacks to far more than one does, or has a part whose XML declares entities, is too large or is in an
    encoding that hides what it says.
    """
    with opened(content, MOST_DOCUMENT_PARTS) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_DOCUMENT_BYTES:
            raise HostileZip(f"holds more than {MOST_DOCUMENT_BYTES} bytes when unpacked")
        for entry in entries:
            if not entry.filename.lower().endswith(PICTURES):
                _check_markup(archive, entry)


def _check_markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    try:
        check(read(archive, entry))
    except HostileMarkup as error:
        raise HostileZip(f"holds {entry.filename[:200]}, which {error}") from error


def _check(entry: zipfile.ZipInfo) -> None:
    shown = entry.filename[:200]
    if not entry.filename:
        raise HostileZip("holds an entry without a name")
    if "\x00" in entry.orig_filename:
        raise HostileZip(f"holds a name with a NUL character: {shown}")
    if entry.flag_bits & _ENCRYPTED:
        raise HostileZip(f"{shown} is encrypted: send it without a password")
    if entry.compress_type not in _METHODS:
        raise HostileZip(f"{shown} is packed in a way that is not taken: use plain zip (deflate)")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise HostileZip(f"{shown} is a link; send the file itself")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise HostileZip(f"{shown} is no file but a device or a pipe")
    if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > HIGHEST_RATIO * max(1, entry.compress_size):
        raise HostileZip(f"{shown} unpacks to far more than it is packed")


def _check_apart(entries: Sequence[zipfile.ZipInfo], list_begins: int) -> None:
    """Refuse entries that share packed bytes: a small archive could unpack to any size with them."""
    end, before = 0, ""
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise HostileZip(f"{before[:200]} and {entry.filename[:200]} lie over each other")
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size
        before = entry.filename
    if end > list_begins:
        raise HostileZip(f"cannot be read: {before[:200]} goes on beyond the end")
