"""What the API shows of a run's files, their revisions, and the checks on them."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from app.runner.archive.checks import Check
from app.runner.archive.listing import Entry
from app.runner.archive.rows import Revision

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RUN = "run_0192f0c1a6b37d6e8a4f2b9c3d5e7f10"
_FILE = {
    "path": "events/comparisons/000001_5f0c2a.json",
    "kind": "event",
    "media_type": "application/json",
    "sha256": SHA,
    "bytes": 1498,
}
_REQUEST = {
    "number": 1,
    "name": "els_cj_assessment_request_2026-11-24T183000Z.json",
    "published": True,
    "sha256": SHA,
    "bytes": 5120,
    "href": f"/v1/runs/{RUN}/requests/1?revision=1",
}


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class FileView(BaseModel):
    """One file of a revision; ``path`` is relative to the revision, ``href`` answers this version for ever."""

    model_config = _example(**_FILE, href=f"/v1/runs/{RUN}/files/{_FILE['path']}?revision=1")

    path: str
    kind: str = Field(
        description="`artefact`, `report` (markdown), `report_html`, `report_json`, `named_report`, `results`, "
        "`request`, `event` or `plan`."
    )
    media_type: str
    sha256: str = Field(description="In hex.")
    bytes: int
    href: str


class FileList(BaseModel):
    """Files by path; ``next`` is the address of those after them. ``revision`` is null before the first."""

    model_config = _example(
        revision=1, items=[_FILE | {"href": f"/v1/runs/{RUN}/files/{_FILE['path']}?revision=1"}], next=None
    )

    revision: int | None
    items: list[FileView]
    next: str | None


class ManifestFile(BaseModel):
    """One file, as it must be."""

    path: str
    kind: str
    media_type: str
    sha256: str
    bytes: int


class Manifest(BaseModel):
    """All files of a revision with their hashes; the same bytes as ``manifest.json`` in the bundle."""

    model_config = _example(run_id=RUN, revision=1, artefact_sha256=SHA, files=[_FILE])

    run_id: str
    revision: int
    artefact_sha256: str | None
    files: list[ManifestFile]


class RequestView(BaseModel):
    """A request to cj as it was composed; ``published`` says whether it was sent."""

    model_config = _example(**_REQUEST, body={"event_type": "huleedu.els.cj_assessment.requested.v1", "data": {}})

    number: int
    name: str
    published: bool
    sha256: str = Field(description="Of the bytes that `href` answers, in hex.")
    bytes: int
    href: str
    body: dict[str, Any]


class RequestList(BaseModel):
    """The requests of a run, in order; none where the run asks cj for nothing, or has not come so far."""

    revision: int | None
    items: list[RequestView]


class RevisionView(BaseModel):
    """One revision; ``event`` is what made it, ``why`` what that event says."""

    model_config = _example(
        number=1,
        created_at="2026-11-24T18:34:05Z",
        event="run.timed_out",
        why="deadline: no completion came before the deadline; 12 callbacks had arrived",
        files=17,
        bytes=48211,
        artefact_sha256=SHA,
        links={"artefact": f"/v1/runs/{RUN}/artefact?revision=1"},
    )

    number: int
    created_at: datetime
    event: str | None
    why: str | None
    files: int
    bytes: int
    artefact_sha256: str | None
    links: dict[str, str]


class RevisionList(BaseModel):
    """The revisions of a run's files, the first first; ``latest`` is what is answered without ``revision``."""

    latest: int | None
    items: list[RevisionView]


class CheckView(BaseModel):
    """One finding."""

    check: str = Field(
        description="`digest`: a file against its row. `unexpected`: something that belongs to nothing. `schema`, "
        "`checksum`, `manifest`: the artefact against its schema, its own checksum, and the list of files. "
        "`comparisons`, `tokens`, `cost`: its sums against its records. `row`, `rows`, `left_out`, `run`, "
        "`database`: the artefact against the database."
    )
    path: str
    ok: bool
    expected: str | None
    found: str | None


class Verdict(BaseModel):
    """What checking everything found; ``ok`` means that nothing failed."""

    model_config = _example(
        ok=False,
        run_id=RUN,
        revision=1,
        failed=1,
        checks=[{"check": "digest", "path": "report.md", "ok": False, "expected": SHA, "found": "is missing"}],
    )

    ok: bool
    run_id: str
    revision: int
    failed: int
    checks: list[CheckView]


def file_view(run_id: str, revision: int, entry: Entry) -> FileView:
    """Return one file as shown."""
    return FileView(
        path=entry.name,
        kind=entry.kind,
        media_type=entry.media_type,
        sha256=entry.sha256,
        bytes=entry.bytes,
        href=f"/v1/runs/{run_id}/files/{quote(entry.name)}?revision={revision}",
    )


def revision_view(run_id: str, revision: Revision) -> RevisionView:
    """Return one revision as shown."""
    own, which = f"/v1/runs/{run_id}", f"?revision={revision.number}"
    places = ("artefact", "report", "manifest", "requests", "files", "bundle.zip", "verify")
    links = {name.removesuffix(".zip"): f"{own}/{name}{which}" for name in places}
    return RevisionView(**revision.__dict__, links=links)


def verdict(run_id: str, revision: int, checks: list[Check]) -> Verdict:
    """Return the findings as shown, those that failed first."""
    failed = [check for check in checks if not check.ok]
    ordered = failed + [check for check in checks if check.ok]
    shown = [
        CheckView(check=one.check, path=one.path, ok=one.ok, expected=one.expected, found=one.found)
        for one in ordered
    ]
    return Verdict(ok=not failed, run_id=run_id, revision=revision, failed=len(failed), checks=shown)
