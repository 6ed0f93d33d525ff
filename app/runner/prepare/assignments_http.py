"""cj as the runner uses it: assignments and anchors, over HTTP."""

from collections.abc import Callable
from typing import Literal

import pydantic

from app.contracts.cj_http import AnchorRegistration, AssessmentInstructions, EngineOffer
from app.edge.client_http import HttpClient, excerpt
from app.errors import AppError, NotFound, Unauthorized, UpstreamRefused

Heard = Literal["stopped", "unknown", "unsupported", "refused"]
"""What cj makes of a cancellation: ``stopped`` (or ended already), no such batch, no such route, or a refusal."""


class Assignments:
    """cj's assignments and anchors; ``token`` gives a bearer token for each call."""

    def __init__(self, client: HttpClient, base_url: str, token: Callable[[], str]) -> None:
        self._client = client
        self._url = base_url.rstrip("/")
        self._token = token

    async def get(self, assignment_id: str) -> AssessmentInstructions:
        """Return an assignment; raises ``NotFound``, ``Unauthorized``, ``Unavailable``, ``UpstreamRefused``."""
        url = f"{self._url}/admin/v1/assessment-instructions/assignment/{assignment_id}"
        response = await self._client.call("GET", url, headers=self._headers())
        if response.status_code == 404:
            raise NotFound(f"cj knows no assignment {assignment_id}: register it first")
        if response.status_code in {401, 403}:
            raise _no_entry(response.status_code)
        if response.status_code != 200:
            raise self._client.refused(response, "show the assignment")
        try:
            return AssessmentInstructions.model_validate(response.json())
        except (pydantic.ValidationError, ValueError) as error:
            raise UpstreamRefused("cj's assignment cannot be read", quoted=excerpt(response)) from error

    async def register(self, anchor: AnchorRegistration) -> None:
        """Register an anchor; the same one again changes nothing."""
        url = f"{self._url}/api/v1/anchors/register"
        response = await self._client.call("POST", url, json=anchor.model_dump(), headers=self._headers())
        if response.status_code != 201:
            raise self._refusal(response.status_code, anchor.anchor_label or anchor.grade, excerpt(response))

    async def offer(self) -> EngineOffer | None:
        """Return what cj can do beyond the platform's contract; None for an engine that has no such route.

        Raises ``Unauthorized``, ``Unavailable``.
        """
        response = await self._client.call("GET", f"{self._url}/api/v1/offer", headers=self._headers())
        if response.status_code in {401, 403}:
            raise _no_entry(response.status_code)
        try:
            return EngineOffer.model_validate(response.json()) if response.status_code == 200 else None
        except ValueError:
            return None

    async def cancel(self, bos_batch_id: str) -> Heard:
        """Tell cj to stop a batch; telling it again changes nothing. Raises ``Unavailable``.

        A cj without such a route, or that knows no such batch, is no error: the answer says so.
        """
        url = f"{self._url}/api/v1/batches/{bos_batch_id}/cancel"
        status = (await self._client.call("POST", url, headers=self._headers())).status_code
        if 200 <= status < 300 or status == 409:
            return "stopped"
        if status == 404:
            return "unknown"
        return "unsupported" if status == 405 else "refused"

    @staticmethod
    def _refusal(status: int, label: str, body: str) -> AppError:
        return UpstreamRefused(f"cj refused anchor {label}: status {status}", quoted=body)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token()}"}


def _no_entry(status: int) -> Unauthorized:
    return Unauthorized(f"cj refused our token (status {status}): check HULEEDU_ADMIN_TOKEN")
