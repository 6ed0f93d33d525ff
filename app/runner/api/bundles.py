"""Bundles on their way out: what a zip will be is measured once, then any part of it can be sent.

Fed by the routes of files; feeds ``stored``. A measured bundle is remembered by its tag: a CRC for each file, and
the hash of the whole.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread

from app.runner.api.revision import Chosen
from app.runner.api.stored import Stored
from app.runner.archive import bundle
from app.runner.archive.bundle import Member
from app.runner.archive.listing import MANIFEST, Entry, folder_of
from app.runner.archive.places import Folder

if TYPE_CHECKING:
    from array import array

MOST_REMEMBERED = 64


@dataclass(frozen=True)
class Measured:
    """What is known of a zip once all of it was read."""

    crcs: "array[int]"
    sha256: bytes


class Bundles:
    """The bundles that this process sends; at most so many are measured at once as ``limiter`` lets through."""

    def __init__(self, limiter: CapacityLimiter) -> None:
        self._limiter = limiter
        self._known: OrderedDict[str, Measured] = OrderedDict()

    def of(self, chosen: Chosen, entries: list[Entry], manifest: bytes) -> Stored:
        """Return the bundle of a revision, ready to be sent; its files are read when it is."""
        whole = bundle.members(entries, folder_of(chosen.number), [(MANIFEST, manifest)])
        tag, length = bundle.tag_of(whole), bundle.length_of(whole)
        files = Folder(chosen.parts.settings.files_dir, chosen.run.id)
        measured: list[Measured] = []

        async def sha256() -> bytes:
            measured.append(await self._measured(files, whole, tag, length))
            return measured[-1].sha256

        def pieces(start: int, stop: int) -> Iterator[bytes]:
            return bundle.part(files, whole, measured[-1].crcs, start, stop)

        name = chosen.name("bundle.zip")
        return Stored(pieces, length, sha256, tag, "application/zip", name, chosen.number, fixed=chosen.fixed)

    async def _measured(self, files: Folder, whole: list[Member], tag: str, length: int) -> Measured:
        known = self._known.get(tag)
        if known is None:
            known = await to_thread.run_sync(_measure, files, whole, length, limiter=self._limiter)
            self._known[tag] = known
        self._known.move_to_end(tag)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known


def _measure(files: Folder, whole: list[Member], length: int) -> Measured:
    crcs, digest = bundle.crcs_of(files, whole), hashlib.sha256()
    for piece in bundle.part(files, whole, crcs, 0, length):
        digest.update(piece)
    return Measured(crcs, digest.digest())
