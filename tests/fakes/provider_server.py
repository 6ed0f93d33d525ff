"""A fake of all providers on loopback that speaks the real HTTP of each, scripted request by request.

Use it like this::

    async with FakeProviders() as fake:
        judges = real_judges(fake.settings())           # all providers, with keys that the fake takes
        fake.next("openai", "rate_limited", Say("Essay B"))  # the next two answers; then Essay A, confidence 4
        await judges["openai"].judge(question)           # raises JudgeFailed(RATE_LIMITED)
        fake.seen("openai")[-1].json["model"]            # what was asked

An act is a scenario's name (``SCENARIOS``), a verdict (``Say``) or a whole ``Reply``. ``fake.decide`` may be
replaced by a function of (provider, request body) that returns an act, for answers that depend on the prompt.
Batch jobs wait in ``fake.jobs`` until the test ends them: ``fake.jobs["batch_1"].finish()``, ``.expire(done=2)``,
``.fail()``. ``cut_results_at`` cuts the download of their results. ``settings(llm_request_timeout=0.2)`` makes
the scenario ``timeout`` quick.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pydantic import SecretStr

from app.settings import ProviderSettings
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.fakes.provider_jobs import Job, Jobs
from tests.fakes.provider_replies import SCENARIOS, Act, Dialect, Json, Say, ok, reply

__all__ = ["KEYS", "PROVIDERS", "SCENARIOS", "Act", "FakeProviders", "Reply", "Say", "Seen"]

PROVIDERS = ("anthropic", "openai", "google", "openrouter", "local")
KEYS = {provider: f"sk-test-{provider}-0123456789abcdef" for provider in PROVIDERS}
_BASES = {
    "anthropic": "/anthropic",
    "openai": "/openai/v1",
    "google": "/google/v1beta/openai",
    "openrouter": "/openrouter/api/v1",
    "local": "/local/v1",
}
_DIALECTS: dict[str, Dialect] = {
    "/v1/messages": "anthropic",
    "/responses": "responses",
    "/chat/completions": "chat",
}


@dataclass(frozen=True)
class Seen:
    """One request that reached the fake."""

    provider: str
    method: str
    path: str
    headers: Mapping[str, str]
    json: Json = field(default_factory=dict)


def essay_a_wins(_provider: str, _body: Mapping[str, Any]) -> Act:
    """Decide for Essay A."""
    return Say()


class FakeProviders:
    """All providers at once; opened with ``async with``."""

    def __init__(self) -> None:
        self.decide: Callable[[str, Mapping[str, Any]], Act] = essay_a_wins
        self._jobs = Jobs(self._decided)
        self.jobs: dict[str, Job] = self._jobs.by_id
        self._scripts: dict[str, deque[Act]] = defaultdict(deque)
        self._all_seen: list[Seen] = []
        self.cut_results_at: int | None = None
        self._server = HttpServer(self._answer)

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._server.__aexit__(*error)

    def next(self, provider: str, *acts: Act) -> None:
        """Script the next answers of ``provider``, in this order; any request takes one, batch jobs' too."""
        self._scripts[provider].extend(acts)

    def seen(self, provider: str) -> list[Seen]:
        """Return the requests of ``provider`` so far, oldest first."""
        return [seen for seen in self._all_seen if seen.provider == provider]

    def forget(self) -> None:
        """Drop what was scripted and seen so far."""
        self._scripts.clear()
        self._all_seen.clear()
        self.decide = essay_a_wins

    def base_url(self, provider: str) -> str:
        """Return the base URL of ``provider`` as its SDK wants it."""
        return self._server.url + _BASES[provider]

    def settings(self, **overrides: Any) -> ProviderSettings:
        """Return settings with all providers set up to ask this server."""
        values: dict[str, Any] = {f"{name}_base_url": self.base_url(name) for name in PROVIDERS}
        values |= {f"{name}_api_key": SecretStr(key) for name, key in KEYS.items()}
        return ProviderSettings.model_validate(values | overrides)

    def _decided(self, provider: str, body: Mapping[str, Any]) -> Act:
        return self.decide(provider, body)

    async def _answer(self, request: Request) -> Reply:
        for provider, base in _BASES.items():
            if request.path.startswith(base + "/"):
                return self._route(provider, request, request.path.removeprefix(base))
        return Reply(404)

    def _route(self, provider: str, request: Request, path: str) -> Reply:
        is_json = "json" in request.headers.get("content-type", "")
        body = json.loads(request.body) if is_json and request.body else {}
        self._all_seen.append(Seen(provider, request.method, path, request.headers, body))
        dialect = _DIALECTS.get(path)
        if self._scripts[provider]:
            act = self._scripts[provider].popleft()
            return reply(act, dialect or ("anthropic" if provider == "anthropic" else "chat"), body)
        if not self._authorised(provider, request):
            return reply("unauthorized", "anthropic" if provider == "anthropic" else "chat", body)
        if dialect is not None:
            return reply(self.decide(provider, body), dialect, body)
        return self._other(provider, request, path)

    def _authorised(self, provider: str, request: Request) -> bool:
        key = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        return provider == "local" or key == KEYS[provider]

    def _other(self, provider: str, request: Request, path: str) -> Reply:
        if path.endswith(("/results", "/content")):
            return replace(self._job_call(request, path), cut_at=self.cut_results_at)
        if path.startswith(("/v1/messages/batches", "/files", "/batches")):
            return self._job_call(request, path)
        if path == "/key":
            return ok({"data": {"label": "test", "limit": None, "usage": 0}})
        if path.endswith("/models"):
            return ok(_models(provider))
        return Reply(404)

    def _job_call(self, request: Request, path: str) -> Reply:
        if path.startswith("/v1/messages/batches"):
            return self._jobs.anthropic(request, path, self.base_url("anthropic"))
        return self._jobs.openai(request, path)


def _models(provider: str) -> Json:
    if provider == "anthropic":
        model = {"id": "claude-haiku-4-5-20251001", "type": "model", "display_name": "Haiku"}
        model["created_at"] = "2025-10-01T00:00:00Z"
        return {"data": [model], "has_more": False, "first_id": None, "last_id": None}
    model = {"id": "a-model", "object": "model", "owned_by": "them"}
    return {"object": "list", "data": [model | {"created": 1_790_000_000}, model | {"created": 1_790_000_001}]}
