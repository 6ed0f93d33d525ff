"""The pages of a whole running system in a real browser; one system and one browser for all tests of a process."""

import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.cli.demo_data import folder_archive
from app.roles.stack import ROOT, Stack
from app.runner.access import keys
from tests.e2e.conftest import started
from tests.e2e.pages.looking import FLAGS, WIDE, Person, chromium

PATIENCE_MS = 15_000
SLOW_JUDGE = {"LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "30"}


@dataclass(frozen=True)
class Site:
    """Where the pages are, and who may come in: ``ada`` may do all, ``rita`` only read, ``sven`` is a stranger."""

    stack: Stack
    ada: Person
    rita: Person
    sven: Person

    @property
    def url(self) -> str:
        return self.stack.plan.url("api")

    def api(self, person: Person) -> httpx.Client:
        """Return the API as a program of a person sees it."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {person.key}"}, timeout=30)


def _person(name: str, owner: str, *scopes: str) -> tuple[Person, dict[str, object]]:
    new = keys.new(secrets.token_bytes(keys.ENTROPY_BYTES))
    held = {"owner": owner, "subject": name, "scopes": scopes}
    return Person(name, owner, new.text), {"id": new.id, "sha256": new.sha256, **held}


@pytest.fixture(scope="session")
def site(new_server_dir: Callable[[], Path]) -> Iterator[Site]:
    """The system with access on."""
    chromium()
    people = [
        _person("Ada", "north", "runs:write"),
        _person("Rita", "north", "runs:read"),
        _person("Sven", "south", "runs:write"),
    ]
    access = {"RUNNER_ACCESS": "on", "RUNNER_API_KEYS": json.dumps([kept for _, kept in people])}
    with started(new_server_dir(), access | SLOW_JUDGE) as running:
        yield Site(running, *(person for person, _ in people))


@pytest.fixture(scope="session")
def demo_package(site: Site) -> str:
    """The id of a package of Ada's organisation that holds the essays of the demo."""
    with site.api(site.ada) as api:
        sent = {"file": ("demo essays.zip", folder_archive(ROOT / "data/eng5-demo"), "application/zip")}
        answer = api.post("/v1/asset-packages", files=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        await opened.close()


@pytest.fixture
async def fresh(browser: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    """A browser that was never here before; what its pages complain of fails the test."""
    context = await browser.new_context(base_url=site.url, viewport=WIDE, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    context.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    context.on("weberror", lambda broken: complaints.append(str(broken.error)))
    yield context
    await context.close()
    expected = ("Failed to load resource: the server responded with a status of",)
    assert [text for text in complaints if not text.startswith(expected)] == []


@pytest.fixture
async def anonymous(fresh: BrowserContext) -> Page:
    """A page of somebody who is not logged in."""
    return await fresh.new_page()


@pytest.fixture
async def page(fresh: BrowserContext, site: Site) -> Page:
    """A page of Ada, who is logged in."""
    opened = await fresh.new_page()
    await log_in(opened, site.ada)
    return opened


@pytest.fixture
async def browser_without_scripts(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """A page of Ada in a browser that runs no scripts."""
    context = await browser.new_context(base_url=site.url, viewport=WIDE, java_script_enabled=False)
    opened = await context.new_page()
    await log_in(opened, site.ada)
    yield opened
    await context.close()


async def log_in(page: Page, person: Person, onward: str = "/login") -> None:
    """Log a person in by the form."""
    await page.goto(onward)
    await page.get_by_label("API key").fill(person.key)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(lambda url: "/login" not in url)
