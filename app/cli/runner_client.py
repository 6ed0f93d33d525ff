"""The runner as commands use it: the generated client, with our own errors, retries, long polls and streams.

Fed by commands; every operation of the API is one call of ``ask`` with a function of ``cj_runner_client``.
"""

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from types import TracebackType
from typing import IO, Any, TypeVar

import httpx
import orjson

from app.cli.client_http import FINAL, Json, kind_of
from app.cli.credential import WHAT_TO_DO, runner_token
from app.cli.retry_http import Retrying
from app.errors import AppError, FieldProblem, InvalidInput, Unavailable, UpstreamRefused
from cj_runner_client import AuthenticatedClient
from cj_runner_client.api.asset_packages import upload_asset_package
from cj_runner_client.api.runs import get_run
from cj_runner_client.models import BodyUploadAssetPackage, EventView, PackageView, Problem, Progress, RunView
from cj_runner_client.types import File, Response, Unset

Answer = TypeVar("Answer")
LONG_POLL_S = 20
STREAM_TRIES = 5
NOT_FOUND, NOBODY, BROKEN = 404, "there is no ", 500


class RunnerClient:
    """Speaks to one runner; raises our errors by what the service says, ``Unavailable`` if it says nothing.

    ``token`` is sent as a bearer token; without it the one that the environment names.
    ``client`` is what the functions of the generated client take.
    """

    def __init__(self, base_url: str, *, token: str | None = None, timeout_s: float = 60.0) -> None:
        self.base_url = base_url
        token = token or runner_token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self._http = httpx.Client(
                base_url=base_url,
                headers=headers,
                timeout=timeout_s,
                transport=Retrying(httpx.HTTPTransport()),
            )
        except httpx.InvalidURL as error:
            raise InvalidInput(f"{base_url} is no address of a service: {error}") from error
        self.client = AuthenticatedClient(base_url=base_url, token=token or "").set_httpx_client(self._http)

    def __enter__(self) -> "RunnerClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(
        self, operation: Callable[..., Response[Any]], kind: type[Answer], *path: object, **given: Any
    ) -> Answer:
        """Call ``sync_detailed`` of an operation; return its answer, which must be of ``kind``."""
        answer = self._answered(operation, *path, **given)
        if isinstance(answer.parsed, kind):
            return answer.parsed
        found = f"{answer.status_code} where a {kind.__name__} belongs"
        raise UpstreamRefused(f"{self.base_url} answered {found}; is it the right service?")

    def ask_bytes(self, operation: Callable[..., Response[Any]], *path: object, **given: Any) -> bytes:
        """Call ``sync_detailed`` of an operation; return the body of its answer as it is."""
        return self._answered(operation, *path, **given).content

    def ask_json(self, operation: Callable[..., Response[Any]], *path: object, **given: Any) -> Json:
        """Call ``sync_detailed`` of an operation; return the JSON object that it answers."""
        found: Json = orjson.loads(self.ask_bytes(operation, *path, **given))
        return found

    def raw(self, path: str, **query: str) -> bytes:
        """Return the body that a path answers, in whatever form; for forms that are no JSON."""
        try:
            answer = self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise Unavailable(f"{self.base_url} does not answer ({type(error).__name__})") from error
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, answer.content)
        return answer.content

    def save(self, path: str, file: IO[bytes]) -> None:
        """Write what a path answers into ``file``, piece by piece."""
        try:
            with self._http.stream("GET", path) as response:
                if response.status_code >= 400:
                    response.read()
                    raise _refusal(response.status_code, response.content)
                for piece in response.iter_bytes():
                    file.write(piece)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self.base_url} broke off while it sent {path} ({type(error).__name__})"
            ) from error

    def upload_package(self, name: str, archive: bytes, *, min_text_characters: int) -> PackageView:
        """Upload a zip of essays; return the package."""
        file = File(BytesIO(archive), f"{name}.zip", "application/zip")
        body = BodyUploadAssetPackage(file=[file], name=name, min_text_characters=min_text_characters)
        return self.ask(upload_asset_package.sync_detailed, PackageView, body=body)

    def watch(self, run_id: str, *, deadline_s: float, pause_s: float = 0.2) -> Iterator[RunView]:
        """Yield the run, and again each time that it changed, until it is final.

        Waits at the service (long poll) and rests ``pause_s`` between changes. Raises ``Unavailable`` after the
        deadline.
        """
        end, known, status = time.monotonic() + deadline_s, None, "unknown"
        while True:
            left = end - time.monotonic()
            wait = 0 if known is None else max(0, min(LONG_POLL_S, round(left)))
            asked: dict[str, Any] = {"wait": wait} | ({} if known is None else {"if_none_match": known})
            answer = self._answered(get_run.sync_detailed, run_id, **asked)
            known = answer.headers.get("etag")
            if isinstance(answer.parsed, RunView):
                yield answer.parsed
                status = answer.parsed.status
            if status in FINAL:
                return
            if time.monotonic() > end:
                raise Unavailable(f"run {run_id} is still {status} after {deadline_s:.0f} s")
            time.sleep(pause_s)

    def events(self, run_id: str, *, after: int = 0) -> Iterator[EventView]:
        """Yield the numbered events above ``after`` as they happen, until the run ends.

        A stream that breaks goes on where it was, up to five times in a row; then ``Unavailable`` is raised.
        """
        for told in self.follow(run_id, after=after):
            if isinstance(told, EventView):
                yield told

    def follow(self, run_id: str, *, after: int = 0) -> Iterator[EventView | Progress | None]:
        """Yield what ``events`` does, how far the run is in between, and None while there is no news."""
        failures = 0
        while failures < STREAM_TRIES:
            try:
                for told in self._stream(run_id, after):
                    failures, after = 0, told.number if isinstance(told, EventView) else after
                    yield told
            except httpx.HTTPError:
                failures += 1
                time.sleep(0.1 * 2**failures)
            else:
                run = self.ask(get_run.sync_detailed, RunView, run_id)
                if run.status in FINAL and not self._more(run_id, after):
                    return
        raise Unavailable(f"the events of run {run_id} break off again and again")

    def _more(self, run_id: str, after: int) -> bool:
        answer = self._http.get(
            f"/v1/runs/{run_id}/events", params={"after": after}, headers={"Accept": "application/json"}
        )
        return bool(answer.json().get("items"))

    def _stream(self, run_id: str, after: int) -> Iterator[EventView | Progress | None]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        with self._http.stream("GET", f"/v1/runs/{run_id}/events", headers=headers) as response:
            if response.status_code >= 400:
                response.read()
                raise _refusal(response.status_code, response.content)
            kind = ""
            for line in response.iter_lines():
                if line.startswith("event:"):
                    kind = line.removeprefix("event:").strip()
                elif line.startswith("data:") and kind:
                    shape = Progress if kind == "progress" else EventView
                    yield shape.from_dict(orjson.loads(line.removeprefix("data:")))
                    kind = ""
                elif line.startswith(":"):
                    yield None

    def _answered(self, operation: Callable[..., Response[Any]], *path: object, **given: Any) -> Response[Any]:
        try:
            answer = operation(*path, client=self.client, **given)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self.base_url} does not answer ({type(error).__name__}); is the service running?"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UpstreamRefused(
                f"{self.base_url} answered something that is not what its API promises; is it the right service?"
            ) from error
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, answer.content)
        return answer


