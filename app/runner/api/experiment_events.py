"""The route of an experiment's events: all that are there, or as a stream that goes on until it is over."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.runner.api import experiment_reading as reading
from app.runner.api.events import ANSWERS, STREAM, LastEventId, Number, wants_stream
from app.runner.api.experiments import PATH
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING
from app.runner.api.views import EventList, event_view
from app.runner.experiments import listing, store


def routes(parts: Parts) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix=f"{PATH}/{{experiment_id}}", tags=["experiments"])

    @router.get(
        "/events",
        summary="What happened to an experiment; with Accept: text/event-stream as it happens",
        response_model=EventList,
        responses=ANSWERS | BAD | MISSING,
    )
    async def events(
        experiment_id: str,
        request: Request,
        response: Response,
        after: Number = 0,
        last_event_id: LastEventId = None,
    ) -> EventList | Response:
        last = after if last_event_id is None else max(after, last_event_id)
        streamed = wants_stream(request)
        async with parts.database.transaction() as connection:
            experiment = await store.get(connection, experiment_id)
            found = await listing.events_of(connection, experiment_id, last if streamed else after)
        if not streamed:
            response.headers["Vary"] = "Accept"
            return EventList(items=[event_view(event) for event in found])
        if experiment.is_over and not found:
            return Response(status_code=204)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept"}
        return StreamingResponse(reading.stream(parts, experiment_id, last), media_type=STREAM, headers=headers)

    return router
