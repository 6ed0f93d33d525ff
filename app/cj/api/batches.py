"""Routes of batches: which there are, what one is doing and why, and every comparison it asked for."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Response
from fastapi.params import Depends as Dependency
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy.engine import Row

from app.cj import batch_reads, batch_views
from app.cj.assignments import BadAssignment
from app.cj.batch_reads import LARGEST_ID, Wanted
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.contracts.cj_batches import BatchPage, BatchView, Pair, PairPage
from app.contracts.spreadsheets import guarded as no_formula
from app.edge.moments import MomentOfOldWire

NDJSON, CSV = "application/x-ndjson", "text/csv"
BatchName = Annotated[str, "internal id (digits only), or the caller's batch id"]
PairQuery = Annotated[int, Query(ge=0, le=LARGEST_ID)]


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the routes, all of them behind ``guarded``."""
    router = APIRouter(prefix="/api/v1/batches", tags=["batches"], dependencies=guarded)
    _add_lists(router, parts)
    _add_pairs(router, parts)
    return router


def _add_lists(router: APIRouter, parts: Parts) -> None:
    @router.get("", summary="Batches, newest first")
    async def newest(
        status: BatchState | None = None,
        assignment_id: Annotated[str | None, Query(max_length=100)] = None,
        created_from: MomentOfOldWire | None = None,
        created_to: MomentOfOldWire | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    ) -> BatchPage:
        wanted = Wanted(status, assignment_id, created_from, created_to)
        if wanted.created_from and wanted.created_to and wanted.created_from >= wanted.created_to:
            raise BadAssignment.at("created_to", "must be later than created_from")
        async with parts.database.transaction() as connection:
            rows = await batch_reads.page(connection, wanted, limit=limit, before=before)
        following = rows[-1].id if len(rows) == limit else None
        return BatchPage(items=[batch_views.item(row) for row in rows], next=following)

    @router.get("/{batch}", summary="What a batch is doing, and why")
    async def show(batch: BatchName) -> BatchView:
        async with parts.database.transaction() as connection:
            row = await batch_reads.one(connection, batch)
            covered = await batch_reads.coverage(connection, row.id)
        return batch_views.view(row, covered)


def _add_pairs(router: APIRouter, parts: Parts) -> None:
    @router.get(
        "/{batch}/pairs",
        summary="Every comparison: a page as JSON, or all as NDJSON or CSV by the header Accept",
        response_model=PairPage,
    )
    async def pairs(
        batch: BatchName,
        after: PairQuery = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        accept: Annotated[str, Header()] = "application/json",
    ) -> Response:
        async with parts.database.transaction() as connection:
            row = await batch_reads.one(connection, batch)
            if NDJSON not in accept and CSV not in accept:
                found = await batch_reads.pairs(connection, row.id, after=after, limit=limit)
                following = found[-1].number if len(found) == limit else None
                shown = PairPage(items=[batch_views.pair(item) for item in found], next=following)
                return JSONResponse(shown.model_dump(mode="json"))
        every = batch_reads.all_pairs(parts.database, row.id)
        if NDJSON in accept:
            return StreamingResponse(_ndjson(every), media_type=NDJSON)
        return StreamingResponse(_csv(every), media_type=f"{CSV}; charset=utf-8")


async def _ndjson(rows: AsyncIterator[Row[Any]]) -> AsyncIterator[bytes]:
    async for row in rows:
        yield orjson.dumps(batch_views.pair(row).model_dump(mode="json"), option=orjson.OPT_APPEND_NEWLINE)


async def _csv(rows: AsyncIterator[Row[Any]]) -> AsyncIterator[str]:
    yield _csv_line(list(Pair.model_fields))
    async for row in rows:
        shown = batch_views.pair(row).model_dump(mode="json")
        yield _csv_line([no_formula(value) if isinstance(value, str) else value for value in shown.values()])


def _csv_line(cells: list[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)  # lines end with CR LF: what holds either of them is then in quotes
    return line.getvalue()
