"""The gateway as cj uses it: many comparisons in one call, asked for or taken back."""

from collections.abc import Sequence
from uuid import UUID

import pydantic

from app.contracts.llm_http import BatchItem, ComparisonBatchResponse, ComparisonRequest
from app.edge.client_http import HttpClient
from app.errors import UpstreamRefused

NOT_OFFERED = frozenset({404, 405, 501})


class Gateway:
    """Asks for verdicts; a comparison may be asked for again under the same id."""

    def __init__(self, client: HttpClient, base_url: str) -> None:
        self._client = client
        self._url = base_url.rstrip("/").removesuffix("/api/v1") + "/api/v1/comparisons"

    async def ask(self, wanted: Sequence[ComparisonRequest]) -> list[BatchItem]:
        """Return one answer each, in order; raises ``Unavailable`` or ``UpstreamRefused``."""
        body = {"comparisons": [request.model_dump(mode="json") for request in wanted]}
        response = await self._client.call("POST", self._url, json=body)
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
        response = await self._client.call("POST", f"{self._url}/cancel", json=body)
        if response.status_code in NOT_OFFERED:
            return False
        if response.status_code >= 300:
            raise self._client.refused(response, "take back comparisons")
        return True
