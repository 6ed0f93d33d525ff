"""All files of a revision as one zip whose bytes are fixed: names sorted, dates fixed, nothing compressed.

Fed by entries and the run's folder; feeds the route of the bundle. Sizes and CRCs are known before the first byte
goes out, so that any part of the zip can be made without what comes before it, and nothing is held. Blocking: call
it in a thread. Source: APPNOTE.TXT of PKWARE, 6.3.10.
"""

import hashlib
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.runner.archive.listing import Entry
from app.runner.archive.places import Damaged, Folder, is_plain, pieces

FORMAT = "cj-runner-bundle-1"
"""Part of the tag: raised whenever other bytes are made of the same files."""
DATE = 0x0021
"""1 January 1980, the earliest that a zip can say."""
UTF8_NAMES = 0x0800
PLAIN_VERSION, ZIP64_VERSION = 20, 45
UNIX = 3
READABLE_FILE = 0o100644 << 16
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One file in the zip, ``size`` bytes long; ``content`` is given where it does not lie in the folder."""

    name: str
    path: str
    sha256: str
    size: int
    content: bytes | None = None


def members(entries: Sequence[Entry], place: str, more: Sequence[tuple[str, bytes]]) -> list[Member]:
    """Return what a bundle holds by name: the entries, which lie below ``place``, and ``more`` with new names."""
    found = [Member(entry.name, place + entry.name, entry.sha256, entry.bytes) for entry in entries]
    taken = {member.name for member in found}
    for name, content in more:
        if name not in taken:
            found.append(Member(name, name, hashlib.sha256(content).hexdigest(), len(content), content))
    for member in found:
        if not is_plain(member.name):
            raise Damaged(member.name, "has a name that no bundle may hold")
    return sorted(found, key=lambda member: member.name.encode())


def tag_of(whole: Sequence[Member]) -> str:
    """Return the hash, in hex, that is the same for the same bytes of the zip."""
    digest = hashlib.sha256(FORMAT.encode())
    for member in whole:
        digest.update(f"\n{member.sha256} {member.size} {member.name}".encode())
    return digest.hexdigest()


def length_of(whole: Sequence[Member]) -> int:
    """Return the number of bytes of the zip."""
    starts, end = _starts(whole)
    return end + len(_directory(whole, array("I", [0] * len(whole)), starts, end))


def crcs_of(folder: Folder, whole: Sequence[Member]) -> "array[int]":
    """Return the CRC of each member; raises ``Damaged`` for the first that is not what its row says."""
    found = array("I")
    for member in whole:
        crc, digest = 0, hashlib.sha256()
        for piece in _content(folder, member, 0, member.size):
            crc = zlib.crc32(piece, crc)
            digest.update(piece)
        if digest.hexdigest() != member.sha256:
            raise Damaged(member.name, "was changed since it was written")
        found.append(crc)
    return found


def part(folder: Folder, whole: Sequence[Member], crcs: "array[int]", start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of the zip from ``start`` up to ``stop``; raises ``Damaged``."""
    starts, end = _starts(whole)
    for member, crc, begin in zip(whole, crcs, starts, strict=True):
        header = _local(member, crc)
        body = begin + len(header)
        if begin < stop and start < body + member.size:
            yield from _cut(header, start - begin, stop - begin)
            yield from _content(folder, member, max(start - body, 0), min(stop - body, member.size))
    yield from _cut(_directory(whole, crcs, starts, end), start - end, stop - end)


def _content(folder: Folder, member: Member, start: int, stop: int) -> Iterator[bytes]:
    if member.content is None:
        return pieces(folder, member.path, member.size, start, stop)
    return _cut(member.content, start, stop)


def _cut(content: bytes, start: int, stop: int) -> Iterator[bytes]:
    found = content[max(start, 0) : max(stop, 0)]
    if found:
        yield found


def _starts(whole: Sequence[Member]) -> tuple[list[int], int]:
    """Return where each member begins, and where the directory does."""
    ends = list(accumulate((len(_local(member, 0)) + member.size for member in whole), initial=0))
    return ends[:-1], ends[-1]


def _local(member: Member, crc: int) -> bytes:
    name, large = member.name.encode(), member.size >= FULL_32
    extra = struct.pack("<HHQQ", 1, 16, member.size, member.size) if large else b""
    size = FULL_32 if large else member.size
    version = ZIP64_VERSION if large else PLAIN_VERSION
    facts = (version, UTF8_NAMES, 0, 0, DATE, crc, size, size, len(name), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *facts) + name + extra


def _directory(whole: Sequence[Member], crcs: "array[int]", starts: Sequence[int], begin: int) -> bytes:
    listed = b"".join(_listed(member, crc, start) for member, crc, start in zip(whole, crcs, starts, strict=True))
    return listed + _end(len(whole), len(listed), begin)


def _listed(member: Member, crc: int, start: int) -> bytes:
    name = member.name.encode()
    large = [value for value in (member.size, member.size, start) if value >= FULL_32]
    extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, place = min(member.size, FULL_32), min(start, FULL_32)
    version = ZIP64_VERSION if large else PLAIN_VERSION
    facts = (UNIX << 8 | version, version, UTF8_NAMES, 0, 0, DATE, crc, size, size, len(name), len(extra))
    rest = (0, 0, 0, READABLE_FILE, place)
    return struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *facts, *rest) + name + extra


def _end(count: int, size: int, begin: int) -> bytes:
    large = b""
    if count >= FULL_16 or size >= FULL_32 or begin >= FULL_32:
        facts = (44, ZIP64_VERSION, ZIP64_VERSION, 0, 0, count, count, size, begin)
        large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", *facts)
        large += struct.pack("<4sLQL", b"PK\x06\x07", 0, begin + size, 1)
    few, short, place = min(count, FULL_16), min(size, FULL_32), min(begin, FULL_32)
    return large + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, few, few, short, place, 0)
