"""The route that says whether everything is there that runs need, and what to do about what is not."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from app import __version__
from app.runner.api.parts import Parts
from app.runner.preflight.check import look_at_all


class ProbeView(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    severity: Literal["error", "warning"] = Field(description="How bad it is where it is not ok.")
    detail: str
    what_to_do: str | None = Field(description="null where it is ok.")
    ms: int = Field(description="How long looking took.")


class PreflightView(BaseModel):
    """What was found; ``ok`` unless something is wrong whose severity is error."""

    ok: bool
    warnings: int
    version: str
    checked_at: datetime
    checks: list[ProbeView]


def routes(parts: Parts) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1", tags=["preflight"])

    @router.get(
        "/preflight",
        summary="Whether all that runs need is there",
        description="Always 200 once it could look: what was found is in the body. For probes of an orchestrator "
        "there is `/readyz`. Nothing is kept, and no secret is shown.",
    )
    async def preflight(response: Response) -> PreflightView:
        response.headers["Cache-Control"] = "no-store"
        return await found_now(parts)

    return router


async def found_now(parts: Parts) -> PreflightView:
    """Return what looking at everything finds at this moment."""
    found = await look_at_all(parts.probes)
    return PreflightView(
        ok=all(item.ok or item.severity == "warning" for item in found),
        warnings=sum(not item.ok and item.severity == "warning" for item in found),
        version=__version__,
        checked_at=parts.clock(),
        checks=[ProbeView(**asdict(item)) for item in found],
    )
