"""Files of a run on disk: written beside their place, made durable, then put there; never half a file.

Fed by ``conclude``; feeds the manifest and the routes that hand files out.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.contracts.identifiers import sanitize
from app.faults.inject import fault_point_now
from app.faults.points import Point
from app.runner.runs.sweep import DRAFTS


@dataclass(frozen=True, slots=True)
class Written:
    """One file that is there; ``path`` is relative to the run's folder."""

    path: str
    kind: str
    media_type: str
    sha256: str
    bytes: int

    def manifest_entry(self) -> Mapping[str, object]:
        """Return the entry of the artefact's manifest."""
        return {"path": self.path, "sha256": self.sha256, "bytes": self.bytes}


class RunFolder:
    """The folder of one run below the service's own; blocking, so call it in a thread.

    ``below`` is the folder in it that everything goes into (with a slash at its end, or empty). What came in from
    outside is the same whoever writes it, and is put in its place at once. What is made of it says when it was
    made, and waits among the drafts until ``put_in_place``, which is for who holds the run: a worker that was
    taken for dead and goes on later replaces no file of the one that went on without it.
    """

    def __init__(self, root: Path, run_id: str, below: str = "") -> None:
        self.folder = root / run_id
        self._below = below
        self._all_drafts = root / DRAFTS / run_id
        self._drafts: Path | None = None
        self._waiting: list[str] = []

    def write(self, path: str, kind: str, media_type: str, pieces: Iterable[bytes]) -> Written:
        """Write the draft of one file from its pieces and make it durable."""
        written = self._write(self._own_drafts(), path, kind, media_type, pieces)
        self._waiting.append(written.path)
        return written

    def write_json(self, items: Iterable[tuple[str, bytes]], kind: str) -> list[Written]:
        """Write many small JSON files in their places; call ``settle`` when all are written."""
        return [self._write(self.folder, path, kind, "application/json", [body]) for path, body in items]

    def settle(self) -> None:
        """Make everything written so far durable."""
        os.sync()

    def put_in_place(self) -> None:
        """Put all drafts where they belong, in place of earlier files, and forget those of earlier tries."""
        for path in self._waiting:
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            fault_point_now(Point.FILE_BEFORE_PLACE)
            (self._own_drafts() / path).replace(target)
            fault_point_now(Point.FILE_AFTER_PLACE)
        self._waiting.clear()
        shutil.rmtree(self._all_drafts, ignore_errors=True)

    def discard(self) -> None:
        """Drop the drafts that were not put in place."""
        if self._drafts is not None:
            shutil.rmtree(self._drafts, ignore_errors=True)
            with suppress(OSError):  # others may have drafts of the same run
                self._all_drafts.rmdir()
        self._waiting.clear()

    def _own_drafts(self) -> Path:
        if self._drafts is None:
            self._all_drafts.mkdir(parents=True, exist_ok=True)
            self._drafts = Path(tempfile.mkdtemp(dir=self._all_drafts))
        return self._drafts

    def _write(self, root: Path, name: str, kind: str, media_type: str, pieces: Iterable[bytes]) -> Written:
        path = f"{self._below}{name}"
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        begun = target.with_name(target.name + ".tmp")
        digest, size = hashlib.sha256(), 0
        with begun.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            if root is not self.folder:
                os.fsync(file.fileno())
        begun.replace(target)
        fault_point_now(Point.FILE_AFTER_WRITE)
        return Written(path, kind, media_type, digest.hexdigest(), size)


def safe(text: str, limit: int = 80) -> str:
    """Return a label that is safe in a file's name."""
    kept = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in text)
    return kept.strip("._")[:limit] or sanitize(text)[:limit]
