"""Routes of a run's events: all that are there, or as a stream that goes on until the end."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.runner.api import follow
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, Responses
from app.runner.api.views import EventList, event_view
from app.runner.runs import listing, store

STREAM = "text/event-stream"
LARGEST = 2**31 - 1
ANSWERS: Responses = {
    200: {
        "content": {STREAM: {"schema": {"type": "string"}}},
        "description": "JSON, or the stream if it is asked for",
    },
    204: {"description": "The stream is over: the run ended, and the caller has its last event"},
}
Number = Annotated[int, Query(ge=0, le=LARGEST, description="Only events with a higher number.")]
LastEventId = Annotated[
    int | None,
    Header(alias="Last-Event-ID", ge=0, le=LARGEST, description="Where a stream that broke goes on."),
]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/runs/{run_id}", tags=["runs"])

    @router.get(
        "/events",
        summary="What happened to a run; with Accept: text/event-stream as it happens",
        response_model=EventList,
        responses=ANSWERS | BAD | MISSING,
    )
    async def events(
        run_id: str, request: Request, response: Response, after: Number = 0, last_event_id: LastEventId = None
    ) -> EventList | Response:
        last = after if last_event_id is None else max(after, last_event_id)
        streamed = wants_stream(request)
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
            found = await listing.events_of(connection, run_id, last if streamed else after)
        if not streamed:
            response.headers["Vary"] = "Accept"
            return EventList(items=[event_view(event) for event in found])
        if run.is_final and not found:
            return Response(status_code=204)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept"}
        return StreamingResponse(follow.stream(parts, run_id, last), media_type=STREAM, headers=headers)

    return router


def wants_stream(request: Request) -> bool:
    """Return whether a request asks for server-sent events."""
    kinds = (part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(","))
    return STREAM in kinds
