"""Routes of a run's files: artefact, manifest, everything else by path, and all of it as one zip."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from anyio import CapacityLimiter
from fastapi import APIRouter, Query, Request, Response

from app.errors import NotFound
from app.runner.api.bundles import Bundles
from app.runner.api.file_views import FileList, Manifest, file_view
from app.runner.api.parts import Parts
from app.runner.api.revision import Chosen, Number, answers, served
from app.runner.api.stored import Stored
from app.runner.archive.listing import MANIFEST, Entry, manifest, written
from app.runner.archive.places import is_plain

JSON, MARKDOWN, ANY, ZIP = "application/json", "text/markdown", "application/octet-stream", "application/zip"
LONGEST_PATH = 512
MOST = 5_000
After = Annotated[str, Query(max_length=LONGEST_PATH, description="Only files whose path comes after this one.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def routes(parts: Parts, heavy: CapacityLimiter) -> APIRouter:
    """Return the routes; ``heavy`` says how many bundles are measured at once."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["files"])
    bundles = Bundles(heavy)

    @served(router, "/artefact", "The artefact of a run", answers(JSON))
    async def artefact(request: Request, run_id: str, revision: Number = None) -> Response:
        chosen = (await Chosen.of(parts, run_id, revision)).ended("artefact")
        return await chosen.send(request, chosen.file(await chosen.one_of("artefact")))

    @served(router, "/manifest", "All files of a revision with their hashes", answers(JSON, model=Manifest))
    async def show_manifest(request: Request, run_id: str, revision: Number = None) -> Response:
        chosen = (await Chosen.of(parts, run_id, revision)).ended("manifest")
        listed = _manifest(chosen, await _all(chosen))
        return await chosen.send(request, chosen.json(listed, MANIFEST))

    @served(router, "/files", "The files of a run", answers(JSON, pending=False, model=FileList))
    async def files(
        request: Request, run_id: str, revision: Number = None, after: After = "", limit: Limit = 1_000
    ) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        return await chosen.send(request, await list_of(chosen, "files", (), after, limit))

    @served(router, "/files/{path:path}", "One file", answers(ANY, JSON, MARKDOWN, pending=False))
    async def one_file(request: Request, run_id: str, path: str, revision: Number = None) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        return await chosen.send(request, chosen.file(await entry_at(chosen, path)))

    @served(router, "/bundle.zip", "All files of a revision as one zip", answers(ZIP))
    async def bundle(request: Request, run_id: str, revision: Number = None) -> Response:
        chosen = (await Chosen.of(parts, run_id, revision)).ended("bundle")
        entries = await _all(chosen)
        return await chosen.send(request, bundles.of(chosen, entries, _manifest(chosen, entries)))

    return router


async def _all(chosen: Chosen) -> list[Entry]:
    entries = await chosen.entries()
    if not entries:
        raise NotFound(f"the run has no files (it ended as {chosen.run.status})")
    return entries


def _manifest(chosen: Chosen, entries: list[Entry]) -> bytes:
    return written(manifest(chosen.run.id, chosen.number, entries))


async def list_of(chosen: Chosen, address: str, kinds: tuple[str, ...], after: str, limit: int) -> Stored:
    """Return a page of a revision's files; ``address`` is where it is found, below the run's own."""
    found = await chosen.entries(*kinds, after=after, limit=limit + 1)
    there = bool(found) or bool(await chosen.entries(limit=1))
    following = _following(chosen, address, found[limit - 1].name, limit) if len(found) > limit else None
    items = [file_view(chosen.run.id, chosen.number, entry) for entry in found[:limit]]
    page = FileList(revision=chosen.number if there else None, items=items, next=following)
    return chosen.json(page.model_dump_json().encode(), f"{address.replace('/', '_')}.json", revision=there)


def _following(chosen: Chosen, address: str, last: str, limit: int) -> str:
    query = urlencode({"revision": chosen.number, "after": last, "limit": limit})
    return f"/v1/runs/{chosen.run.id}/{address}?{query}"


async def entry_at(chosen: Chosen, path: str, *kinds: str) -> Entry:
    """Return the file that a caller names; only names that stand in rows lead to a file. Raises ``NotFound``."""
    known = is_plain(path) and len(path) <= LONGEST_PATH and path.isprintable()
    entry = await chosen.entry(path) if known else None
    if entry is None or (kinds and entry.kind not in kinds):
        raise NotFound(f"the run has no file {''.join(_shown(path[:200]))}")
    return entry


def _shown(text: str) -> Iterator[str]:
    return (letter if letter.isprintable() else "?" for letter in text)
