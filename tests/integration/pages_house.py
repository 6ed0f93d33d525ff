"""The pages behind the door that asks for credentials, and a browser that only keeps cookies and sends forms."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from html import unescape
from pathlib import Path

import httpx

from app.db.unit import Database
from app.runner.api.app import build
from app.runner.web.site import site
from tests.integration.access_house import Guarded
from tests.integration.parts import in_process

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Paged(Guarded):
    """The API with its pages, access on; ``browser`` has no session yet."""

    a_key: str
    package_id: str

    async def open(self, stack: AsyncExitStack) -> None:
        await super().open(stack)
        self.app = build(self.parts, {}, beside=site(self.parts))
        self.http = await stack.enter_async_context(in_process(self.app))
        self.browser = await stack.enter_async_context(in_process(self.app))
        self.browser.headers.update(HTML)

    async def log_in(self, key: str, onward: str = "/") -> httpx.Response:
        form = await self.form("/login", key=key, next=onward)
        return await self.browser.post("/login", data=form)

    async def form(self, address: str, **fields: str) -> dict[str, str]:
        """Return the fields of a form with the token of the page at ``address``."""
        return fields | {"form_token": token_of(await self.browser.get(address))}


def token_of(page: httpx.Response) -> str:
    found = TOKEN.search(page.text)
    assert found, page.text[:500]
    return found[1]


def text_of(page: httpx.Response) -> str:
    """Return what a page says, without its elements."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


@asynccontextmanager
async def paged(database: Database, files: Path, limit: int = 10_000) -> AsyncIterator[Paged]:
    found = Paged(database, files, limit)
    async with AsyncExitStack() as stack:
        await found.open(stack)
        yield found
