"""The pages of runs and experiments put together: one run, what can be done with it, its pairs; experiments.

Feeds ``site``, after the pages whose addresses are written out (``/runs/new``).
"""

from fastapi import APIRouter

from app.runner.web import (
    compare_page,
    experiment_actions,
    experiment_new,
    experiment_pages,
    pair_pages,
    run_actions,
    run_page,
)
from app.runner.web.page import Pages


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()
    for part in (
        compare_page,
        experiment_new,
        experiment_actions,
        experiment_pages,
        run_actions,
        pair_pages,
        run_page,
    ):
        router.include_router(part.routes(pages))
    return router
