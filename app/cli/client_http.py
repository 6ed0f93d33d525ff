"""The client of the runner's REST API (and of cj's assignments) that every command uses."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from app.errors import InvalidInput, Unavailable, UpstreamRefused

FINAL = frozenset({"completed", "completed_partial", "failed", "timed_out", "cancelled"})
Json = dict[str, Any]
TOKEN, TOKEN_FILE = "CJ_RUNNER_TOKEN", "CJ_RUNNER_TOKEN_FILE"
WHAT_TO_DO = {
    401: f"set {TOKEN} (or {TOKEN_FILE}) to an API key or token of this service; "
    "its operator makes one with 'cj-runner api-keys create'",
    403: f"the credential in {TOKEN} may not do this: ask for one with the scope",
}


class ApiClient:
    """Speaks to one base URL; raises ``Unavailable`` or ``UpstreamRefused`` with one clear sentence.

    ``token`` is the credential; without it the runner's own is read from ``CJ_RUNNER_TOKEN`` or from the file that
    ``CJ_RUNNER_TOKEN_FILE`` names.
    """

    def __init__(self, base_url: str, *, token: str | None = None, timeout_s: float = 60.0) -> None:
        token = token or runner_token()
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

    def get_bytes(self, path: str) -> bytes:
        """Return the body at ``path`` as it is."""
        return self._send("GET", path).content

    def post(self, path: str, body: Mapping[str, object]) -> Json:
        """Post ``body`` as JSON; return the answer."""
        return self._json(self._send("POST", path, json=dict(body)))

    def upload_package(self, name: str, archive: bytes, *, min_text_characters: int) -> Json:
        """Upload a zip of essays; return the package."""
        files = {"file": (f"{name}.zip", archive, "application/zip")}
        data = {"name": name, "min_text_characters": str(min_text_characters)}
        return self._json(self._send("POST", "/v1/asset-packages", files=files, data=data))

    def watch(self, run_id: str, *, deadline_s: float, pause_s: float = 0.2) -> Iterator[Json]:
        """Yield the run again and again until it is final; raises ``Unavailable`` after the deadline."""
        end = time.monotonic() + deadline_s
        while True:
            run = self.get(f"/v1/runs/{run_id}")
            yield run
            if run["status"] in FINAL:
                return
            if time.monotonic() > end:
                raise Unavailable(f"run {run_id} is still {run['status']} after {deadline_s:.0f} s")
            time.sleep(pause_s)

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self._http.base_url} does not answer ({type(error).__name__}); is the service running?"
            ) from error
        if response.is_success:
            return response
        hint = WHAT_TO_DO.get(response.status_code)
        raise UpstreamRefused(f"{method} {path}: {_explain(response)}" + (f"; {hint}" if hint else ""))

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


def runner_token(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the credential for the runner that the environment names; raises ``InvalidInput``."""
    given, file = environment.get(TOKEN), environment.get(TOKEN_FILE)
    if given and file:
        raise InvalidInput(f"set {TOKEN} or {TOKEN_FILE}, not both")
    try:
        token = (Path(file).read_text(encoding="utf-8") if file else given or "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{TOKEN_FILE} names a file that cannot be read ({type(error).__name__})") from error
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidInput(f"{TOKEN_FILE if file else TOKEN} holds characters that no credential has")
    return token or None


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
