"""Routes of results of batches, whoever started them: one batch with a version of its result, and their list."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.contracts.cj_events import AssessmentResult, AssessmentResultEnvelope, EssayResult
from app.contracts.envelope import read
from app.edge.access import Known
from app.edge.moments import Moment
from app.errors import NotFound
from app.runner.api.batch_docs import DETAIL, PAGE
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, Responses, refusals
from app.runner.runs import batches
from app.runner.runs import cursor as cursors
from app.runner.runs.batch_states import BatchState, Kind, Said, in_order, versions_of
from app.runner.runs.batches import BatchResult

PATH = "/v1/results/batches"
MOST = 200
UNKNOWN: Responses = refusals(NotFound)


class BatchView(BaseModel):
    """One batch in short."""

    batch_uuid: UUID
    run_id: str | None = Field(description="The run that published it; null where others did.")
    state: BatchState = Field(description="What was said last: a result, a failure, or so far only a completion.")
    reason: str | None = Field(description="Why it failed, in the words of whoever announced it.")
    completed_at: datetime = Field(description="When that was said which the state goes by.")
    versions: int = Field(description="How many differing results there are.")
    received_at: datetime = Field(description="When the first announcement came in.")
    updated_at: datetime = Field(description="When the latest announcement came in.")
    links: dict[str, str]


class BatchEvent(BaseModel):
    """One announcement; said twice it is here once, with the time when it was said first."""

    kind: Kind
    version: int | None = Field(description="For results: 1 is the first that was said.")
    said_at: datetime
    received_at: datetime
    detail: str | None = Field(description="The status of a completion; why a batch failed.")
    digest: str = Field(description="The hash of what was said, without when.")


class ResultView(BaseModel):
    """One version of the result: the essays by rank, as cj sent them."""

    version: int
    assignment_id: str | None
    model_provider: str
    model_used: str
    model_version: str | None
    assessed_at: datetime
    essays: list[EssayResult]
    metadata: dict[str, object]


class BatchDetail(BatchView):
    """One batch with everything that was announced of it, in the order in which it was said."""

    events: list[BatchEvent]
    result: ResultView | None = Field(description="The version that is asked for, else the latest.")


class BatchList(BaseModel):
    """A page of batches; ``next`` is the address of the page after it, ``next_cursor`` the cursor in it."""

    items: list[BatchView]
    next_cursor: str | None
    next: str | None


class BatchQuery(BaseModel):
    """Filters (all must fit; of several states, any), and the place in the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: list[BatchState] = Field(default=[], max_length=len(BatchState))
    completed_after: Moment | None = Field(default=None, description="Inclusive; with a time zone.")
    completed_before: Moment | None = Field(default=None, description="Exclusive; with a time zone.")
    cursor: str | None = Field(default=None, max_length=cursors.LONGEST, description="From the page before.")
    limit: int = Field(default=50, ge=1, le=MOST)

    def filters(self, owner: str) -> batches.Wanted:
        """Return the query without its place."""
        return batches.Wanted(owner, tuple(self.state), self.completed_after, self.completed_before)

    def page_after(self, cursor: str) -> str:
        """Return the address of the page that begins at ``cursor``."""
        given = self.model_dump(mode="json", exclude_unset=True) | {"cursor": cursor}
        return (
            f"{PATH}?{urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)}"
        )


Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Which result; the latest if left out.")]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=["results"])

    @router.get("", summary="Batches of which cj announced something, newest first", responses=PAGE | BAD)
    async def listed(query: Annotated[BatchQuery, Query()], caller: Known, response: Response) -> BatchList:
        async with parts.database.transaction() as connection:
            page = await batches.page(connection, query.filters(caller.owner), query.cursor, query.limit)
        following = None if page.following is None else query.page_after(page.following)
        if following is not None:
            response.headers["Link"] = f'<{following}>; rel="next"'
        items = [BatchView(**_short(batch)) for batch in page.batches]
        return BatchList(items=items, next_cursor=page.following, next=following)

    @router.get("/{batch_uuid}", summary="What cj announced of one batch", responses=DETAIL | BAD | UNKNOWN)
    async def one(batch_uuid: UUID, caller: Known, version: Version = None) -> BatchDetail:
        async with parts.database.transaction() as connection:
            batch = await batches.get(connection, batch_uuid, caller.owner)
            said = await batches.said_of(connection, batch_uuid)
            results = versions_of(said)
            number = len(results) if version is None else version
            if version is not None and version > len(results):
                raise NotFound(f"the batch has no result version {version}; it has {len(results)}")
            raw = await batches.raw_of(connection, batch_uuid, results[number - 1]) if results else None
        result = None if raw is None else _result(number, read(AssessmentResultEnvelope, raw).data)
        return BatchDetail(**_short(batch), events=_events(said), result=result)

    return router


def _short(batch: BatchResult) -> dict[str, object]:
    links = {"self": f"{PATH}/{batch.batch_uuid}"}
    if batch.run_id is not None:
        links["run"] = f"/v1/runs/{batch.run_id}"
    return batch.__dict__ | {"links": links}


def _events(said: list[Said]) -> list[BatchEvent]:
    numbers = {item.digest: number for number, item in enumerate(versions_of(said), start=1)}
    return [
        BatchEvent(
            kind=item.kind,
            version=numbers[item.digest] if item.kind == "result" else None,
            said_at=item.said_at,
            received_at=item.received_at,
            detail=item.detail,
            digest=item.digest,
        )
        for item in in_order(said)
    ]


def _result(version: int, said: AssessmentResult) -> ResultView:
    return ResultView(
        version=version,
        assignment_id=said.assignment_id,
        model_provider=said.model_provider,
        model_used=said.model_used,
        model_version=said.model_version,
        assessed_at=said.assessed_at,
        essays=sorted(said.essay_results, key=lambda essay: (essay.rank, essay.essay_id)),
        metadata=said.assessment_metadata,
    )
