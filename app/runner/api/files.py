"""Routes of a run's files: the artefact, the report, and everything else by path."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter
from fastapi.responses import FileResponse

from app.errors import NotFound, NotReady
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import MISSING, PENDING
from app.runner.api.views import FileList, file_view
from app.runner.runs import listing, store
from app.runner.runs.listing import RunFile
from app.runner.runs.store import Run


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["files"])

    @router.get("/artefact", summary="The artefact of a run", responses=PENDING, response_class=FileResponse)
    async def artefact(run_id: str) -> FileResponse:
        return await _the_one(parts, run_id, "artefact")

    @router.get("/report", summary="The report of a run", responses=PENDING, response_class=FileResponse)
    async def report(run_id: str) -> FileResponse:
        return await _the_one(parts, run_id, "report")

    @router.get("/files", summary="All files of a run", responses=MISSING)
    async def files(run_id: str) -> FileList:
        _, known = await _known(parts, run_id)
        return FileList(items=[file_view(file) for file in known])

    @router.get("/files/{path:path}", summary="One file", responses=MISSING, response_class=FileResponse)
    async def one_file(run_id: str, path: str) -> FileResponse:
        _, known = await _known(parts, run_id)
        return _answer(parts, run_id, known, lambda file: file.path == path, f"file {path[:200]}")

    return router


async def _known(parts: Parts, run_id: str) -> tuple[Run, list[RunFile]]:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        return run, await listing.files_of(connection, run_id)


async def _the_one(parts: Parts, run_id: str, kind: str) -> FileResponse:
    run, files = await _known(parts, run_id)
    if not run.is_final:
        raise NotReady(f"the run is {run.status}; its {kind} is written when it ends")
    return _answer(parts, run_id, files, lambda file: file.kind == kind, f"{kind} (it ended as {run.status})")


def _answer(
    parts: Parts, run_id: str, files: Iterable[RunFile], wanted: Callable[[RunFile], bool], what: str
) -> FileResponse:
    """Hand out a file whose path comes from our own rows, never from the caller."""
    file = next(filter(wanted, files), None)
    if file is None:
        raise NotFound(f"the run has no {what}")
    place = parts.settings.files_dir / run_id / file.path
    if not place.is_file():
        raise NotFound(f"{file.path} is gone from the disk of the service")
    return FileResponse(place, media_type=file.media_type, headers={"ETag": f'"{file.sha256}"'})
