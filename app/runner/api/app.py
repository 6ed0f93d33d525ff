"""The runner's HTTP application: runs, their files, asset packages, health."""

from fastapi import Depends, FastAPI

from app import __version__
from app.edge import health, problems
from app.edge.health import Check
from app.runner.access import guard, openapi
from app.runner.access.audit import AuditTrail
from app.runner.access.owners import Owners
from app.runner.api import api_keys, audit, events, files, packages, prompts, run_actions, runs
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import GUARDED

SERVICE = "cj_runner"
DESCRIPTION = "Comparative judgement of essays, end to end: start runs, follow them, read artefacts and reports."


def build(parts: Parts, checks: dict[str, Check]) -> FastAPI:
    """Return the application."""
    app = FastAPI(
        title="CJ runner",
        version=__version__,
        description=DESCRIPTION,
        docs_url="/docs",
        dependencies=[Depends(guard.confirmed)],
    )
    guard.install(app, _gate(parts))
    problems.install(app, service=SERVICE)
    app.include_router(runs.routes(parts))
    app.include_router(run_actions.routes(parts))
    app.include_router(events.routes(parts))
    app.include_router(files.routes(parts))
    app.include_router(packages.routes(parts))
    app.include_router(prompts.routes(parts))
    app.include_router(api_keys.routes(parts))
    app.include_router(audit.routes(parts))
    app.include_router(health.routes(SERVICE, checks))
    openapi.describe(app, GUARDED)
    return app


def _gate(parts: Parts) -> guard.Gate:
    trail, owners = AuditTrail(parts.database), Owners(parts.database)
    return guard.Gate(parts.door, owners, trail, parts.clock, parts.sortable_id)
