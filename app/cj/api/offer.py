"""HTTP of the engine: what it can do beyond the platform's contract, so that callers need not guess."""

from fastapi import APIRouter
from fastapi.params import Depends as Dependency

from app.cj.design import Policy
from app.cj.parts import Parts
from app.contracts.cj_http import EngineOffer


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["batches"], dependencies=guarded)

    @router.get("/api/v1/offer", summary="Pairing policies, and the most comparisons of a batch")
    async def offer() -> EngineOffer:
        most = parts.settings.max_pairwise_comparisons
        return EngineOffer(pairing=[policy.value for policy in Policy], max_comparisons=most)

    return router