def _refusal(status: int, body: bytes) -> AppError:
    """Return the error that a refusal stands for, by its code; of an unknown one by its status.

    Its notes say what people who look after the service ask for: code, status, request id.
    """
    try:
        problem = Problem.from_dict(orjson.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError):
        text = body[:300].decode(errors="replace")
        if status == NOT_FOUND:
            return UpstreamRefused("it answered 404, not in the words of a runner; is it the right service?")
        kind = Unavailable if status in {502, 503, 504} else UpstreamRefused
        return kind(f"status {status}: {text}{_hint(status, '')}")
    fields = [] if isinstance(problem.errors, Unset) else problem.errors
    problems = [FieldProblem(item.field, item.message) for item in fields]
    said = "; ".join(f"{item.field}: {item.message}" for item in problems) or problem.detail
    if status == BROKEN:
        said = (
            f"the service broke over this ({said.rstrip('.')}): tell its operator request id {problem.request_id}"
        )
    error = kind_of(status, problem.code)(f"{said}{_hint(status, said)}", problems=problems)
    error.add_note(f"the service answered {status} {problem.code}: {problem.way_out}")
    error.add_note(f"request id {problem.request_id}, problem type {problem.type_}")
    return error


def _hint(status: int, said: str) -> str:
    if status == NOT_FOUND and not said.startswith(NOBODY):
        return ""
    known = WHAT_TO_DO.get(status)
    return f"; {known}" if known is not None and known not in said else ""
