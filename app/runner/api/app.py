"""The runner's HTTP application: runs, their files, asset packages, health."""

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from app import __version__
from app.edge import health, problem_pages, problems
from app.edge.bodies import Rule
from app.edge.front import UNLIMITED, UPLOAD, Front, protect
from app.edge.health import Check
from app.edge.patience import Patience
from app.runner.access import guard
from app.runner.access.audit import AuditTrail
from app.runner.access.owners import Owners
from app.runner.api import (
    agreement,
    api_keys,
    audit,
    batch_results,
    checking,
    compare,
    dead_letters,
    events,
    evidence,
    experiment_actions,
    experiment_events,
    experiment_results,
    experiments,
    files,
    human_verdicts,
    packages,
    plan,
    preflight,
    prompts,
    reports,
    results,
    run_actions,
    runs,
    verdict_views,
    webhook_deliveries,
    webhook_docs,
    webhooks,
)
from app.runner.api.described import DescribedApi
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import ANYWHERE
from app.settings import HttpSettings, RunnerSettings

SERVICE = "cj_runner"
FORM_BYTES = 1024 * 1024
"""Room for what a form has around its files."""
HEAVY_AT_ONCE = 2
"""How many bundles are measured and runs checked at the same time."""
DESCRIPTION = "Comparative judgement of essays, end to end: start runs, follow them, read artefacts and reports."


def build(parts: Parts, checks: dict[str, Check], http: HttpSettings = UNLIMITED) -> FastAPI:
    """Return the application; ``http`` says what its edge takes."""
    app = DescribedApi(
        title="CJ runner",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses=ANYWHERE,
        dependencies=[Depends(guard.confirmed)],
    )
    answers = problems.install(app, service=SERVICE)
    app.include_router(runs.routes(parts))
    app.include_router(plan.routes(parts))
    app.include_router(run_actions.routes(parts))
    app.include_router(events.routes(parts))
    heavy = CapacityLimiter(HEAVY_AT_ONCE)
    app.include_router(evidence.routes(parts))
    app.include_router(files.routes(parts, heavy))
    app.include_router(reports.routes(parts, heavy))
    app.include_router(checking.routes(parts, heavy))
    app.include_router(results.routes(parts))
    comparing = CapacityLimiter(parts.settings.comparing.at_once)
    app.include_router(compare.routes(parts, comparing))
    app.include_router(human_verdicts.routes(parts, comparing))
    app.include_router(agreement.routes(parts, comparing))
    app.include_router(batch_results.routes(parts))
    app.include_router(experiments.routes(parts))
    app.include_router(experiment_events.routes(parts))
    app.include_router(experiment_actions.routes(parts))
    app.include_router(experiment_results.routes(parts))
    app.include_router(packages.routes(parts))
    app.include_router(prompts.routes(parts))
    app.include_router(api_keys.routes(parts))
    app.include_router(audit.routes(parts))
    app.include_router(dead_letters.routes(parts))
    app.include_router(webhooks.routes(parts))
    app.include_router(webhook_deliveries.routes(parts))
    app.include_router(problem_pages.routes())
    webhook_docs.install(app)
    app.include_router(preflight.routes(parts))
    app.include_router(health.routes(SERVICE, checks))
    guarded = [Middleware(guard.Guard, gate=_gate(parts))]
    protect(app, answers, Front(http, _uploads(parts.settings), guarded))
    app.add_middleware(Patience, stall_s=parts.settings.results.stall_s)  # the last one added is the outermost
    return app


def _uploads(settings: RunnerSettings) -> dict[str, Rule]:
    """Return the addresses that take files, and how much each takes."""
    return {
        packages.PATH: Rule(settings.upload_max_bytes + FORM_BYTES, UPLOAD),
        verdict_views.PATH: Rule(settings.comparing.file_max_bytes + FORM_BYTES, UPLOAD),
    }


def _gate(parts: Parts) -> guard.Gate:
    trail, owners = AuditTrail(parts.database), Owners(parts.database)
    return guard.Gate(parts.door, owners, trail, parts.clock, parts.sortable_id)
