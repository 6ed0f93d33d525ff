"""HTTP of the content store: post a text, get it back by its storage id."""

import re
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from app.content import store
from app.content.store import StoredText
from app.db.unit import Database
from app.edge import health, problems
from app.edge.bodies import Rule
from app.edge.front import UNLIMITED, Front, protect
from app.edge.platform_docs import ASKS, Described
from app.edge.tokens import AdminTokens
from app.edge.traced import THE_ONLY_ONE
from app.errors import InvalidInput
from app.faults.inject import fault_point
from app.faults.points import Point
from app.settings import ContentSettings, HttpSettings

SERVICE = "content_service"
PATH = "/v1/content"
BODY = {"required": True, "content": {"*/*": {"schema": {}}}}
ANY_KIND: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text as it was sent, under the kind that it was sent with", "content": {"*/*": {}}}
}
STORAGE_ID = re.compile(r"[0-9a-f]{32}")


class BadContent(InvalidInput):
    """The body or the id cannot be used; the platform's content store answers 400."""

    code = "validation_error"
    status = 400


def build(
    database: Database,
    settings: ContentSettings,
    http: HttpSettings = UNLIMITED,
    tokens: AdminTokens | None = None,
) -> FastAPI:
    """Return the application; with ``tokens`` it asks who calls, on every route that knows of texts."""
    app = Described(title="Content store", version="1", docs_url=None, redoc_url=None, telemetry=THE_ONLY_ONE)
    answers = problems.install(app, service=SERVICE, style="platform")
    bodies = {PATH: Rule(settings.max_bytes, kinds=())}
    protect(app, answers, Front(http, bodies, from_neighbours=True))
    app.include_router(health.routes(SERVICE, {"database": health.database_check(database)}))

    async def known(authorization: Annotated[str | None, Header(include_in_schema=False)] = None) -> None:
        if tokens is not None:
            await tokens.admin(authorization)

    guarded = [ASKS, Depends(known)] if tokens is not None else []

    @app.post(
        PATH, status_code=201, summary="Keep a text", openapi_extra={"requestBody": BODY}, dependencies=guarded
    )
    async def upload(request: Request) -> JSONResponse:
        content = await _body(request)
        content_type = _plain(request.headers.get("content-type", "")) or "application/octet-stream"
        async with database.transaction() as connection:
            storage_id = await store.keep(connection, uuid4(), StoredText(content, content_type))
            await fault_point(Point.CONTENT_BEFORE_COMMIT)
        await fault_point(Point.CONTENT_AFTER_COMMIT)
        correlation_id = request.headers.get("x-correlation-id", "")[:64] or str(uuid4())
        return JSONResponse({"storage_id": storage_id, "correlation_id": correlation_id}, 201)

    @app.get(
        PATH + "/{storage_id}",
        summary="Return a text",
        response_class=Response,
        responses=ANY_KIND,
        dependencies=guarded,
    )
    async def download(storage_id: str) -> Response:
        if not STORAGE_ID.fullmatch(storage_id):
            raise BadContent.at("storage_id", "must be 32 lower-case hex digits")
        async with database.transaction() as connection:
            text = await store.fetch(connection, storage_id)
        return Response(text.content, media_type=text.content_type)

    return app


def _plain(content_type: str) -> str:
    """Return a media type that can be a header again, else an empty text."""
    return (
        content_type if len(content_type) <= 127 and content_type.isascii() and content_type.isprintable() else ""
    )


async def _body(request: Request) -> bytes:
    received = await request.body()
    if not received:
        raise BadContent.at("body", "is empty: send the text as the request's body")
    return received
