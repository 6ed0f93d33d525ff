"""The page that says whether all that runs need is there, and what to do about what is not."""

from fastapi import APIRouter, Request, Response

from app.runner.api.preflight import found_now
from app.runner.web.page import Pages


def routes(pages: Pages) -> APIRouter:
    """Return the page."""
    router = APIRouter()

    @router.get("/preflight")
    async def preflight(request: Request) -> Response:
        return pages.show(request, "preflight.html", found=await found_now(pages.parts))

    return router
