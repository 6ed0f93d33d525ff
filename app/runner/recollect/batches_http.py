"""cj's batches as the runner asks for them: what became of one, its comparisons, scores and grades, over HTTP.

Feeds ``told``, which makes of the answers what would have come by Kafka. A cj without these routes is told apart
from one that does not know the batch.
"""

from collections.abc import Callable
from typing import TypeVar

import pydantic

from app.contracts.cj_batches import BatchPage, BatchView, PairPage, ProjectionList, ScoreList
from app.edge.client_http import HttpClient, excerpt
from app.errors import AppError, Unauthorized, UpstreamRefused

PAGE = 200
NO_ROUTE = frozenset({404, 405, 501})
Shape = TypeVar("Shape", bound=pydantic.BaseModel)


class NotOffered(AppError):
    """This cj does not show its batches: nothing can be learned from it but by its messages."""

    code = "cj_shows_no_batches"
    status = 502
    title = "cj shows no batches"
    way_out = "Wait for cj's messages: this cj has no routes by which a lost one could be collected."


class UnknownBatch(AppError):
    """cj shows its batches, and this one is not among them."""

    code = "batch_unknown_to_cj"
    status = 502
    title = "cj does not know the batch"
    way_out = "Look whether the run's request reached cj; retry the run if it never did."


class Batches:
    """cj's batches; ``token`` gives a bearer token for each call.

    Every call raises ``Unavailable``, ``Unauthorized``, ``UpstreamRefused``, ``NotOffered`` or ``UnknownBatch``.
    """

    def __init__(self, client: HttpClient, base_url: str, token: Callable[[], str]) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/api/v1/batches"
        self._token = token

    async def view(self, batch_uuid: str) -> BatchView:
        """Return what a batch is doing."""
        found = await self._get(f"/{batch_uuid}", BatchView, absent=NO_ROUTE)
        if found is None:
            raise await self._unknown(batch_uuid)
        return found

    async def pairs(self, batch_uuid: str, after: int) -> PairPage:
        """Return the next comparisons of a batch after the one with this number."""
        found = await self._get(f"/{batch_uuid}/pairs?limit={PAGE}&after={after}", PairPage, absent=NO_ROUTE)
        if found is None:
            raise NotOffered("cj does not show the comparisons of its batches: only its messages tell them")
        return found

    async def scores(self, batch_uuid: str) -> ScoreList | None:
        """Return ranks and scores, None where there are none."""
        return await self._get(f"/{batch_uuid}/scores", ScoreList, absent=NO_ROUTE | {409})

    async def projections(self, batch_uuid: str) -> ProjectionList | None:
        """Return grades, None where there are none."""
        return await self._get(f"/{batch_uuid}/projections", ProjectionList, absent=NO_ROUTE | {409})

    async def _unknown(self, batch_uuid: str) -> AppError:
        if await self._get("?limit=1", BatchPage, absent=NO_ROUTE) is None:
            return NotOffered("cj does not show its batches (no GET /api/v1/batches): only its messages tell them")
        return UnknownBatch(f"cj knows no batch {batch_uuid}: its request may not have been read yet")

    async def _get(self, place: str, shape: type[Shape], *, absent: frozenset[int]) -> Shape | None:
        headers = {"Authorization": f"Bearer {self._token()}"}
        response = await self._client.call("GET", f"{self._url}{place}", headers=headers)
        if response.status_code in absent:
            return None
        if response.status_code in {401, 403}:
            raise Unauthorized(f"cj refused our token (status {response.status_code}): check JWT_SECRET_KEY")
        if response.status_code != 200:
            raise self._client.refused(response, "show the batch")
        try:
            return shape.model_validate(response.json())
        except (pydantic.ValidationError, ValueError) as error:
            raise UpstreamRefused("cj's answer cannot be read", quoted=excerpt(response)) from error
