"""Routes of people's verdicts on the essays of a run: a file of them is taken in, looked at, removed."""

import asyncio
import hashlib
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import APIRouter, Form, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.errors import InvalidInput, NotReady, TooLarge
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, PENDING, STATE, Responses, refusals
from app.runner.api.verdict_views import PATH, VerdictSetList, VerdictSetView, summary, verdict_set_view
from app.runner.finish.collected import announced
from app.runner.human import store as verdicts
from app.runner.human.matching import known_essays, matched
from app.runner.human.reading import Content, ReadAs, read
from app.runner.human.sheets import FIELD, sheet_of
from app.runner.runs import essays, store
from app.runner.runs.labels import NOT_STORABLE, is_storable
from app.scoring.errors import ScoringError
from app.settings.comparing import ComparingSettings

AGAIN: Responses = {200: {"description": "The same file is there already", "model": VerdictSetView}}
LONGEST, LABEL = 200, "human verdicts"
ROLES = ("judge", "winner", "loser", "a", "b", "choice")
Column = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class ImportForm(BaseModel):
    """A file of people's verdicts and how to read it; columns are named where they have other names than usual."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="CSV (UTF-8; comma, semicolon or tab) or an Excel workbook.")
    label: str = Field(default=LABEL, max_length=LONGEST, description="What to call it; its own name is not kept.")
    judge_column: Column | None = None
    winner_column: Column | None = None
    loser_column: Column | None = None
    a_column: Column | None = None
    b_column: Column | None = None
    choice_column: Column | None = None
    keep_judge_names: bool = Field(
        default=False, description="Keep the judges' names, which are personal data, instead of numbers."
    )

    @field_validator("label", *(f"{role}_column" for role in ROLES))
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        if value is not None and not is_storable(value):
            raise ValueError(f"holds {NOT_STORABLE}")
        return value

    def how(self) -> ReadAs:
        """Return how the file is to be read."""
        named = {role: getattr(self, f"{role}_column") for role in ROLES}
        columns = {role: name for role, name in named.items() if name is not None}
        return ReadAs(columns=columns, keep_judge_names=self.keep_judge_names)


def routes(parts: Parts, comparing: CapacityLimiter) -> APIRouter:
    """Return the routes; ``comparing`` says how many files are read at once."""
    router = APIRouter(prefix=PATH, tags=["comparisons"])
    _add_import(router, parts, comparing)

    @router.get("", summary="The files of people's verdicts that a run has", responses=MISSING | BAD)
    async def listed(run_id: str) -> VerdictSetList:
        async with parts.database.transaction() as connection:
            await store.get(connection, run_id)
            found = await verdicts.of_run(connection, run_id)
        return VerdictSetList(items=[verdict_set_view(one) for one in found])

    @router.get("/{set_id}", summary="One file of people's verdicts", responses=MISSING | BAD)
    async def show(run_id: str, set_id: str) -> VerdictSetView:
        async with parts.database.transaction() as connection:
            await store.get(connection, run_id)
            return verdict_set_view(await verdicts.get(connection, run_id, set_id))

    @router.delete(
        "/{set_id}",
        status_code=204,
        summary="Remove a file of people's verdicts, with all that it said; again changes nothing",
        responses=MISSING | BAD,
    )
    async def remove(run_id: str, set_id: str) -> None:
        async with parts.database.transaction() as connection:
            await store.get(connection, run_id)
            await verdicts.remove(connection, run_id, set_id)

    return router


def _add_import(router: APIRouter, parts: Parts, comparing: CapacityLimiter) -> None:
    @router.post(
        "",
        status_code=201,
        summary="Take in a file of people's verdicts on the essays of a run that ended; again changes nothing",
        responses=AGAIN | PENDING | STATE | refusals(InvalidInput, TooLarge),
    )
    async def take_in(
        run_id: str, response: Response, form: Annotated[ImportForm, Form(media_type="multipart/form-data")]
    ) -> VerdictSetView:
        async with comparing:
            found, is_new = await _taken_in(parts, run_id, form)
        response.status_code = 201 if is_new else 200
        response.headers["Location"] = f"{PATH.format(run_id=run_id)}/{found.id}"
        return verdict_set_view(found)


async def _taken_in(parts: Parts, run_id: str, form: ImportForm) -> tuple[verdicts.VerdictSet, bool]:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        if not run.is_final:
            raise NotReady(f"the run is {run.status}; people's verdicts are taken in when it has ended")
        judged = await essays.of_run(connection, run_id)
        told = await announced(connection, run_id)
    settings = parts.settings.comparing
    body, how = await form.file.read(settings.file_max_bytes + 1), form.how()
    content = await asyncio.to_thread(_content, body, how, settings)
    found = matched(content, known_essays(judged, told.result))
    if not found.ids:
        named = ", ".join(name[:40] for name in content.essays[:3])
        raise InvalidInput.at(FIELD, f"names no essay of the run, but {named}: name essays by identifier or file")
    new = verdicts.NewSet(
        id=f"hv_{parts.sortable_id().hex}",
        run_id=run_id,
        label=form.label.strip() or LABEL,
        sha256=hashlib.sha256(body).hexdigest(),
        options=how,
        content=content,
        summary=summary(content, found),
    )
    async with parts.database.transaction() as connection:
        await store.lock(connection, run_id)
        return await verdicts.keep(connection, new, settings.files_per_run, parts.clock())


def _content(body: bytes, how: ReadAs, settings: ComparingSettings) -> Content:
    if len(body) > settings.file_max_bytes:
        raise TooLarge(f"{FIELD}: a file of verdicts may have at most {settings.file_max_bytes} bytes")
    try:
        return read(sheet_of(body, settings.file_max_rows), how)
    except ScoringError as error:
        raise InvalidInput.at(FIELD, error.detail) from error
