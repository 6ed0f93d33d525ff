"""One attempt at a webhook: to the address that was checked, under the name that was asked for, and no further.

Fed by ``deliver``; feeds ``record``. Redirects are not followed, proxies of the environment not used, and of an
answer no more is read than the log keeps.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx

from app import __version__
from app.runner.webhooks.guard_http import Guard, Refused, Target

BODY_BYTES = 1024
CONNECT_S = 5.0
"""How long one address is tried before the next one is."""
BODY_S = 1.0
"""How long the body of an answer is waited for once its status is known."""


@dataclass(frozen=True)
class Answer:
    """What an attempt brought: a status with the start of its body, or why there is none."""

    ms: int
    status_code: int | None = None
    error: str | None = None
    body: str | None = None
    retry_after: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether the receiver took it."""
        return self.status_code is not None and 200 <= self.status_code < 300


class Pinned(httpx.AsyncBaseTransport):
    """Connects to a checked address; name, certificate and ``Host`` stay those of the URL.

    A connection serves one request: two names on one address must not share it.
    """

    def __init__(self, guard: Guard, verify: ssl.SSLContext) -> None:
        self._guard = guard
        never = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=never, http2=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send to the first checked address that takes a connection; raises ``Refused``."""
        target = self._guard.read(str(request.url))
        failed: httpx.TransportError | None = None
        for address in await self._guard.addresses(target.host, target.port):
            try:
                return await self._inner.handle_async_request(_to(request, target, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed or httpx.ConnectError("no address")

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


def _to(request: httpx.Request, target: Target, address: str) -> httpx.Request:
    extensions = dict(request.extensions) | {"sni_hostname": target.host}
    url = request.url.copy_with(host=address)
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=extensions
    )


class Sender:
    """Makes attempts; one for a process."""

    def __init__(self, client: httpx.AsyncClient, timeout_s: float) -> None:
        self._client = client
        self._timeout_s = timeout_s

    async def send(self, url: str, payload: str, headers: Mapping[str, str]) -> Answer:
        """Return what came of posting ``payload``; takes no longer than the time that is allowed in all."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._post(url, payload, headers)
        except TimeoutError:
            answer = Answer(0, error=f"no answer within {self._timeout_s:g} s")
        except Refused as error:
            answer = Answer(0, error=f"the address {error}"[:200])
        except httpx.HTTPError as error:
            answer = Answer(0, error=_cause(error))
        ms = round((time.monotonic() - began) * 1000)
        return Answer(ms, answer.status_code, answer.error, answer.body, answer.retry_after)

    async def _post(self, url: str, payload: str, headers: Mapping[str, str]) -> Answer:
        async with self._client.stream("POST", url, content=payload.encode(), headers=dict(headers)) as response:
            start = await _start_of(response)
            error = "redirects are not followed" if 300 <= response.status_code < 400 else None
            return Answer(0, response.status_code, error, start, response.headers.get("Retry-After"))


async def _start_of(response: httpx.Response) -> str:
    """Return the start of a body, as text that can be stored; the rest is not read."""
    found = b""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(BODY_S):
            async for chunk in response.aiter_raw():
                found += chunk[: BODY_BYTES - len(found)]
                if len(found) >= BODY_BYTES:
                    break
    return found.decode("utf-8", "replace").replace("\x00", "\ufffd")


def _cause(error: httpx.HTTPError) -> str:
    """Return what went wrong without the address, which may hold a secret."""
    certificate = "certificate" in str(error).lower()
    return "the certificate is not valid for the name" if certificate else type(error).__name__


@asynccontextmanager
async def sender(guard: Guard, timeout_s: float, verify: ssl.SSLContext) -> AsyncIterator[Sender]:
    """Yield a sender with its client."""
    headers = {"User-Agent": f"cj-runner-webhooks/{__version__}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(
        transport=Pinned(guard, verify),
        headers=headers | {"Accept": "*/*", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield Sender(client, timeout_s)
