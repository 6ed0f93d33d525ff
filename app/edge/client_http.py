"""The client towards neighbours over HTTP: bounded retries, and errors in our own words."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import orjson
import stamina

from app.errors import AppError, Unavailable, UpstreamRefused
from app.telemetry import tracing
from app.telemetry.context import names_for_neighbours
from app.telemetry.printable import printable
from app.telemetry.run_names import HEADER

RETRY_STATUS = frozenset({408, 429, 500, 502, 503, 504})
MESSAGES = ("detail", "message", "error_message", "title")
"""Where error objects have their sentence."""
REPEATED = 24
"""So many characters that are also in the request's body are no chance."""
_ESCAPES = re.compile(r"\\(?:[nrtbf]|u[0-9a-fA-F]{4})")
_WORDS = re.compile(r"\W+")


class HttpClient:
    """Calls one neighbour; ``name`` is what error messages call it.

    Every call that goes through here may be repeated: use it for calls that the neighbour
    recognises when they come twice. One that is not ``ours`` hears neither what a call is about nor its trace.
    """

    def __init__(self, client: httpx.AsyncClient, name: str, *, attempts: int = 4, ours: bool = True) -> None:
        self._client = client
        self._name = name
        self._attempts = attempts
        self._ours = ours

    async def call(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the response whatever its status below 500 (but 408 and 429, which are tried again).

        Raises ``Unavailable`` when the neighbour does not answer, or only with time-outs and faults.
        """
        body = content if json is None else orjson.dumps(json)
        sent = dict(headers or {})
        if self._ours and (names := names_for_neighbours()) is not None:
            sent[HEADER] = names
        if json is not None:
            sent["Content-Type"] = "application/json"
        async for attempt in stamina.retry_context(
            on=Unavailable, attempts=self._attempts, wait_initial=0.1, wait_max=2.0, timeout=30.0
        ):
            with attempt:
                return await self._once(method, url, body, sent)
        raise Unavailable(f"{self._name} does not answer")  # pragma: no cover - the loop returns or raises

    async def _once(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> httpx.Response:
        with tracing.span(method, kind="client", attributes=asked(method, url)) as opened:
            trace = opened.carried() if self._ours else {}
            try:
                response = await self._client.request(method, url, content=body, headers=headers | trace)
            except httpx.HTTPError as error:
                opened.fail(type(error).__name__)
                raise Unavailable(f"{self._name} does not answer at {url} ({type(error).__name__})") from error
            opened.note({"http.response.status_code": response.status_code})
            if response.status_code >= 400:
                opened.fail(str(response.status_code))
        if response.status_code in RETRY_STATUS:
            said = f"{self._name} answered {response.status_code} at {url}"
            raise Unavailable(said, quoted=excerpt(response))
        return response

    def refused(self, response: httpx.Response, what: str) -> AppError:
        """Return the error for an answer that is not the expected one."""
        said = f"{self._name} refused to {what}: status {response.status_code}"
        return UpstreamRefused(said, quoted=excerpt(response))


def asked(method: str, url: str, *, with_path: bool = True) -> tracing.Attributes:
    """Return what the span of a request says of it: no query, which may hold a secret."""
    if not tracing.is_on():
        return {}
    parsed = httpx.URL(url)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    path = parsed.path if with_path else "/REDACTED"
    return {
        "http.request.method": method,
        "server.address": parsed.host,
        "server.port": port,
        "url.full": f"{parsed.scheme}://{parsed.host}:{port}{path}",
    }


def excerpt(response: httpx.Response, limit: int = 200) -> str:
    """Return what an answer says of itself, as one short line that can be shown to whose request it was.

    An error object is read by its own message; words of the request, which may be an essay's, are left out.
    """
    text = " ".join(printable(_message(response)[: 4 * limit], keep="\n\t").split())[:limit]
    return "(it repeats what it was sent)" if _repeats(text, response) else text


def _message(response: httpx.Response) -> str:
    try:
        told = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return response.text
    error = told.get("error", told) if isinstance(told, dict) else None
    found = [error.get(key) for key in MESSAGES] if isinstance(error, dict) else [error]
    return next((text for text in found if isinstance(text, str) and text), response.text)


def _repeats(text: str, response: httpx.Response) -> bool:
    """Return whether some words in a row are also in the request's body."""
    if len(text) < REPEATED:
        return False
    sent = _WORDS.sub(" ", _plain(response.request.content.decode("utf-8", "replace")))
    said = _WORDS.sub(" ", _plain(text))
    return any(said[start : start + REPEATED] in sent for start in range(len(said) - REPEATED + 1))


def _plain(text: str) -> str:
    return _ESCAPES.sub(" ", text)


@asynccontextmanager
async def http_client(
    name: str, *, timeout_s: float, connections: int = 32, attempts: int = 4, ours: bool = True
) -> AsyncIterator[HttpClient]:
    """Yield a client with pooled connections that does not follow redirects."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(timeout=timeout_s, limits=limits, follow_redirects=False) as client:
        yield HttpClient(client, name, attempts=attempts, ours=ours)
