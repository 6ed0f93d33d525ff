"""HTTP of a process that only answers probes: health and metrics, behind the front that all services have.

Fed by the roles whose work comes by other ways than HTTP.
"""

from collections.abc import Mapping

from fastapi import FastAPI

from app.edge import health, problems
from app.edge.front import Front, protect
from app.edge.health import Check
from app.edge.traced import THE_ONLY_ONE


def build(service: str, title: str, checks: Mapping[str, Check]) -> FastAPI:
    """Return the application."""
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None, telemetry=THE_ONLY_ONE)
    answers = problems.install(app, service=service, style="platform")
    app.include_router(health.routes(service, checks))
    protect(app, answers, Front())
    return app
