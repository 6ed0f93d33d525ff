"""Routes of an experiment's numbers as tables: settings with their spread, and all cells as they stand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.runner.api import experiment_reading as reading
from app.runner.api.downloads import Form, FormQuery, download, encoded, form_of
from app.runner.api.experiment_docs import CELL_TABLE, SETTING_TABLE
from app.runner.api.experiment_views import Seen
from app.runner.api.experiments import PATH
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, Responses, refusals
from app.runner.experiments import conclude, matrix
from app.runner.experiments.measures import Criterion
from app.runner.experiments.records import BY_CELL, BY_SETTING, rows_by_cell, rows_by_setting
from app.runner.export.columns import Column, Row
from app.runner.export.formats import Format, NotAcceptable, encoder
from app.runner.finish.files import safe

REFUSED: Responses = BAD | refusals(NotAcceptable)


class ResultQuery(FormQuery):
    """The form of the table, and by which metric settings are compared."""

    criterion: Criterion | None = Field(default=None, description="Left out: that of the experiment.")


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(
        prefix=f"{PATH}/{{experiment_id}}", tags=["experiments"], default_response_class=StreamingResponse
    )

    @router.get(
        "/results",
        summary="Metrics by setting with their spread, the best one, the frontier, the effects of factors",
        responses=SETTING_TABLE | MISSING | REFUSED,
    )
    async def by_setting(
        experiment_id: str, request: Request, query: Annotated[ResultQuery, Query()]
    ) -> StreamingResponse:
        form = form_of(request, query)
        found = await reading.seen(parts, experiment_id)
        settings = matrix.settings_of(found.experiment.request)
        said = conclude.concluded(settings, found.cells, query.criterion or found.experiment.request.criterion)
        rows = list(rows_by_setting(settings, found.cells, said.summaries, said.marks))
        return await _sent(form, found, "results", (BY_SETTING, rows), said.shown())

    @router.get(
        "/cells",
        summary="All cells as they stand, one row each, with the metrics of those that are completed",
        responses=CELL_TABLE | MISSING | REFUSED,
    )
    async def by_cell(experiment_id: str, request: Request, query: Form) -> StreamingResponse:
        form = form_of(request, query)
        found = await reading.seen(parts, experiment_id)
        rows = list(rows_by_cell(matrix.settings_of(found.experiment.request), found.cells))
        return await _sent(form, found, "cells", (BY_CELL, rows), {})

    return router


async def _sent(
    form: Format, found: Seen, what: str, table: tuple[Sequence[Column], list[Row]], said: Mapping[str, object]
) -> StreamingResponse:
    experiment, (columns, rows) = found.experiment, table
    head = {"experiment_id": experiment.id, "experiment_status": experiment.status.value, **said}
    pieces = await encoded(encoder(form, columns, _head(form, head)), _chunk(rows), lambda row: row)
    return download(form, f"{safe(experiment.name)}_{experiment.id}_{what}", pieces)


def _head(form: Format, head: Mapping[str, object]) -> dict[str, object]:
    """Return the head as JSON has it; Parquet keeps texts only, so that its parts are JSON texts there."""
    if form is not Format.PARQUET:
        return dict(head)
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in head.items()
    }


async def _chunk(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    yield rows
