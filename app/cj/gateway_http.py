"""The gateway as cj uses it: many comparisons in one call, each accepted or refused by itself."""

from collections.abc import Callable, Sequence

import pydantic

from app.contracts.llm_http import BatchItem, ComparisonBatchResponse, ComparisonRequest
from app.edge.client_http import HttpClient
from app.errors import UpstreamRefused


class Gateway:
    """Asks for verdicts; a comparison may be asked for again under the same id.

    ``token`` makes the bearer token of each call; without it none is sent.
    """

    def __init__(self, client: HttpClient, base_url: str, token: Callable[[], str] | None = None) -> None:
        self._client = client
        self._token = token
        self._url = base_url.rstrip("/").removesuffix("/api/v1") + "/api/v1/comparisons"

    async def ask(self, wanted: Sequence[ComparisonRequest]) -> list[BatchItem]:
        """Return one answer each, in order; raises ``Unavailable`` or ``UpstreamRefused``."""
        body = {"comparisons": [request.model_dump(mode="json") for request in wanted]}
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token()}"}
        response = await self._client.call("POST", self._url, json=body, headers=headers)
        if response.status_code != 202:
            raise self._client.refused(response, "take comparisons")
        try:
            answer = ComparisonBatchResponse.model_validate(response.json())
        except (pydantic.ValidationError, ValueError) as error:
            raise UpstreamRefused("the gateway's answer cannot be read") from error
        if len(answer.items) != len(wanted):
            raise UpstreamRefused(f"the gateway answered {len(answer.items)} of {len(wanted)} comparisons")
        return answer.items
