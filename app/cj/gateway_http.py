"""The gateway as cj uses it: many comparisons in one call, asked for or taken back.

A gateway that takes comparisons only one by one, as the platform's own does, is asked one by one.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

import httpx
import pydantic
import structlog

from app.contracts.llm_http import (
    BatchItem,
    ComparisonBatchResponse,
    ComparisonRequest,
    FoundItem,
    FoundList,
    QueuedResponse,
)
from app.edge.client_http import HttpClient, excerpt
from app.errors import Unavailable, UpstreamRefused

log = structlog.get_logger(__name__)
NOT_OFFERED = frozenset({404, 405, 501})
ONE_REFUSED = frozenset({400, 409, 413, 422})
AT_ONCE = 8


class Gateway:
    """Asks for verdicts; a comparison may be asked for again under the same id.

    ``token`` makes the bearer token of each call; without it none is sent.
    """

    def __init__(self, client: HttpClient, base_url: str, token: Callable[[], str] | None = None) -> None:
        self._client = client
        self._token = token
        self._api = base_url.rstrip("/").removesuffix("/api/v1") + "/api/v1"
        self._one_by_one = False

    async def ask(self, wanted: Sequence[ComparisonRequest]) -> list[BatchItem]:
        """Return one answer each, in order; raises ``Unavailable`` or ``UpstreamRefused``."""
        if self._one_by_one:
            return await self._ask_one_by_one(wanted)
        body = {"comparisons": [request.model_dump(mode="json") for request in wanted]}
        response = await self._post(f"{self._api}/comparisons", body)
        if response.status_code in NOT_OFFERED:
            self._one_by_one = True
            log.info("gateway_takes_comparisons_one_by_one", status=response.status_code)
            return await self._ask_one_by_one(wanted)
        if response.status_code != 202:
            raise self._client.refused(response, "take comparisons")
        try:
            answer = ComparisonBatchResponse.model_validate(response.json())
        except (pydantic.ValidationError, ValueError) as error:
            raise UpstreamRefused("the gateway's answer cannot be read") from error
        if len(answer.items) != len(wanted):
            raise UpstreamRefused(f"the gateway answered {len(answer.items)} of {len(wanted)} comparisons")
        return answer.items

    async def withdraw(self, ids: Sequence[UUID]) -> bool:
        """Take back comparisons that have no verdict yet; return whether this gateway can do that.

        Raises ``Unavailable`` or ``UpstreamRefused``.
        """
        body = {"correlation_ids": [str(correlation_id) for correlation_id in ids]}
        response = await self._post(f"{self._api}/comparisons/cancel", body)
        if response.status_code in NOT_OFFERED:
            return False
        if response.status_code >= 300:
            raise self._client.refused(response, "take back comparisons")
        return True

    async def find(self, ids: Sequence[UUID]) -> list[FoundItem] | None:
        """Return what became of comparisons, one item each; None where this gateway does not tell.

        Raises ``Unavailable`` or ``UpstreamRefused``.
        """
        body = {"correlation_ids": [str(correlation_id) for correlation_id in ids]}
        response = await self._post(f"{self._api}/comparisons/find", body)
        if response.status_code in NOT_OFFERED:
            return None
        if response.status_code != 200:
            raise self._client.refused(response, "look up comparisons")
        try:
            items = FoundList.model_validate(response.json()).items
        except (pydantic.ValidationError, ValueError) as error:
            raise UpstreamRefused("the gateway's answer cannot be read") from error
        wanted = set(ids)
        return [item for item in items if item.correlation_id in wanted]

    async def _ask_one_by_one(self, wanted: Sequence[ComparisonRequest]) -> list[BatchItem]:
        """Ask each by itself, so that what was taken is known whatever becomes of the others."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def ask(index: int, request: ComparisonRequest) -> BatchItem:
            async with limit:
                try:
                    response = await self._post(f"{self._api}/comparison", request.model_dump(mode="json"))
                except Unavailable as error:
                    return BatchItem(
                        index=index, status="refused", error_code=error.code, error=error.detail, retryable=True
                    )
            return self._single(index, request, response)

        return await asyncio.gather(*(ask(index, request) for index, request in enumerate(wanted)))

    def _single(self, index: int, request: ComparisonRequest, response: httpx.Response) -> BatchItem:
        """Return the answer to one comparison; raises ``UpstreamRefused`` where no comparison would be taken."""
        if response.status_code == 202:
            try:
                queued = QueuedResponse.model_validate(response.json())
            except (pydantic.ValidationError, ValueError) as error:
                raise UpstreamRefused("the gateway's answer cannot be read") from error
            return BatchItem(
                index=index, correlation_id=request.correlation_id, queue_id=queued.queue_id, status="queued"
            )
        if response.status_code not in ONE_REFUSED:
            raise self._client.refused(response, "take a comparison")
        why = f"the gateway answered {response.status_code}: {excerpt(response)}"
        return BatchItem(index=index, status="refused", error_code="INVALID_REQUEST", error=why)

    async def _post(self, url: str, body: object) -> httpx.Response:
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token()}"}
        return await self._client.call("POST", url, json=body, headers=headers)
