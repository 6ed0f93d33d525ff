"""The runner's API and worker steps with content and cj in process, for tests of a run's life."""

from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
from pydantic import SecretStr
from sqlalchemy import select

from app.cj.api.app import build as build_cj
from app.cj.gateway_http import Gateway
from app.cj.parts import Parts as CJParts
from app.content.api import build as build_content
from app.contracts.topics import Topic
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.edge.tokens import service_token
from app.errors import AppError, Unavailable
from app.runner import attend
from app.runner.collect import announced, verdicts
from app.runner.finish.conclude import finish
from app.runner.finish.write import Parts as FinishParts
from app.runner.prepare import stages
from app.runner.prepare.assignments_http import Assignments
from app.runner.prepare.recall import NotYetKnown, recall
from app.runner.recollect.batches_http import Batches
from app.runner.recollect.collect_missing import Parts as AskParts
from app.runner.runs import store
from app.runner.tables import messages, run_files
from app.settings import AuthSettings, CJSettings, ContentSettings
from tests.integration.parts import (
    Clock,
    Json,
    in_process,
    neighbour,
    runner_api,
    runner_settings,
    sent,
    upload,
)

AUTH = AuthSettings(jwt_secret_key=SecretStr("a secret that is long enough for the tests"), admin_token=None)
RULES = {"system_prompt": {"text": "be fair"}, "rubric": {"text": "weigh both"}}


