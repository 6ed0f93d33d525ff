"""Files of a run on disk: written beside their place, made durable, then put there; never half a file.

Fed by ``conclude``; feeds the manifest and the routes that hand files out.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.contracts.identifiers import sanitize
from app.faults.inject import fault_point_now
from app.faults.points import Point


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

    ``below`` is the folder in it that everything goes into (with a slash at its end, or empty).
    """

    def __init__(self, root: Path, run_id: str, below: str = "") -> None:
        self.folder = root / run_id
        self._below = below

    def write(self, path: str, kind: str, media_type: str, pieces: Iterable[bytes]) -> Written:
        """Write one file from its pieces and make it durable; an earlier one there is replaced at once."""
        return self._write(path, kind, media_type, pieces, durable=True)

    def write_json(self, items: Iterable[tuple[str, bytes]], kind: str) -> list[Written]:
        """Write many small JSON files; call ``settle`` when all are written."""
        return [self._write(path, kind, "application/json", [body], durable=False) for path, body in items]

    def settle(self) -> None:
        """Make everything written so far durable."""
        os.sync()

    def _write(self, name: str, kind: str, media_type: str, pieces: Iterable[bytes], *, durable: bool) -> Written:
        path = f"{self._below}{name}"
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(target.name + ".tmp")
        digest, size = hashlib.sha256(), 0
        with draft.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        fault_point_now(Point.FILE_BEFORE_PLACE)
        draft.replace(target)
        fault_point_now(Point.FILE_AFTER_PLACE)
        return Written(path, kind, media_type, digest.hexdigest(), size)


def safe(text: str, limit: int = 80) -> str:
    """Return a label that is safe in a file's name."""
    kept = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in text)
    return kept.strip("._")[:limit] or sanitize(text)[:limit]
