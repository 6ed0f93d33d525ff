"""A set of files checked against what it should be: every hash, strangers, and the artefact itself.

Fed by rows and the folder of a run, or by a bundle or folder somewhere else; feeds whoever asks. One file is open
at a time and read in pieces. Blocking: call it in a thread.
"""

import hashlib
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol

from app.contracts.artefact import Document
from app.contracts.artefact_reading import LONGEST_LINE, Reading, Unreadable
from app.errors import InvalidInput
from app.runner.archive.checks import Check, Tally, artefact_checks, sealed_entries, strangers
from app.runner.archive.listing import MANIFEST, Entry, read_back
from app.runner.archive.places import CHUNK, Damaged, Found

ARTEFACT_NAME = re.compile(r"assessment_run\.[a-z-]+\.json")
MADE_OF_IT = re.compile(r"[^/]+\.(md|html)|(report|results)\.json")
"""Names of files that are made with an artefact and after its seal, so that it does not name them."""


class Files(Protocol):
    """Where the files lie: a folder, or a zip."""

    def open(self, path: str) -> BinaryIO:
        """Open one file; raises ``Damaged``."""
        ...

    def listed(self) -> Iterable[Found]:
        """Return all that lies there."""
        ...


def file_checks(files: Files, entries: Sequence[Entry], *, also: Iterable[str] = ()) -> Iterator[Check]:
    """Yield a finding for each entry, and for each stranger; ``also`` are names that may lie there unlisted."""
    for entry in entries:
        found = fingerprint(files, entry.name, entry.bytes)
        yield Check("digest", entry.name, found == entry.sha256, entry.sha256, found)
    yield from strangers([*(entry.name for entry in entries), *also], files.listed())


def fingerprint(files: Files, path: str, most: int | None = None) -> str:
    """Return the SHA-256 of a file in hex, or why there is none; one longer than ``most`` is not read on."""
    digest, size = hashlib.sha256(), 0
    try:
        with files.open(path) as file:
            while piece := file.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                if most is not None and size > most:
                    return f"more than {most} bytes"
    except Damaged as error:
        return error.why
    return digest.hexdigest()


class Artefact:
    """One artefact on its way through the checks: its comparisons first, then the findings."""

    def __init__(self, files: Files, name: str) -> None:
        self._files, self._name = files, name
        self._reading, self._tally = Reading([]), Tally()
        self._broken: str | None = None

    def records(self) -> Iterator[Document]:
        """Yield the comparisons, counted; ends early where the file cannot be read on."""
        try:
            with self._files.open(self._name) as raw, io.BufferedReader(_Raw(raw), CHUNK) as file:
                self._reading = Reading(_lines(file))
                for record in self._reading.records():
                    self._tally.add(record)
                    yield record
        except (Damaged, Unreadable) as error:
            self._broken = error.why if isinstance(error, Damaged) else str(error)

    def checks(self, entries: Sequence[Entry]) -> list[Check]:
        """Return the findings, once all records were taken."""
        if self._broken is not None:
            return [Check("schema", self._name, ok=False, expected="an artefact", found=self._broken)]
        return list(artefact_checks(self._name, self._reading, self._tally, entries))

    @property
    def document(self) -> Document:
        """The artefact without its comparisons; empty where it cannot be read."""
        return self._reading.document

    @property
    def tally(self) -> Tally:
        """What its comparisons add up to."""
        return self._tally


class _Raw(io.RawIOBase):
    """Bytes of a file, unbuffered or from inside a zip, as a buffer wants to be fed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type] # - a writable buffer, which has no name in 3.11
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _lines(file: "io.BufferedReader[_Raw]") -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise Unreadable(f"a line is longer than {LONGEST_LINE} bytes")
        yield line


def offline_checks(files: Files) -> list[Check]:
    """Return the findings on a revision that lies somewhere else, without the service that wrote it.

    What it must hold is said by its ``manifest.json``, or where there is none by the artefact's own manifest,
    which names no report. Raises ``InvalidInput`` where there is neither.
    """
    names = [item.path for item in files.listed()]
    if MANIFEST in names:
        return _listed_checks(files)
    artefact = next((name for name in names if ARTEFACT_NAME.fullmatch(name)), None)
    if artefact is None:
        raise InvalidInput(f"there is neither a {MANIFEST} nor an artefact (assessment_run.<mode>.json) here")
    reading = Artefact(files, artefact)
    deque(reading.records(), maxlen=0)
    sealed = sealed_entries(reading.document.get("validation"))
    reports = [name for name in names if MADE_OF_IT.fullmatch(name)]
    unheld = [Check("digest", name, ok=True, expected=None, found=fingerprint(files, name)) for name in reports]
    return [*file_checks(files, sealed, also=[artefact, *reports]), *unheld, *reading.checks([])]


def _listed_checks(files: Files) -> list[Check]:
    try:
        with files.open(MANIFEST) as file:
            entries = read_back(file.read(LONGEST_LINE))
    except (Damaged, ValueError) as error:
        raise InvalidInput(str(error)) from error
    checks = list(file_checks(files, entries, also=[MANIFEST]))
    for entry in entries:
        if entry.kind == "artefact":
            reading = Artefact(files, entry.name)
            deque(reading.records(), maxlen=0)
            checks += reading.checks(entries)
    return checks
