"""Routes of what a batch's comparisons say so far: scores and grades, from the stored comparisons."""

import asyncio

from fastapi import APIRouter
from fastapi.params import Depends as Dependency

from app.cj import batch_reads, batch_views
from app.cj.batch_reads import Stored
from app.cj.parts import Parts
from app.contracts.cj_batches import ProjectionList, ScoreList
from app.contracts.cj_events import AssessmentResult


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the routes, all of them behind ``guarded``."""
    router = APIRouter(prefix="/api/v1/batches", tags=["batches"], dependencies=guarded)

    @router.get("/{batch}/scores", summary="Ranks and scores; provisional while the batch still asks")
    async def scores(batch: str) -> ScoreList:
        return batch_views.scores(*await _outcome(parts, batch))

    @router.get("/{batch}/projections", summary="Grades with their probabilities, or why there are none")
    async def projections(batch: str) -> ProjectionList:
        return batch_views.projections(*await _outcome(parts, batch))

    return router


async def _outcome(parts: Parts, batch: str) -> tuple[Stored, AssessmentResult]:
    async with parts.database.transaction() as connection:
        found = await batch_reads.stored(connection, batch)
    return found, await asyncio.to_thread(batch_reads.outcome, found, parts.clock())
