"""HTTP of the content store: post a text, get it back by its storage id."""

import re
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from app.content import store
from app.content.store import StoredText
from app.db.unit import Database
from app.edge import health, problems
from app.errors import InvalidInput, TooLarge
from app.settings import ContentSettings

SERVICE = "content_service"
STORAGE_ID = re.compile(r"[0-9a-f]{32}")


class BadContent(InvalidInput):
    """The body or the id cannot be used; the platform's content store answers 400."""

    code = "validation_error"
    status = 400


def build(database: Database, settings: ContentSettings) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Content store", version="1", docs_url="/docs")
    problems.install(app, service=SERVICE, style="platform")
    app.include_router(health.routes(SERVICE, {"database": health.database_check(database)}))

    @app.post("/v1/content", status_code=201, summary="Keep a text")
    async def upload(request: Request) -> JSONResponse:
        content = await _body(request, settings.max_bytes)
        content_type = request.headers.get("content-type", "application/octet-stream")[:127]
        async with database.transaction() as connection:
            storage_id = await store.keep(connection, uuid4(), StoredText(content, content_type))
        correlation_id = request.headers.get("x-correlation-id", "")[:64] or str(uuid4())
        return JSONResponse({"storage_id": storage_id, "correlation_id": correlation_id}, 201)

    @app.get("/v1/content/{storage_id}", summary="Return a text")
    async def download(storage_id: str) -> Response:
        if not STORAGE_ID.fullmatch(storage_id):
            raise BadContent.at("storage_id", "must be 32 lower-case hex digits")
        async with database.transaction() as connection:
            text = await store.fetch(connection, storage_id)
        return Response(text.content, media_type=text.content_type)

    return app


async def _body(request: Request, limit: int) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise TooLarge(f"a text may have at most {limit} bytes")
    if not received:
        raise BadContent.at("body", "is empty: send the text as the request's body")
    return bytes(received)
