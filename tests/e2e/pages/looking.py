"""Looking at a page as its readers do: valid HTML, accessible in light and dark, pictures of it on each screen."""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import html5lib
from axe_playwright_python.async_playwright import Axe
from html5lib.constants import E as REASONS
from playwright.async_api import Page, ViewportSize

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE, NARROW = ViewportSize(width=1200, height=900), ViewportSize(width=400, height=800)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
GRAVE = {"serious", "critical"}


@dataclass(frozen=True)
class Person:
    """Somebody with an API key."""

    name: str
    owner: str
    key: str


def chromium() -> str:
    """Return the browser of this machine; a machine without one cannot say that the pages work."""
    found = shutil.which("chromium")
    assert found, "no chromium on this machine: install it (Debian: apt-get install chromium fonts-dejavu-core)"
    return found


@lru_cache
def pictures() -> Path:
    """Return the folder that the pictures go to."""
    named = os.environ.get("PAGES_SCREENSHOTS_DIR")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "cj-runner-screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def look(page: Page, name: str, html: str | None = None) -> None:
    """Check the page that is open in all respects, and keep its pictures: light, dark, narrow.

    ``html`` is the page as it was sent, where loading it again would not give the same.
    """
    again = "async () => (await fetch(location.href, {headers: {Accept: 'text/html'}})).text()"
    assert html_problems(html or await page.evaluate(again)) == []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await axe_findings(page) == [], f"{name}, {scheme}"
        await page.screenshot(path=pictures() / f"{name}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(NARROW)
    await page.screenshot(path=pictures() / f"{name}-narrow.png", full_page=True)
    assert await sideways(page) == 0, f"{name} has to be moved sideways on a narrow screen"
    await page.set_viewport_size(WIDE)


async def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its screen."""
    found = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(found)


async def axe_findings(page: Page) -> list[str]:
    """Return what axe-core finds wrong and calls serious or critical, with the place."""
    found: Any = (await Axe().run(page)).response
    return [
        f"{item['id']}: {node['html'][:200]} {node['failureSummary']}"
        for item in found["violations"]
        if item["impact"] in GRAVE
        for node in item["nodes"]
    ]


def html_problems(html: str) -> list[str]:
    """Return everything that the HTML parser of the standard complains of, and ids and headings out of order."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    document = parser.parse(html)
    wrong = [f"{line}: {REASONS[code] % values}" for (line, _), code, values in parser.errors]
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    wrong += [f"the id {name} is there twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    known = set(ids)
    for element in document.iter():
        for name in ("for", "aria-describedby", "aria-labelledby"):
            missing = set((element.get(name) or "").split()) - known
            wrong += [f"{name} names {one}, which is not there" for one in sorted(missing)]
        wrong += [f"<{element.tag}> has an inline style" for _ in [1] if element.get("style") is not None]
    return wrong + _headings(re.findall(r"<h([1-6])[ >]", html)) + _tables(document)


def _headings(levels: Sequence[str]) -> list[str]:
    found = [int(level) for level in levels]
    wrong = [] if found.count(1) == 1 and found[:1] == [1] else ["there must be one h1, before all other headings"]
    steps = pairwise(found)
    return wrong + [f"h{after} follows h{before}" for before, after in steps if after > before + 1]


def _tables(document: Any) -> list[str]:
    wrong = []
    for table in document.iter("table"):
        if table.find("caption") is None:
            wrong.append("a table has no caption")
        wrong += ["a heading of a table has no scope" for cell in table.iter("th") if not cell.get("scope")]
    return wrong
