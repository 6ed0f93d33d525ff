"""HTTP of the gateway: comparisons in, one or many in a call; what it has, and how full it is."""

from collections.abc import Mapping

from fastapi import Depends, FastAPI

from app.edge import health, problems
from app.edge.front import Front, protect
from app.edge.platform_docs import ASKS, Described
from app.edge.traced import THE_ONLY_ONE
from app.gateway.api import comparisons, providers
from app.gateway.api.guard import guard
from app.gateway.api.measure import Measured
from app.gateway.callbacks import SERVICE
from app.gateway.parts import Parts
from app.settings import GatewayHttpSettings, HttpSettings

USUAL = GatewayHttpSettings.model_construct()


def build(
    parts: Parts, http: HttpSettings = USUAL, more_checks: Mapping[str, health.Check] = health.NO_MORE
) -> FastAPI:
    """Return the application; every route that writes asks for the service credential.

    ``more_checks`` say, beside the database's, whether the process is ready.
    """
    app = Described(title="LLM gateway", version="1", docs_url=None, redoc_url=None, telemetry=THE_ONLY_ONE)
    answers = problems.install(app, service=SERVICE, style="platform")
    protect(app, answers, Front(http, from_neighbours=True))
    app.add_middleware(Measured)
    app.include_router(health.routes(SERVICE, {"database": health.database_check(parts.database), **more_checks}))
    guarded = [ASKS, Depends(guard(parts.auth, parts.settings, parts.keys))]
    app.include_router(comparisons.writes(parts), dependencies=guarded)
    app.include_router(comparisons.reads(parts))
    app.include_router(providers.writes(parts), dependencies=guarded)
    app.include_router(providers.reads(parts))
    for router in parts.routers:
        app.include_router(router, dependencies=guarded)
    return app
