"""HTTP of the engine: assignments and anchors (for admins), and what batches are doing."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from fastapi.params import Depends as Dependency

from app.cj.api import anchors, assignments, batches, cancel, offer, outcomes
from app.cj.finish import SERVICE
from app.cj.parts import Parts
from app.edge import health, problems
from app.edge.front import Front, protect
from app.edge.key_set import KeySet
from app.edge.platform_docs import ASKS, Described
from app.edge.tokens import AdminTokens
from app.edge.traced import THE_ONLY_ONE
from app.settings import AuthSettings, CJHttpSettings, HttpSettings

ROUTES = (assignments.routes, anchors.routes, batches.routes, outcomes.routes, cancel.routes, offer.routes)

USUAL = CJHttpSettings.model_construct()


def build(
    parts: Parts,
    auth: AuthSettings,
    keys: KeySet | None = None,
    http: HttpSettings = USUAL,
    more_checks: Mapping[str, health.Check] = health.NO_MORE,
) -> FastAPI:
    """Return the application; ``keys`` are the identity service's, where ``auth`` names its URL.

    ``more_checks`` say, beside the database's, whether the process is ready.
    """
    app = Described(title="CJ engine", version="1", docs_url=None, redoc_url=None, telemetry=THE_ONLY_ONE)
    answers = problems.install(app, service=SERVICE, style="platform")
    app.include_router(health.routes(SERVICE, {"database": health.database_check(parts.database), **more_checks}))
    tokens = AdminTokens(auth, keys)

    async def admin(authorization: Annotated[str | None, Header(include_in_schema=False)] = None) -> str:
        return await tokens.admin(authorization)

    guarded: list[Dependency] = [ASKS, Depends(admin)]
    for routes in ROUTES:
        app.include_router(routes(parts, guarded))
    protect(app, answers, Front(http, from_neighbours=True))
    return app
