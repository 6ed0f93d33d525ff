"""The pages in process, on the house of a run's life: what a browser gets, without one."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from app.runner.api.app import build
from app.runner.web.site import site
from tests.integration.house import House
from tests.integration.parts import Json, deliver, in_process, runner_parts

HTML = {"Accept": "text/html"}


@asynccontextmanager
async def pages_of(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that asks for pages, on the database and the files of a house."""
    async with runner_parts(house.database, house.files, house.clock) as parts:
        app = build(parts, {}, beside=site(parts))
        async with in_process(app) as client:
            client.headers.update(HTML)
            yield client


async def page(client: httpx.AsyncClient, address: str, status: int = 200) -> str:
    """Return a page."""
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


async def sent(client: httpx.AsyncClient, address: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
    """Send the form that the page at ``address`` has, with these fields."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', await page(client, address))
    assert found is not None
    return await client.post(address, data={"form_token": found[1], **(fields or {})})


async def completed(house: House, justification: str = "because it says <more>") -> tuple[Json, list[str]]:
    """Return a run that completed, of whose six answers one is invalid, and the ids of its essays, best first."""
    run, ids = await house.running()
    answers = [(0, 1, "Essay A"), (1, 0, "Essay B"), (1, 2, "Essay A"), (2, 0, "Essay A"), (0, 2, "Essay A")]
    for a, b, winner in answers:
        told = house.verdict(run, ids[a], ids[b], winner, justification=justification)
        await deliver(house.database, house.verdicts, told)
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[3], None))
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, ids))
    return await house.finish(run["id"]), ids
