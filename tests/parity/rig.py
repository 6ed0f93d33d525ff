"""A real gateway process with a mock profile, its callbacks from the real broker, its metrics as it shows them."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.contracts.topics import Topic
from app.edge.tokens import service_token
from app.messaging.kafka import consuming
from app.roles.stack import Plan, Stack
from app.settings import AuthSettings, KafkaSettings
from tests.integration.parts import Json

BUNDLE = 8
QUICK = {"LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "5", "LLM_PROVIDER_SERVICE_MOCK_JITTER_MS": "5"}
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass(frozen=True)
class Metrics:
    """What the gateway's metrics gained between two looks, and what they show at the second."""

    before: Samples
    after: Samples

    def total(self, name: str, **labels: str) -> float:
        """Return the gain of all samples of ``name`` with these labels."""
        return sum(value for _, value in self._gained(name, labels))

    def by_label(self, name: str, label: str, **labels: str) -> dict[str, float]:
        """Return the gains that are not zero, by one label."""
        found: dict[str, float] = defaultdict(float)
        for of_sample, value in self._gained(name, labels):
            if value:
                found[of_sample[label]] += value
        return found

    def now(self, name: str, **labels: str) -> float:
        """Return the present value of a gauge."""
        return self.after[name, frozenset(labels.items())]

    def highest_bucket(self, name: str, **labels: str) -> float:
        """Return the upper bound of the highest bucket of a histogram that gained something."""
        gained = {float(of["le"]): value for of, value in self._gained(name, labels)}
        return min(bound for bound, value in gained.items() if value == max(gained.values()))

    def _gained(self, name: str, labels: Mapping[str, str]) -> Iterator[tuple[dict[str, str], float]]:
        for (sample, of_sample), value in self.after.items():
            if sample == name and frozenset(labels.items()) <= of_sample:
                yield dict(of_sample), value - self.before.get((sample, of_sample), 0.0)


@dataclass(frozen=True)
class Answers:
    """The callbacks of some requests, in the order in which they were asked, and what the metrics gained."""

    asked: Sequence[Json]
    callbacks: Sequence[Json]
    metrics: Metrics


class Rig:
    """Asks one running gateway; ``hint`` is the batching mode that requests ask for."""

    def __init__(self, stack: Stack, hint: str | None = None, *, full: bool) -> None:
        secret = (Path(stack.plan.data_dir) / "jwt_secret").read_text()
        auth = AuthSettings(jwt_secret_key=SecretStr(secret), admin_token=None)
        self.headers = {"Authorization": f"Bearer {service_token(auth, 'parity')}"}
        self.url, self.full, self._hint = stack.plan.url("gateway"), full, hint
        self._kafka = KafkaSettings(bootstrap_servers=stack.plan.kafka_bootstrap)

    async def mode(self) -> str | None:
        """Return the mode that the gateway says it is in."""
        async with httpx.AsyncClient(base_url=self.url) as http:
            mode: str | None = (await http.get("/admin/mock-mode")).json()["mock_mode"]
        return mode

    async def switch(self, mode: str) -> None:
        """Put the running gateway into another mode."""
        async with httpx.AsyncClient(base_url=self.url, headers=self.headers) as http:
            answer = await http.put("/admin/mock-mode", json={"mock_mode": mode})
            assert answer.status_code == 200, answer.text

    async def ask(
        self, load: Sequence[Json], model: str, *, within_s: float, counted: Callable[[Metrics], bool] = bool
    ) -> Answers:
        """Ask for all verdicts; wait for all callbacks, and until the metrics, which move later, have ``counted``.

        Fails where that takes longer than ``within_s``.
        """
        asked = [self._request(item, model) for item in load]
        async with httpx.AsyncClient(base_url=self.url, headers=self.headers) as http, asyncio.timeout(within_s):
            before = await _samples(http)
            posted = [await http.post("/api/v1/comparison", json=request) for request in asked]
            assert [answer.status_code for answer in posted] == [202] * len(asked), posted[0].text
            found = await self._callbacks({request["correlation_id"] for request in asked})
            metrics = await _settled(http, before, len(asked), counted)
        return Answers(asked, [found[request["correlation_id"]] for request in asked], metrics)

    def _request(self, item: Json, model: str) -> Json:
        hint = {} if self._hint is None else {"cj_llm_batching_mode": self._hint}
        return {
            "callback_topic": Topic.COMPARISON_RESULT,
            "correlation_id": str(uuid4()),
            "llm_config_overrides": {"provider_override": "mock", "model_override": model},
            **item,
            "metadata": {"bos_batch_id": "parity", **hint, **item.get("metadata", {})},
        }

    async def _callbacks(self, wanted: set[str]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        topics = [Topic.COMPARISON_RESULT]
        async with consuming(self._kafka, f"parity-{uuid4().hex}", topics) as consumer:
            while wanted - set(found):
                for record in await consumer.poll(timeout_s=0.5, limit=500):
                    data = orjson.loads(record.value)["data"]
                    if data["correlation_id"] in wanted:
                        assert data["correlation_id"] not in found, "a second callback"
                        found[data["correlation_id"]] = data
        return found


async def _samples(http: httpx.AsyncClient) -> Samples:
    text = (await http.get("/metrics")).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _settled(
    http: httpx.AsyncClient, before: Samples, count: int, counted: Callable[[Metrics], bool]
) -> Metrics:
    while True:
        metrics = Metrics(before, await _samples(http))
        if metrics.total("llm_provider_comparison_callbacks_total") >= count and counted(metrics):
            return metrics


@contextmanager
def gateway(plan: Plan, extra: Mapping[str, str]) -> Iterator[Stack]:
    """Yield the stack of a plan of which only the gateway runs."""
    settings = {
        "QUEUE_PROCESSING_MODE": "serial_bundle",
        "SERIAL_BUNDLE_MAX_REQUESTS_PER_CALL": str(BUNDLE),
        "BATCH_API_MODE": "opportunistic",
        "BATCH_API_GATHER_S": "0.2",
        "BATCH_API_POLL_S": "0.2",
    }
    environment = {f"LLM_PROVIDER_SERVICE_{name}": value for name, value in settings.items()}
    stack = Stack(plan, environment | dict(extra))
    try:
        stack.migrate()
        stack.start(["gateway"])
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()
