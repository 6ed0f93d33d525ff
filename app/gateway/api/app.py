"""HTTP of the gateway: comparisons in, one or many in a call; what it has, and how full it is."""

from fastapi import Depends, FastAPI

from app.edge import health, problems
from app.edge.front import Front, protect
from app.edge.platform_docs import ASKS, Described
from app.gateway.api import comparisons, providers
from app.gateway.api.guard import guard
from app.gateway.api.measure import Measured
from app.gateway.callbacks import SERVICE
from app.gateway.parts import Parts
from app.settings import GatewayHttpSettings, HttpSettings

USUAL = GatewayHttpSettings.model_construct()


def build(parts: Parts, http: HttpSettings = USUAL) -> FastAPI:
    """Return the application; every route that writes asks for the service credential."""
    app = Described(title="LLM gateway", version="1", docs_url=None, redoc_url=None)
    answers = problems.install(app, service=SERVICE, style="platform")
    protect(app, answers, Front(http))
    app.add_middleware(Measured)
    app.include_router(health.routes(SERVICE, {"database": health.database_check(parts.database)}))
    guarded = [ASKS, Depends(guard(parts.auth, parts.settings, parts.keys))]
    app.include_router(comparisons.writes(parts), dependencies=guarded)
    app.include_router(comparisons.reads(parts))
    app.include_router(providers.writes(parts), dependencies=guarded)
    app.include_router(providers.reads(parts))
    for router in parts.routers:
        app.include_router(router, dependencies=guarded)
    return app
