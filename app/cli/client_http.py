"""The plain client of cj's admin API; that of the runner is ``runner_client``."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from app.errors import AppError, Conflict, InvalidInput, Unavailable, UpstreamRefused

FINAL = frozenset({"completed", "completed_partial", "failed", "timed_out", "cancelled"})
Json = dict[str, Any]


class ApiClient:
    """Speaks to one base URL; raises ``Unavailable`` or ``UpstreamRefused`` with one clear sentence."""

    def __init__(self, base_url: str, *, token: str | None = None, timeout_s: float = 60.0) -> None:
        self.base_url, self.token = base_url, token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self._http = httpx.Client(base_url=base_url, timeout=timeout_s, headers=headers)
        except httpx.InvalidURL as error:
            raise InvalidInput(f"{base_url} is no address of a service: {error}") from error

    def __enter__(self) -> "ApiClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str) -> Json:
        """Return the JSON object at ``path``."""
        return self._json(self._send("GET", path))

    def post(self, path: str, body: Mapping[str, object]) -> Json:
        """Post ``body`` as JSON; return the answer."""
        return self._json(self._send("POST", path, json=dict(body)))

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self._http.base_url} does not answer ({type(error).__name__}); is the service running?"
            ) from error
        if response.is_success:
            return response
        raise kind_of(response.status_code)(_explain(response))

    @staticmethod
    def _json(response: httpx.Response) -> Json:
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise UpstreamRefused(
                f"{response.url} answered something that is no JSON object; is it the right service?"
            )
        return body


def kind_of(status: int, code: str = "") -> type[AppError]:
    """Return the class of our family for a code, else for a status, else whether trying again can help."""
    family = [kind for kind in AppError.__subclasses__() if kind.__module__ == AppError.__module__]
    by_code = {kind.code: kind for kind in family}
    by_status = {kind.status: kind for kind in family if kind.status not in {409, 500}} | {409: Conflict}
    usual = Unavailable if status in {429, 503, 504} else UpstreamRefused
    return by_code.get(code) or by_status.get(status) or (InvalidInput if status == 400 else usual)


def _explain(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return f"status {response.status_code}: {response.text[:300]}"
    if not isinstance(problem, dict):
        return f"status {response.status_code}: {response.text[:300]}"
    if isinstance(problem.get("error"), dict):
        return f"status {response.status_code}: {problem['error'].get('message')}"
    fields = "; ".join(f"{item['field']}: {item['message']}" for item in problem.get("errors", []))
    return f"status {response.status_code}: {fields or problem.get('detail') or problem}"
