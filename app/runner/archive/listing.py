"""What a revision of a run consists of, as rows and ``manifest.json`` say it. PURE.

Fed by rows; feeds the bundle, the route of the manifest and the checks.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MANIFEST = "manifest.json"
"""The name of the list of all files inside a bundle, which is made from rows."""
EVIDENCE = frozenset({"request", "event"})
"""Kinds of files that the artefact's own manifest names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a revision; ``name`` is relative to the revision's own folder, ``sha256`` in hex."""

    name: str
    kind: str
    media_type: str
    sha256: str
    bytes: int


def folder_of(revision: int) -> str:
    """Return where a revision lies inside the run's folder: the first lies in it, each later one has its own."""
    return "" if revision == 1 else f"revisions/{revision}/"


def manifest(run_id: str, revision: int, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the list of a revision's files, by name."""
    artefact = next((entry.sha256 for entry in entries if entry.kind == "artefact"), None)
    files = [
        {
            "path": entry.name,
            "kind": entry.kind,
            "media_type": entry.media_type,
            "sha256": entry.sha256,
            "bytes": entry.bytes,
        }
        for entry in sorted(entries, key=lambda entry: entry.name)
    ]
    return {"run_id": run_id, "revision": revision, "artefact_sha256": artefact, "files": files}


def written(document: Mapping[str, Any]) -> bytes:
    """Return a manifest as it goes out and into bundles; the same for the same files."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def read_back(text: bytes) -> list[Entry]:
    """Return the files that a manifest lists; raises ``ValueError`` for what is none."""
    try:
        files = json.loads(text)["files"]
        entries = [
            Entry(
                str(file["path"]),
                str(file["kind"]),
                str(file["media_type"]),
                str(file["sha256"]),
                int(file["bytes"]),
            )
            for file in files
        ]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"{MANIFEST} is no list of files ({type(error).__name__})") from error
    return entries


def evidence_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the hashes of those files that an artefact's manifest must name."""
    return {entry.name: entry.sha256 for entry in entries if entry.kind in EVIDENCE}
