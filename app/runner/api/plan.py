"""The route that says what a run would do: answered at once, without a row and without any effect.

``:plan`` is an act on the collection, not a run: a colon cannot be in a run's id, so that the two addresses never
meet, and no run can be called ``plan``.
"""

from fastapi import APIRouter

from app.edge.access import Caller, Known
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD
from app.runner.plan import plan as planning
from app.runner.plan.spec import PlanRequest
from app.runner.plan.views import PlanView
from app.runner.runs import prompts


def routes(parts: Parts) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["runs"])

    @router.post("/v1/runs:plan", summary="What a run would do and cost; nothing is written", responses=BAD)
    async def plan_run(body: PlanRequest, caller: Known) -> PlanView:
        return await planned(parts, caller, body)

    return router


async def planned(parts: Parts, caller: Caller, body: PlanRequest) -> PlanView:
    """Return what a run of the caller would do; raises ``InvalidInput`` for what it would be refused with."""
    ready = PlanRequest.model_validate(prompts.resolved(parts.settings.prompts_dir, body))
    return await planning.plan(parts.database, parts.asked, ready, caller.owner, parts.clock())
