"""Pages of a run whose essays, names and judge are hostile: nothing that they wrote runs, or asks anybody else."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Dialog, Page, Request, expect

from app.roles.stack import Stack
from tests.e2e.conftest import started
from tests.fakes.provider_server import FakeProviders, Say

DONE = 90_000
SCRIPT = "<script>window.pwned=1;alert(1)</script>"
IMAGE = '"><img src="http://elsewhere.invalid/x.png" onerror="window.pwned=1;alert(2)">'
VECTOR = "</title></svg></textarea><svg/onload=alert(3)>"
LINK = "[see](javascript:alert(4)) <a href='javascript:alert(5)' onmouseover=alert(6)>x</a> {{ 7 * 7 }} <!--"
SAID = f"Because {SCRIPT} {IMAGE} {VECTOR} {LINK}"
ESSAY = f"{SCRIPT}{IMAGE}{VECTOR}{LINK} My grandmother taught me to mend nets, and to wait for the weather. " * 3
NAMES = (
    "one <img src=x onerror=alert(7)>_A.txt",
    "two \"' onfocus=alert(8) autofocus x='_C+.txt",
    "three&lt;b&gt;_F+.txt",
)


@dataclass
class Watch:
    """What a browser did that no page of ours makes it do."""

    dialogs: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def hostile(_provider: str, _body: Mapping[str, Any]) -> Say:
    """Decide for Essay A, with words that want to be more than words."""
    return Say(justification=SAID)


@pytest.fixture(scope="module")
async def judge() -> AsyncIterator[FakeProviders]:
    async with FakeProviders() as fake:
        fake.decide = hostile
        yield fake


@pytest.fixture(scope="module")
async def system(judge: FakeProviders, new_server_dir: Callable[[], Path]) -> AsyncIterator[Stack]:
    """The system with access off, whose only judge writes scripts."""
    local = {
        "LLM_PROVIDER_SERVICE_LOCAL_BASE_URL": judge.base_url("local"),
        "LLM_PROVIDER_SERVICE_LOCAL_API_KEY": "sk-test-local",
    }
    with started(new_server_dir(), local) as running:
        yield running


@pytest.fixture
async def watched(browser: Browser, system: Stack) -> AsyncIterator[tuple[Page, Watch]]:
    url, watch = system.plan.url("api"), Watch()
    context = await browser.new_context(base_url=url)
    context.set_default_timeout(DONE)

    async def dismiss(dialog: Dialog) -> None:
        watch.dialogs.append(dialog.message)
        await dialog.dismiss()

    def asked(request: Request) -> None:
        if not request.url.startswith((url, "data:")):
            watch.strange.append(request.url)

    page = await context.new_page()
    page.on("dialog", dismiss)
    context.on("request", asked)
    yield page, watch
    await context.close()


def package(system: Stack) -> str:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(f"anchor_essays/{name}", f"{number} {ESSAY}")
        archive.writestr("instructions.md", f"Write. {SCRIPT}")
    with httpx.Client(base_url=system.plan.url("api")) as api:
        files = {"file": (f"{SCRIPT}.zip", body.getvalue(), "application/zip")}
        answer = api.post("/v1/asset-packages", files=files, data={"name": f"package {IMAGE}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def begun(system: Stack, package_id: str) -> str:
    body: Mapping[str, Any] = {
        "mode": "anchor-align-test",
        "batch_label": f"label {IMAGE}{SCRIPT}",
        "assets": {"package_id": package_id},
        "labels": {"who": f"{IMAGE}"},
        "llm": {
            "provider": "local",
            "model": f"m {IMAGE}",
            "system_prompt": {"text": f"Be fair {SCRIPT}{IMAGE}"},
            "rubric": {"text": f"Weigh {VECTOR}{LINK}"},
        },
        "budget": {"max_comparisons": 6},
        "design": {"both_orders": True, "stop": {"rule": "cap"}},
    }
    with httpx.Client(base_url=system.plan.url("api")) as api:
        answer = api.post("/v1/runs", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def said_by_people(system: Stack, run_id: str) -> None:
    """Import a verdict on two essays of a run, by somebody with a hostile name."""
    with httpx.Client(base_url=system.plan.url("api")) as api:
        first = api.get(f"/v1/runs/{run_id}/comparisons").json()["items"][0]
        csv = f"judge,a,b,choice\n{SCRIPT},{first['essay_a_id']},{first['essay_b_id']},a\n"
        files, label = {"file": ("v.csv", csv)}, {"label": f"{IMAGE}{SCRIPT}"}
        answer = api.post(f"/v1/runs/{run_id}/human-verdicts", files=files, data=label)
    assert answer.status_code == 201, answer.text


def tried(system: Stack, package_id: str) -> str:
    """Start an experiment whose every name is hostile; return its id."""
    body: Mapping[str, Any] = {
        "name": f"experiment {IMAGE}{SCRIPT}",
        "assets": {"package_id": package_id},
        "factors": {
            "models": [{"provider": "local", "model": f"m {IMAGE}"}],
            "rubrics": [{"text": f"Weigh {VECTOR}{LINK}"}, {"text": SCRIPT}],
        },
        "labels": {"who": SCRIPT},
        "max_cost_usd": 2,
        "budget": {"max_comparisons": 6},
        "design": {"stop": {"rule": "cap"}},
    }
    with httpx.Client(base_url=system.plan.url("api")) as api:
        answer = api.post("/v1/experiments", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def harmless(page: Page, watch: Watch) -> None:
    """Check the page that is open: what was hostile is text, and did nothing."""
    assert await page.evaluate("window.pwned") is None
    assert await page.locator("script:not([src])").count() == 0
    assert (
        await page.locator("img, [onerror], [onload], [onfocus], [onmouseover], [href^='javascript:']").count()
        == 0
    )
    assert watch == Watch()


async def test_hostile_essays_names_and_verdicts_are_only_ever_text(
    system: Stack, watched: tuple[Page, Watch]
) -> None:
    page, watch = watched
    package_id = package(system)
    run_id = begun(system, package_id)
    await page.goto(f"/runs/{run_id}")
    await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"label {IMAGE}{SCRIPT}")
    await harmless(page, watch)
    for address in (f"/runs/{run_id}", f"/runs/{run_id}/pairs", f"/runs/{run_id}/delete"):
        await page.goto(address)
        await harmless(page, watch)
    await page.goto(f"/runs/{run_id}/pairs/1")
    await expect(page.locator("blockquote").first).to_have_text(SAID)
    await expect(page.locator(".essay-text").first).to_contain_text(SCRIPT)
    await harmless(page, watch)
    other = begun(system, package_id)
    await page.goto(f"/runs/{other}")
    await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
    reports = [f"/v1/runs/{run_id}/report?format={form}" for form in ("html", "md")]
    mine = ["/", f"/packages/{package_id}", "/packages", "/runs/new", "/experiments/new", "/compare"]
    for address in (*reports, *mine, f"/compare?runs={run_id},{other}"):
        await page.goto(address)
        await harmless(page, watch)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Comparison of 2 runs")
    experiment = f"/experiments/{tried(system, package_id)}"
    await page.goto(experiment)
    await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"experiment {IMAGE}{SCRIPT}")
    for address in (experiment, f"{experiment}/delete", "/experiments"):
        await page.goto(address)
        await harmless(page, watch)
    said_by_people(system, run_id)
    await page.goto(f"/v1/runs/{run_id}/agreement?format=html")
    await harmless(page, watch)
