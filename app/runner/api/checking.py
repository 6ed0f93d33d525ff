"""Routes that say which revisions a run has, and whether they are still what was written."""

from anyio import CapacityLimiter
from fastapi import APIRouter, Request, Response

from app.runner.api.file_views import RevisionList, Verdict, revision_view, verdict
from app.runner.api.files import JSON
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, PENDING
from app.runner.api.revision import Chosen, Number, answers, served
from app.runner.archive import rows, verify


def routes(parts: Parts, heavy: CapacityLimiter) -> APIRouter:
    """Return the routes; ``heavy`` says how many runs are checked at once."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["files"])

    @served(
        router, "/revisions", "The revisions of a run's files", answers(JSON, pending=False, model=RevisionList)
    )
    async def revisions(request: Request, run_id: str) -> Response:
        chosen = await Chosen.of(parts, run_id, None)
        async with parts.database.transaction() as connection:
            found = await rows.revisions(connection, chosen.run)
        items = [revision_view(run_id, one) for one in found]
        page = RevisionList(latest=chosen.number if found else None, items=items)
        content = page.model_dump_json().encode()
        return await chosen.send(request, chosen.json(content, "revisions.json", revision=False))

    @router.get(
        "/verify", summary="Check every hash, the artefact and its sums once more", responses=PENDING | BAD
    )
    async def check(run_id: str, response: Response, revision: Number = None) -> Verdict:
        chosen = (await Chosen.of(parts, run_id, revision)).ended("verdict")
        settings = parts.settings
        found = await verify.verify(parts.database, settings.files_dir, chosen.run, chosen.number, heavy)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Artefact-Revision"] = str(chosen.number)
        return verdict(run_id, chosen.number, found)

    return router
