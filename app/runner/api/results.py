"""Routes of a run's results as tables: its comparisons, its scores, the projected grades of its students."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from app.errors import NotReady
from app.runner.api.downloads import Form, download, encoded, form_of
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, PENDING, Responses, refusals
from app.runner.api.result_docs import COMPARISON_TABLE, PROJECTION_TABLE, SCORE_TABLE
from app.runner.export.columns import Column, Row
from app.runner.export.formats import Format, NotAcceptable, encoder
from app.runner.finish import readback
from app.runner.finish.files import safe
from app.runner.results.kept import Kept
from app.runner.results.records import COMPARISONS, comparison_row
from app.runner.runs import store
from app.runner.runs.states import PUBLISHING_MODES
from app.runner.runs.store import Run

REFUSED: Responses = BAD | refusals(NotAcceptable)
Table = tuple[Sequence[Column], list[Row]]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["results"], default_response_class=StreamingResponse)

    @router.get(
        "/comparisons",
        summary="Every answer of the judges: what has come in so far, late ones marked",
        responses=COMPARISON_TABLE | MISSING | REFUSED,
    )
    async def comparisons(run_id: str, request: Request, query: Form) -> StreamingResponse:
        return await _comparisons(parts, run_id, form_of(request, query))

    @router.get(
        "/scores",
        summary="Score, standard error, interval and rank of every essay of a run that ended",
        responses=SCORE_TABLE | PENDING | REFUSED,
    )
    async def scores(run_id: str, request: Request, query: Form) -> StreamingResponse:
        return await _table(parts, run_id, form_of(request, query), _scores)

    @router.get(
        "/projections",
        summary="The projected grade of every student of a run that ended, with probabilities",
        responses=PROJECTION_TABLE | PENDING | REFUSED,
    )
    async def projections(run_id: str, request: Request, query: Form) -> StreamingResponse:
        return await _table(parts, run_id, form_of(request, query), _projections)

    return router


async def _comparisons(parts: Parts, run_id: str, form: Format) -> StreamingResponse:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
    names = await readback.names_of(parts.database, run_id)
    head = _head(run) | {"run_is_over": run.is_final}
    chunks = readback.every_verdict(parts.database, run_id)
    pieces = await encoded(encoder(form, COMPARISONS, head), chunks, lambda row: comparison_row(row, names))
    return download(form, _name(run, "comparisons"), pieces)


async def _table(
    parts: Parts, run_id: str, form: Format, of: Callable[[Run, Kept], tuple[str, Table, Mapping[str, object]]]
) -> StreamingResponse:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
    if not run.is_final:
        raise NotReady(f"the run is {run.status}; its scores are there when it ends")
    kept = await readback.kept(parts.database, parts.settings.files_dir, run)
    what, (columns, rows), head = of(run, kept)
    pieces = await encoded(encoder(form, columns, _head(run) | dict(head)), _chunks(rows), lambda row: row)
    return download(form, _name(run, what), pieces)


def _scores(run: Run, kept: Kept) -> tuple[str, Table, Mapping[str, object]]:
    reason = None if kept.scores else _nothing(run)
    head = {"source": kept.source, "stop_reason": kept.stop_reason, "reason": reason}
    return "scores", kept.score_table(), head


def _projections(run: Run, kept: Kept) -> tuple[str, Table, Mapping[str, object]]:
    reason = kept.no_projections if kept.scores else _nothing(run)
    return "projections", kept.projection_table(), {"reason": reason}


def _head(run: Run) -> dict[str, object]:
    return {"run_id": run.id, "run_status": run.status.value}


def _nothing(run: Run) -> str:
    """Return why a run has no score at all."""
    if run.mode not in PUBLISHING_MODES:
        return f"a run in mode {run.mode} judges nothing"
    why = "" if run.status_reason is None else f" ({run.status_reason})"
    return f"the run ended as {run.status}{why} before any essay had a score"


def _name(run: Run, what: str) -> str:
    return f"{safe(run.batch_label)}_{run.id}_{what}"


async def _chunks(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for start in range(0, len(rows), readback.CHUNK):
        yield rows[start : start + readback.CHUNK]
