"""cj's API and the content store in process, and batches that lie in the database as the engine leaves them."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, insert, select

from app.cj.api.app import build as build_cj
from app.cj.gateway_http import Gateway
from app.cj.parts import Parts
from app.cj.tables import anchor_history, anchors, batches, comparisons, essays
from app.content.api import build as build_content
from app.content.tables import texts
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.edge.tokens import service_token
from app.settings import AuthSettings, CJSettings, ContentSettings
from tests.integration.parts import Clock, Json, in_process, neighbour

AUTH = AuthSettings(jwt_secret_key=SecretStr("a secret that is long enough for the tests"), admin_token=None)
INSTRUCTIONS = "/admin/v1/assessment-instructions"
LEGACY = "eng5_np_legacy_9_step"
ESSAY = "My grandmother taught me to mend nets, and to wait until the weather had made up its mind. " * 2
Win = tuple[int, int]


class Desk:
    """The API as an admin sees it: ``http`` carries a valid token."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock()
        self.stack = AsyncExitStack()

    async def open(self, content: FastAPI | None = None, **settings: Any) -> None:
        enter = self.stack.enter_async_context
        store = content or build_content(self.database, ContentSettings())
        self.content = await enter(in_process(store, "http://content"))
        self.parts = Parts(
            self.database,
            ContentStore(neighbour(self.content, "the content store"), "http://content/v1/content"),
            Gateway(neighbour(self.content, "the gateway"), "http://gateway"),
            CJSettings(**settings),
            "",
            self.clock,
        )
        self.app = build_cj(self.parts, AUTH)
        self.http = await enter(in_process(self.app, "http://cj"))
        self.http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"

    async def assignment(self, **changes: Any) -> str:
        name = str(uuid4())
        body = {"assignment_id": name, "instructions_text": "Weigh content and language.", "grade_scale": LEGACY}
        answer = await self.http.post(INSTRUCTIONS, json=body | changes)
        assert answer.status_code == 200, answer.text
        return name

    async def register(self, assignment_id: str, **changes: Any) -> httpx.Response:
        body = {"assignment_id": assignment_id, "grade": "B", "anchor_label": "one", "essay_text": ESSAY}
        return await self.http.post("/api/v1/anchors/register", json=body | changes)

    async def stored_texts(self) -> set[str]:
        async with self.database.transaction() as connection:
            return set((await connection.execute(select(texts.c.storage_id))).scalars())

    async def named_texts(self) -> set[str]:
        """Storage ids that an anchor or the history of anchors names."""
        async with self.database.transaction() as connection:
            now = (await connection.execute(select(anchors.c.text_storage_id))).scalars()
            former = (await connection.execute(select(anchor_history.c.text_storage_id))).scalars()
            return set(now) | set(former)

    async def count(self, table: Any) -> int:
        async with self.database.transaction() as connection:
            return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())

    async def get(self, path: str, status: int = 200) -> Json:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    async def batch(self, status: str = "completed", **changes: Any) -> int:
        """Write the row of a batch; return its id."""
        bos_batch_id, now = str(uuid4()), self.clock().isoformat()
        request = {
            "entity_id": bos_batch_id,
            "timestamp": now,
            "system_metadata": {"timestamp": now},
            "essays_for_cj": [{"essay_id": "e0", "text_storage_id": "0" * 32}],
            "language": "en",
            "course_code": "ENG5",
            "user_id": "u",
            "llm_config_overrides": {"provider_override": "mock", "system_prompt_override": "be fair"},
        } | changes.pop("request", {})
        plan = {"cap": 24, "seed": 5, "rule": "cap", "source": "runner_override", "batching_mode": "per_request"}
        row = {
            "bos_batch_id": bos_batch_id,
            "correlation_id": uuid4(),
            "status": status,
            "request": request,
            "plan": plan,
            "created_at": self.clock(),
            "updated_at": self.clock(),
        } | changes
        async with self.database.transaction() as connection:
            made = await connection.execute(insert(batches).values(**row).returning(batches.c.id))
            return int(made.scalar_one())

    async def judged(self, ids: Sequence[str], wins: Sequence[Win], **changes: Any) -> int:
        """Write a batch whose essays met as ``wins`` says (winner, loser); the winner is shown first and second
        in turn."""
        grades: Mapping[str, str] = changes.pop("grades", {})
        counted: Json = {"asked": len(wins), "succeeded": len(wins), "wave": 1, "reason": "cap"}
        batch_id = await self.batch(**(counted | changes))
        rows = [
            {
                "batch_id": batch_id,
                "position": place,
                "essay_id": name,
                "text_storage_id": "0" * 32,
                "content": ESSAY,
                "is_anchor": name in grades,
                "grade": grades.get(name),
                "label": f"label of {name}" if name in grades else None,
            }
            for place, name in enumerate(ids)
        ]
        async with self.database.transaction() as connection:
            await connection.execute(insert(essays), rows)
            if wins:
                met = [_met(batch_id, number, win, self.clock()) for number, win in enumerate(wins, start=1)]
                await connection.execute(insert(comparisons), met)
        return batch_id


def _met(batch_id: int, number: int, win: Win, now: datetime) -> Json:
    first = number % 2 == 1
    return {
        "batch_id": batch_id,
        "number": number,
        "correlation_id": uuid5(UUID(int=batch_id), str(number)),
        "wave": 1,
        "a": win[0] if first else win[1],
        "b": win[1] if first else win[0],
        "repeat": 0,
        "attempt": 0,
        "state": "succeeded",
        "winner": "a" if first else "b",
        "confidence": 4.0,
        "justification": "clearer",
        "provider": "mock",
        "model": "latent",
        "sent_at": now,
        "answered_at": now,
    }


ROUND = [(winner, loser) for winner in range(4) for loser in range(winner + 1, 4)] * 2
"""Four essays in the order of their positions, every pair twice, no upset."""
