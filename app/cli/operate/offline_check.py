"""A bundle, or the folder of a run, checked without any service; feeds ``cj-runner verify``.

The same checks as ``/v1/runs/{run_id}/verify`` but for those that need the database.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

from app.errors import InvalidInput
from app.runner.archive.audit import offline_checks
from app.runner.archive.checks import Check
from app.runner.archive.places import Damaged, Folder, Found, is_plain

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, KeyError)
"""What ``zipfile`` raises for a damaged, encrypted or unusual member."""


def checked(path: Path) -> list[Check]:
    """Return all findings on a bundle or a folder; raises ``InvalidInput`` for what is neither."""
    if path.is_dir():
        return [check for place in _revisions(path) for check in _of_revision(path, place)]
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{path} is neither a folder nor a zip that can be read: {error}") from error
    with archive:
        return offline_checks(_Zip(archive))


def _revisions(path: Path) -> list[str]:
    """Return the folders of a run's later revisions, after the run's own."""
    numbers = [folder.name for folder in (path / "revisions").glob("*") if folder.name.isdecimal()]
    return ["", *(f"revisions/{number}" for number in sorted(numbers, key=int))]


def _of_revision(path: Path, place: str) -> Iterator[Check]:
    for check in offline_checks(Folder(path, place, passing_over=None if place else "revisions")):
        yield replace(check, path=f"{place}/{check.path}" if place else check.path)


class _Zip:
    """The files of a zip; names that leave it, or come twice, belong to nothing."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def open(self, path: str) -> BinaryIO:
        try:
            return cast("BinaryIO", _Member(path, self._archive.open(path)))
        except KeyError as error:
            raise Damaged(path, "is missing") from error
        except UNREADABLE as error:
            raise Damaged(path, f"cannot be read ({type(error).__name__})") from error

    def listed(self) -> Iterator[Found]:
        seen: set[str] = set()
        for info in self._archive.infolist():
            if info.is_dir():
                continue
            if info.filename in seen or not is_plain(info.filename):
                yield Found(f"{info.filename} (once more, or outside)", "other")
            elif stat.S_ISLNK(info.external_attr >> 16):
                yield Found(f"{info.filename} (a link)", "link")
            else:
                yield Found(info.filename, "file")
            seen.add(info.filename)


class _Member(RawIOBase):
    """One file of a zip while it is read; damage is said as such."""

    def __init__(self, path: str, file: object) -> None:
        self._path, self._inner = path, cast("BinaryIO", file)

    def read(self, size: int = -1) -> bytes:
        try:
            return self._inner.read(size)
        except UNREADABLE as error:
            raise Damaged(self._path, f"cannot be read ({type(error).__name__})") from error

    def close(self) -> None:
        self._inner.close()
        super().close()
