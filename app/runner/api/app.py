"""The runner's HTTP application: runs, their files, asset packages, health."""

from fastapi import FastAPI

from app import __version__
from app.edge import health, problems
from app.edge.health import Check
from app.runner.api import events, files, packages, plan, preflight, prompts, run_actions, runs
from app.runner.api.described import DescribedApi
from app.runner.api.parts import Parts

SERVICE = "cj_runner"
DESCRIPTION = "Comparative judgement of essays, end to end: start runs, follow them, read artefacts and reports."


def build(parts: Parts, checks: dict[str, Check]) -> FastAPI:
    """Return the application."""
    app = DescribedApi(title="CJ runner", version=__version__, description=DESCRIPTION, docs_url="/docs")
    problems.install(app, service=SERVICE)
    app.include_router(runs.routes(parts))
    app.include_router(plan.routes(parts))
    app.include_router(run_actions.routes(parts))
    app.include_router(events.routes(parts))
    app.include_router(files.routes(parts))
    app.include_router(packages.routes(parts))
    app.include_router(prompts.routes(parts))
    app.include_router(preflight.routes(parts))
    app.include_router(health.routes(SERVICE, checks))
    return app
