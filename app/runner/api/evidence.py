"""Routes of what a run asked of cj and what came back: requests as composed, and the collected event files."""

import hashlib
import json
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.errors import NotFound
from app.runner.api.file_views import FileList, RequestList, RequestView
from app.runner.api.files import JSON, After, Limit, entry_at, list_of
from app.runner.api.parts import Parts
from app.runner.api.revision import Chosen, Number, answers, served
from app.runner.api.stored import Stored
from app.runner.archive import rows

EVENT = "event"


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["files"])

    @served(
        router, "/requests", "The requests to cj, as composed", answers(JSON, pending=False, model=RequestList)
    )
    async def requests(request: Request, run_id: str, revision: Number = None) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        found, written = await _bodies(chosen)
        which = chosen.number if written else None
        items = [_view(chosen, which, number, *one) for number, one in enumerate(found, start=1)]
        page = RequestList(revision=which, items=items)
        content = page.model_dump_json().encode()
        return await chosen.send(request, chosen.json(content, "requests.json", revision=written))

    @served(router, "/requests/{number}", "One request to cj, byte for byte", answers(JSON, pending=False))
    async def one_request(request: Request, run_id: str, number: int, revision: Number = None) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        found, written = await _bodies(chosen)
        if not 1 <= number <= len(found):
            raise NotFound(f"the run has {len(found)} requests and no number {number}")
        name, body = found[number - 1]
        return await chosen.send(request, chosen.json(body, name, revision=written))

    @served(router, "/events/files", "The collected event files", answers(JSON, pending=False, model=FileList))
    async def event_files(
        request: Request, run_id: str, revision: Number = None, after: After = "", limit: Limit = 1_000
    ) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        return await chosen.send(request, await list_of(chosen, "events/files", (EVENT,), after, limit))

    @served(router, "/events/files/{path:path}", "One collected event file", answers(JSON, pending=False))
    async def one_event_file(request: Request, run_id: str, path: str, revision: Number = None) -> Response:
        chosen = await Chosen.of(parts, run_id, revision)
        return await chosen.send(request, chosen.file(await entry_at(chosen, path, EVENT)))

    return router


async def _bodies(chosen: Chosen) -> tuple[list[tuple[str, bytes]], bool]:
    """Return names and bytes of the requests, and whether they are files already; before that they are rows."""
    files = await chosen.entries("request")
    if files:
        return [(entry.name, await _read(chosen.file(entry))) for entry in files], True
    async with chosen.parts.database.transaction() as connection:
        raw = await rows.composed(connection, chosen.run.id)
    return [(f"request_{number}.json", _readable(one)) for number, one in enumerate(raw, start=1)], False


async def _read(stored: Stored) -> bytes:
    return await to_thread.run_sync(lambda: b"".join(stored.pieces(0, stored.length)))


def _readable(raw: bytes) -> bytes:
    """Return an envelope as it will lie in its file."""
    return json.dumps(json.loads(raw), indent=2, ensure_ascii=False).encode()


def _view(chosen: Chosen, revision: int | None, number: int, name: str, body: bytes) -> RequestView:
    own = f"/v1/runs/{chosen.run.id}/requests/{number}"
    parsed: dict[str, Any] = json.loads(body)
    return RequestView(
        number=number,
        name=name.rpartition("/")[2],
        published=chosen.run.published_at is not None,
        sha256=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
        href=own if revision is None else f"{own}?revision={revision}",
        body=parsed,
    )
