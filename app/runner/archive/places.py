"""Files below one folder, opened so that nothing outside of it can be read, however a name is spelled.

Fed with relative paths by rows and by the command line; feeds routes, bundles and checks. Every part of
a path is opened by itself without following links. Blocking: call it in a thread.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from app.errors import AppError

CHUNK = 256 * 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # no waiting for the other end, should it be a pipe
Kind = Literal["file", "link", "other"]

_WHY = {
    errno.ELOOP: "is a link, and links are not followed",
    errno.ENOTDIR: "does not lie in a folder",
    errno.EACCES: "may not be read by the service",
}


class Damaged(AppError):
    """A stored file is not what was written: missing, longer, shorter, changed, or no file at all."""

    code = "file_damaged"
    status = 500
    title = "A stored file is damaged"
    way_out = "Ask `/v1/runs/{run_id}/verify` which files are damaged; operators bring them back from a backup."

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path[:200]} {why}")
        self.path, self.why = path, why


@dataclass(frozen=True)
class Found:
    """What lies in a folder: its relative path, and whether it is a file, a link or something else."""

    path: str
    kind: Kind


def is_plain(path: str) -> bool:
    """Return whether a relative path stays inside: no empty, ``.`` or ``..`` part, NUL or backslash."""
    parts = path.split("/")
    return "\x00" not in path and "\\" not in path and all(part not in {"", ".", ".."} for part in parts)


class Folder:
    """The folder ``inside`` (parts joined by slashes) of ``root``, which alone may be a link.

    Files in it are opened by relative path and listed; links in it are named, never followed. What is below its
    top folder ``passing_over`` belongs to another one.
    """

    def __init__(self, root: Path, inside: str = "", *, passing_over: str | None = None) -> None:
        self._root, self._passing_over = root, passing_over
        self._inside = [part for part in inside.split("/") if part]

    def open(self, path: str) -> BinaryIO:
        """Open a regular file; raises ``Damaged`` for everything else that may lie there, or for nothing."""
        if not is_plain(path):
            raise Damaged(path, "is no path inside the folder")
        *folders, name = path.split("/")
        try:
            at = self._at([*self._inside, *folders])
            try:
                return _regular(os.open(name, _FILE, dir_fd=at), path)
            finally:
                os.close(at)
        except FileNotFoundError as error:
            raise Damaged(path, "is missing") from error
        except OSError as error:
            raise Damaged(path, _WHY.get(error.errno or 0, "cannot be opened")) from error

    def listed(self) -> Iterator[Found]:
        """Yield everything in the folder by path; nothing where there is none."""
        with suppress(FileNotFoundError, NotADirectoryError):
            at = self._at(self._inside)
            try:
                yield from _below(at, "", self._passing_over)
            finally:
                os.close(at)

    def _at(self, folders: Sequence[str]) -> int:
        """Return the descriptor of a folder below the root, reached step by step."""
        at = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        for folder in folders:
            above = at
            try:
                at = os.open(folder, _FOLDER, dir_fd=above)
            finally:
                os.close(above)
        return at


def _regular(descriptor: int, path: str) -> BinaryIO:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Damaged(path, "is no regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def _below(at: int, prefix: str, passing_over: str | None) -> Iterator[Found]:
    with os.scandir(at) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        path = prefix + entry.name
        if entry.is_symlink():
            yield Found(path, "link")
        elif not entry.is_dir(follow_symlinks=False):
            yield Found(path, "file" if entry.is_file(follow_symlinks=False) else "other")
        elif path != passing_over:
            below = os.open(entry.name, _FOLDER, dir_fd=at)
            try:
                yield from _below(below, f"{path}/", None)
            finally:
                os.close(below)


def pieces(folder: Folder, path: str, size: int, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` up to ``stop`` of a file that has ``size`` bytes; raises ``Damaged``."""
    with folder.open(path) as file:
        found = os.fstat(file.fileno()).st_size
        if found != size:
            raise Damaged(path, f"has {found} bytes and not {size}")
        file.seek(start)
        while start < stop:
            piece = file.read(min(CHUNK, stop - start))
            if not piece:
                raise Damaged(path, "became shorter while it was read")
            start += len(piece)
            yield piece
