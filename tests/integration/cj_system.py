"""Content, gateway and engine put together on one database for tests; messages are carried over by hand."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy import select

from app.cj import collect, finish, intake, prepare, send, waves
from app.cj.api.app import build as build_cj
from app.cj.gateway_http import Gateway
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.cj.tables import batches, messages
from app.content.api import build as build_content
from app.contracts.cj_events import AssessmentResultEnvelope
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.edge.tokens import service_token
from app.errors import AppError
from app.gateway.api.app import build as build_gateway
from app.gateway.parts import Parts as GatewayParts
from app.gateway.providers.mock import MockJudge
from app.gateway.tables import QUEUE_CHANNEL
from app.gateway.tables import messages as gateway_messages
from app.gateway.work import Worker
from app.settings import AuthSettings, CJSettings, ContentSettings, GatewaySettings
from tests.integration.parts import Clock, Json, deliver, in_process, neighbour, sent

AUTH = AuthSettings(jwt_secret_key=SecretStr("a secret that is long enough for the tests"), admin_token=None)
STAGES = {
    BatchState.RECEIVED: prepare.prepare,
    BatchState.SENDING: send.send,
    BatchState.SCORING: waves.score,
}
LEVELS = [
    "i dont know becaus he have it. it is good. i like it. " * 4,
    "My brother have a dog and it is nice. We walk with him every day and he likes it very much. " * 2,
    "I think that my grandmother is kind because she helps everybody, even when she is tired. " * 2,
    "Although nobody noticed it, the referee quietly apologised; consequently the crowd forgave her decision. "
    * 2,
]


class System:
    """Content, gateway and engine on one database; messages are carried over by hand."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url, self.clock = database, url, Clock()
        self.stack = AsyncExitStack()
        self.delivered = 0

    async def open(self, settings: CJSettings) -> None:
        gateway = GatewaySettings()
        judges = {"mock": MockJudge(gateway)}
        enter = self.stack.enter_async_context
        self.content = await enter(in_process(build_content(self.database, ContentSettings()), "http://content"))
        gateway_parts = GatewayParts(self.database, judges, gateway, self.clock, AUTH)
        asked = await enter(in_process(build_gateway(gateway_parts)))
        self.parts = Parts(
            self.database,
            ContentStore(neighbour(self.content, "content"), "http://content/v1/content"),
            Gateway(neighbour(asked, "gateway"), "http://gateway", lambda: service_token(AUTH, "cj")),
            settings,
            "system prompt",
            self.clock,
        )
        self.worker = Worker(gateway_parts)
        self.http = await enter(in_process(build_cj(self.parts, AUTH)))
        self.http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
        self.intake, self.collect = intake.route(settings, self.clock), collect.route(self.clock)

    async def keep(self, text: str) -> str:
        return str((await self.content.post("/v1/content", content=text.encode())).json()["storage_id"])

    async def request(self, texts: list[str], **changes: Any) -> Json:
        refs = [{"essay_id": f"e{i}", "text_storage_id": await self.keep(text)} for i, text in enumerate(texts)]
        batch_uuid, now = str(uuid4()), self.clock().isoformat()
        data = {
            "entity_id": batch_uuid,
            "timestamp": now,
            "system_metadata": {"timestamp": now},
            "essays_for_cj": refs,
            "language": "en",
            "course_code": "ENG5",
            "user_id": "u",
            "llm_config_overrides": {"provider_override": "mock", "model_override": "latent"},
        } | changes.pop("data", {})
        return {
            "event_id": str(uuid4()),
            "event_type": "x",
            "event_timestamp": now,
            "source_service": "tests",
            "correlation_id": str(uuid4()),
            "data": data,
            "metadata": {"max_comparisons": 24, "seed": 5, "stop_rule": "cap"} | changes,
        }

    async def step(self, *, twice: bool = False) -> bool:
        """Do the next step of every batch, then let the gateway answer; return whether anything was done."""
        async with self.database.transaction() as connection:
            due = [(row.id, BatchState(row.status)) for row in await connection.execute(select(batches))]
        stages = [(batch_id, STAGES[state]) for batch_id, state in due if state in STAGES]
        for batch_id, stage in stages:
            for _ in range(2 if twice else 1):
                try:
                    await stage(self.parts, batch_id)
                except AppError as error:
                    await finish.broken(self.parts, batch_id, error)
        return bool(stages) or await self.answer(twice=twice)

    async def answer(self, *, twice: bool = False) -> bool:
        async with Wakeup(self.url, QUEUE_CHANNEL) as wakeup:
            for _ in range(3):
                wakeup.wake()
                await self.worker.step(wakeup)
        async with self.database.transaction() as connection:
            every = await sent(connection, gateway_messages, Topic.COMPARISON_RESULT)
        fresh, self.delivered = every[self.delivered :], len(every)
        for _ in range(2 if twice else 1):
            await deliver(self.database, self.collect, *fresh)
        return bool(fresh)

    async def run(self, request: Json, *, twice: bool = False) -> None:
        await deliver(self.database, self.intake, request)
        for _ in range(60):
            if not await self.step(twice=twice):
                return
        raise AssertionError("the batch does not end")

    async def events(self, topic: Topic) -> list[Json]:
        async with self.database.transaction() as connection:
            return await sent(connection, messages, topic)

    async def result(self) -> Any:
        [raw] = await self.events(Topic.RESULT_PUBLISHED)
        return AssessmentResultEnvelope.model_validate(raw).data
