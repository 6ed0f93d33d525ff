"""The runner's HTTP application: runs, their files, asset packages, health."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware

from app import __version__
from app.edge import health, problem_pages, problems
from app.edge.answers import PageOf
from app.edge.bodies import Rule
from app.edge.front import UNLIMITED, UPLOAD, Front, protect
from app.edge.health import Check
from app.edge.patience import Patience
from app.edge.traced import THE_ONLY_ONE
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
from app.settings import HttpSettings

SERVICE = "cj_runner"
FORM_BYTES = 1024 * 1024
"""Room for what a form has around its files."""
HEAVY_AT_ONCE = 2
"""How many bundles are measured and runs checked at the same time."""
DESCRIPTION = "Comparative judgement of essays, end to end: start runs, follow them, read artefacts and reports."


@dataclass(frozen=True)
class Beside:
    """What is served beside the API, behind the same guard: pages for people.

    ``bodies`` says which addresses take other bodies than JSON; ``page`` shows a refusal to a person.
    """

    router: APIRouter = field(default_factory=APIRouter)
    bodies: Mapping[str, Rule] = field(default_factory=dict)
    page: PageOf | None = None


def build(
    parts: Parts, checks: dict[str, Check], http: HttpSettings = UNLIMITED, beside: Beside | None = None
) -> FastAPI:
    """Return the application; ``http`` says what its edge takes, ``beside`` what it serves beside the API."""
    beside = beside or Beside()
    app = DescribedApi(
        title="CJ runner",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        telemetry=THE_ONLY_ONE,
        responses=ANYWHERE,
        dependencies=[Depends(guard.confirmed)],
    )
    answers = problems.install(app, service=SERVICE, page=beside.page)
    for router in _routers(parts):
        app.include_router(router)
    webhook_docs.install(app)
    app.include_router(preflight.routes(parts))
    app.include_router(health.routes(SERVICE, checks))
    app.include_router(beside.router)
    bodies = {
        packages.PATH: uploads(parts),
        verdict_views.PATH: Rule(parts.settings.comparing.file_max_bytes + FORM_BYTES, UPLOAD),
        **beside.bodies,
    }
    protect(app, answers, Front(http, bodies, [Middleware(guard.Guard, gate=_gate(parts))]))
    app.add_middleware(Patience, stall_s=parts.settings.results.stall_s)  # the last one added is the outermost
    return app


def _routers(parts: Parts) -> list[APIRouter]:
    heavy, comparing = CapacityLimiter(HEAVY_AT_ONCE), CapacityLimiter(parts.settings.comparing.at_once)
    return [
        runs.routes(parts),
        plan.routes(parts),
        run_actions.routes(parts),
        events.routes(parts),
        evidence.routes(parts),
        files.routes(parts, heavy),
        reports.routes(parts, heavy),
        checking.routes(parts, heavy),
        results.routes(parts),
        compare.routes(parts, comparing),
        human_verdicts.routes(parts, comparing),
        agreement.routes(parts, comparing),
        batch_results.routes(parts),
        experiments.routes(parts),
        experiment_events.routes(parts),
        experiment_actions.routes(parts),
        experiment_results.routes(parts),
        packages.routes(parts),
        prompts.routes(parts),
        api_keys.routes(parts),
        audit.routes(parts),
        dead_letters.routes(parts),
        webhooks.routes(parts),
        webhook_deliveries.routes(parts),
        problem_pages.routes(),
    ]


def uploads(parts: Parts) -> Rule:
    """Return what an address takes that packages are sent to."""
    return Rule(parts.settings.upload_max_bytes + FORM_BYTES, UPLOAD)


def _gate(parts: Parts) -> guard.Gate:
    trail, owners = AuditTrail(parts.database), Owners(parts.database)
    return guard.Gate(parts.door, owners, trail, parts.clock, parts.sortable_id)
