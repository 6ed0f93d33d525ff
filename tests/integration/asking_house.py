"""A runner and the engine that it asks, on one database; messages are carried over by hand, or lost."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from app.contracts.topics import Topic
from app.db.unit import Database
from app.gateway.tables import messages as gateway_messages
from app.settings import CJSettings
from tests.integration.cj_system import System
from tests.integration.house import House
from tests.integration.parts import Json, deliver, sent


class Both:
    """A runner and the engine that it asks, on one database; messages are carried over by hand, or lost."""

    def __init__(self, house: House, system: System) -> None:
        self.house, self.system = house, system

    async def judged(self, **changes: Any) -> Json:
        """Return a published run whose batch cj has completed, none of whose messages has arrived."""
        run = await self.house.start(**changes)
        await self.house.prepare(run["id"])
        await self.system.run((await self.house.published())[-1])
        return run

    async def verdicts(self) -> list[Json]:
        async with self.system.database.transaction() as connection:
            return await sent(connection, gateway_messages, Topic.COMPARISON_RESULT)

    async def deliver_verdicts(self, first: int = 0, last: int | None = None) -> None:
        told = (await self.verdicts())[first:last]
        await deliver(self.house.database, self.house.verdicts, *told)

    async def deliver_end(self) -> None:
        completed = await self.system.events(Topic.CJ_COMPLETED)
        await deliver(self.house.database, self.house.completed, *completed)
        await deliver(self.house.database, self.house.resulted, *await self.system.events(Topic.RESULT_PUBLISHED))

    async def recollect(self, run: Json, status: int = 202) -> Json:
        answer = await self.house.api.post(f"/v1/runs/{run['id']}/recollect")
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    async def work(self, run: Json, times: int = 2) -> Json:
        for _ in range(times):
            await self.house.work(run["id"])
        return await self.house.show(run["id"])

    async def events(self, run: Json, *kinds: str) -> list[Json]:
        every = (await self.house.api.get(f"/v1/runs/{run['id']}/events")).json()["items"]
        assert [event["number"] for event in every] == list(range(1, len(every) + 1))
        return [event for event in every if event["type"] in kinds]

    def cj_says(self, answer: Callable[[httpx.Request], httpx.Response]) -> list[str]:
        """Let another cj be asked, and return the list of what it is asked."""
        asked: list[str] = []

        def noted(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            return answer(request)

        self.house.ask_at(httpx.AsyncClient(transport=httpx.MockTransport(noted)))
        return asked


@asynccontextmanager
async def opened(database: Database, database_url: str, files: Path) -> AsyncIterator[Both]:
    """Open both; the runner asks the engine."""
    house, system = House(database, files), System(database, database_url)
    system.clock = house.clock
    await house.open()
    await system.open(CJSettings())
    house.ask_at(system.http)
    async with house.stack, system.stack:
        yield Both(house, system)
