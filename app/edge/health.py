"""Health and metrics: what probes and Prometheus ask of every process."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import migrate
from app.db.unit import Database
from app.telemetry.metrics import CONTENT_TYPE, expose

Check = Callable[[], Awaitable[str | None]]
NO_MORE: Mapping[str, Check] = MappingProxyType({})


def routes(service: str, checks: Mapping[str, Check]) -> APIRouter:
    """Return ``/healthz`` (the process lives), ``/readyz`` (what it needs answers) and ``/metrics``."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process lives")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "service": service}

    @router.get("/readyz", summary="What the process needs answers", responses={503: {}})
    async def readyz() -> JSONResponse:
        found = {name: await check() for name, check in checks.items()}
        ready = all(problem is None for problem in found.values())
        body = {"ready": ready, "service": service, "checks": {k: v or "ok" for k, v in found.items()}}
        return JSONResponse(body, 200 if ready else 503)

    @router.get("/metrics", summary="Prometheus metrics of this process", include_in_schema=False)
    async def metrics() -> Response:
        return Response(expose(), media_type=CONTENT_TYPE)

    return router


def database_check(database: Database) -> Check:
    """Return a check that the database answers and has the schema that the code needs.

    A newer one will do: migrations add before they take away, so that the release before goes on while the next
    one starts.
    """

    async def check() -> str | None:
        try:
            async with database.transaction() as connection:
                await connection.execute(text("SELECT 1"))
                revision = await migrate.current(connection)
        except (DBAPIError, OSError, TimeoutError) as error:
            return f"the database does not answer ({type(error).__name__})"
        if revision is None or (revision != migrate.head() and migrate.knows(revision)):
            return f"the schema is at {revision}, the code at {migrate.head()}: run the migrations"
        return None

    return check
