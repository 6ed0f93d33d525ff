"""The runner's HTTP application: runs, their files, asset packages, health."""

from fastapi import FastAPI

from app import __version__
from app.edge import health, problems
from app.edge.health import Check
from app.runner.api import (
    events,
    files,
    packages,
    prompts,
    run_actions,
    runs,
    webhook_deliveries,
    webhook_docs,
    webhooks,
)
from app.runner.api.parts import Parts

SERVICE = "cj_runner"
DESCRIPTION = "Comparative judgement of essays, end to end: start runs, follow them, read artefacts and reports."


def build(parts: Parts, checks: dict[str, Check]) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="CJ runner", version=__version__, description=DESCRIPTION, docs_url="/docs")
    problems.install(app, service=SERVICE)
    app.include_router(runs.routes(parts))
    app.include_router(run_actions.routes(parts))
    app.include_router(events.routes(parts))
    app.include_router(files.routes(parts))
    app.include_router(packages.routes(parts))
    app.include_router(prompts.routes(parts))
    app.include_router(webhooks.routes(parts))
    app.include_router(webhook_deliveries.routes(parts))
    webhook_docs.install(app)
    app.include_router(health.routes(SERVICE, checks))
    return app