class House:
    """The runner's API and worker steps, with content and cj in process."""

    def __init__(self, database: Database, files: Path) -> None:
        self.database, self.clock, self.files = database, Clock(), files
        self.stack = AsyncExitStack()

    async def open(self) -> None:
        enter = self.stack.enter_async_context
        self.api = await enter(runner_api(self.database, self.files, self.clock))
        content = await enter(in_process(build_content(self.database, ContentSettings()), "http://content"))
        url = "http://content/v1/content"
        cj = CJParts(
            self.database,
            ContentStore(neighbour(content, "content"), url),
            Gateway(neighbour(content, "gateway"), "http://gateway"),
            CJSettings(),
            "",
            self.clock,
        )
        self.cj = await enter(in_process(build_cj(cj, AUTH), "http://cj"))
        settings = runner_settings(self.files)
        self.parts = stages.Parts(
            self.database,
            Assignments(neighbour(self.cj, "cj"), "http://cj", lambda: service_token(AUTH, "tests")),
            ContentStore(neighbour(content, "content"), url),
            settings,
            self.clock,
        )
        self.ask_at(self.cj)
        self.finishing = FinishParts(self.database, settings, self.clock)
        self.verdicts = verdicts.route(self.clock, settings)
        self.completed, self.resulted, self.failed = announced.routes(self.clock, settings)
        self.package = (await upload(self.api)).json()["id"]

    def ask_at(self, cj: httpx.AsyncClient) -> None:
        """Let this cj be the one that is asked what it has for a run."""
        batches = Batches(neighbour(cj, "cj"), "http://cj", lambda: service_token(AUTH, "tests"))
        self.asking = AskParts(self.database, batches, self.parts.settings, self.clock)

    async def start(self, mode: str = "anchor-align-test", **changes: Any) -> Json:
        body = {
            "mode": mode,
            "batch_label": "label | x",
            "assets": {"package_id": self.package},
            "llm": {"provider": "mock", "model": "latent", "temperature": 0.0} | RULES,
            "budget": {"max_comparisons": 4},
            "design": {"seed": 3, "stop_rule": "cap", "batching_mode": "serial_bundle"},
        } | changes
        answer = await self.api.post("/v1/runs", json=body)
        assert answer.status_code == 202, answer.text
        run: Json = answer.json()
        return run

    async def prepare(self, run_id: str) -> None:
        try:
            await stages.prepare(self.parts, run_id)
        except AppError as error:
            await stages.broken(self.parts, run_id, error)

    def cj_answers(self, *statuses: int) -> list[str]:
        """Let cj answer with these statuses, the last again and again; return the list of what it is asked."""
        asked: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(f"{request.method} {request.url.path}")
            assert request.headers["Authorization"].startswith("Bearer ")
            return httpx.Response(statuses[min(len(asked), len(statuses)) - 1])

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        token = self.parts.assignments._token
        self.parts = replace(self.parts, assignments=Assignments(neighbour(client, "cj"), "http://cj", token))
        return asked

    async def work(self, run_id: str) -> Json:
        """Do what the worker does with a run in its present state; an error that may pass leaves it as it is."""
        status = (await self.show(run_id))["status"]
        with suppress(Unavailable, NotYetKnown):
            if status in {"accepted", "preparing"}:
                await self.prepare(run_id)
            elif status in {"published", "running"}:
                await attend.waiting(self.asking, self.parts, run_id)
            elif status == "cancelling":
                await recall(self.parts, run_id)
                await finish(self.finishing, run_id)
            elif status == "finishing":
                await attend.finishing(self.asking, self.finishing, run_id)
            else:
                await attend.ended(self.asking, self.finishing, run_id)
        return await self.show(run_id)

    async def published(self) -> list[Json]:
        async with self.database.transaction() as connection:
            return await sent(connection, messages, Topic.CJ_REQUESTED)

    async def show(self, run_id: str) -> Json:
        run: Json = (await self.api.get(f"/v1/runs/{run_id}")).json()
        return run

    async def artefact(self, run_id: str, revision: int | None = None) -> Json:
        """Return the artefact of a revision, by default of the latest, from the disk."""
        async with self.database.transaction() as connection:
            latest = (await store.get(connection, run_id)).revision
            wanted = select(run_files.c.path).where(
                run_files.c.run_id == run_id,
                run_files.c.revision == (latest if revision is None else revision),
                run_files.c.kind == "artefact",
            )
            path = (await connection.execute(wanted)).scalar_one()
        found: Json = orjson.loads((self.files / run_id / path).read_bytes())
        return found

    async def running(self) -> tuple[Json, list[str]]:
        """Return a published run and the ids of its essays."""
        run = await self.start()
        await self.prepare(run["id"])
        request = (await self.published())[-1]
        return run, [item["essay_id"] for item in request["data"]["essays_for_cj"]]

    def envelope(self, data: Json) -> Json:
        return {
            "event_id": str(uuid4()),
            "event_type": "whatever",
            "event_timestamp": self.clock().isoformat(),
            "source_service": "tests",
            "correlation_id": str(uuid4()),
            "data": data,
        }

    def verdict(self, run: Json, a: str, b: str, winner: str | None = "Essay A", **changes: Any) -> Json:
        now = self.clock().isoformat()
        error = {
            "error_code": "TIMEOUT",
            "message": "slow",
            "correlation_id": str(uuid4()),
            "timestamp": now,
            "service": "x",
            "operation": "y",
        }
        data = {
            "request_id": str(uuid4()),
            "correlation_id": str(uuid4()),
            "winner": winner,
            "justification": "because | of <this>",
            "confidence": 4.0,
            "error_detail": None if winner else error,
            "provider": "mock",
            "model": "latent",
            "token_usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
            "cost_estimate": 0.001,
            "requested_at": now,
            "completed_at": now,
            "request_metadata": {
                "essay_a_id": a,
                "essay_b_id": b,
                "bos_batch_id": run["batch_uuid"],
                "prompt_sha256": "a" * 64,
            },
        }
        return self.envelope(data | changes)

    def base(self, run: Json) -> Json:
        now = self.clock().isoformat()
        return {
            "entity_id": run["batch_uuid"],
            "timestamp": now,
            "system_metadata": {"timestamp": now},
            "cj_assessment_job_id": "7",
        }

    def completion(self, run: Json) -> Json:
        return self.envelope(self.base(run) | {"status": "completed_successfully"})

    def result(self, run: Json, ids: list[str], **facts: Any) -> Json:
        rows = [
            {
                "essay_id": essay_id,
                "normalized_score": 0,
                "letter_grade": "U",
                "confidence_score": 0,
                "confidence_label": "LOW",
                "bt_score": -float(rank),
                "rank": rank,
            }
            for rank, essay_id in enumerate(ids, start=1)
        ]
        now = self.clock().isoformat()
        more = {
            "batch_id": run["batch_uuid"],
            "model_used": "latent",
            "model_provider": "mock",
            "assessed_at": now,
        }
        return self.envelope(self.base(run) | more | {"essay_results": rows, "assessment_metadata": facts})

    async def finish(self, run_id: str) -> Json:
        await finish(self.finishing, run_id)
        return await self.show(run_id)
