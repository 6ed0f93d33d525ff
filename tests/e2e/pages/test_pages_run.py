"""The page of a run and its pairs in a real browser: followed live, read, acted on, and by whom."""

import re
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import Site, log_in
from tests.e2e.pages.looking import look

DONE = 90_000


def started(api: httpx.Client, package: str, **changes: Any) -> str:
    """Start a run on anchors; return its id."""
    body: dict[str, Any] = {
        "mode": "anchor-align-test",
        "batch_label": "spring-rubric",
        "assets": {"package_id": package},
        "llm": {"provider": "mock", "model": "latent", "rubric": {"name": "003_language_control"}},
        "budget": {"max_comparisons": 132},
        "design": {"seed": 5, "both_orders": True, "stop": {"rule": "cap"}},
    }
    answer = api.post("/v1/runs", json=body | changes)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(api: httpx.Client, run_id: str) -> str:
    """Wait until a run ended; return how."""
    for _ in range(2_000):
        run = api.get(f"/v1/runs/{run_id}", params={"wait": 30}).json()
        if run["finished_at"] is not None:
            return str(run["status"])
    raise AssertionError("the run did not end")


async def test_a_run_is_followed_live_from_its_start_to_its_scores(
    site: Site, demo_package: str, page: Page
) -> None:
    with site.api(site.ada) as api:
        run_id = started(api, demo_package)
        await page.goto(f"/runs/{run_id}")
        await expect(page.locator("#feed")).to_have_text("This page follows the run as it goes.", timeout=DONE)
        received = page.locator('[data-live="received"]')
        await page.get_by_role("link", name="Pairs and verdicts").focus()
        await expect(received).to_have_text(re.compile(r"^[1-9]\d*$"), timeout=DONE)
        await look(page, "run-going")
        await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
        await expect(page.get_by_role("heading", name="Scores", exact=True)).to_be_visible()
        await expect(page.locator("#events li").last).to_contain_text("Completed")
        await expect(page.get_by_role("link", name="Pairs and verdicts")).to_be_focused()
        assert api.get(f"/v1/runs/{run_id}").json()["status"] == "completed"
    await page.reload()
    await look(page, "run-completed")


async def test_pairs_are_filtered_and_walked_through_by_keyboard(
    site: Site, demo_package: str, page: Page
) -> None:
    with site.api(site.ada) as api:
        run_id = started(api, demo_package, batch_label="pairs to look at")
        assert ended(api, run_id) == "completed"
    await page.goto(f"/runs/{run_id}")
    await page.get_by_role("link", name="Pairs and verdicts").click()
    await expect(page.get_by_role("status")).to_have_text("66 pairs.")
    await look(page, "pairs")
    await page.get_by_label("Show").select_option("orders_disagree")
    await page.get_by_role("button", name="Filter").click()
    odd = page.locator("tbody tr")
    await expect(odd.first).to_contain_text("orders disagree")
    await odd.first.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(" and ")
    await expect(page.locator(".essay-text")).to_have_count(2)
    await look(page, "pair")
    first = page.url
    await page.keyboard.press("ArrowRight")
    await page.wait_for_url(lambda url: url != first)
    await page.keyboard.press("ArrowLeft")
    await page.wait_for_url(first)


async def test_a_run_is_cancelled_after_one_more_question(site: Site, demo_package: str, page: Page) -> None:
    with site.api(site.ada) as api:
        run_id = started(api, demo_package, budget={"max_comparisons": 2_000})
        await page.goto(f"/runs/{run_id}")
        await page.get_by_role("link", name="Cancel").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Cancel this run?")
        await look(page, "run-cancel")
        await page.get_by_role("button", name="Cancel").click()
        await page.wait_for_url(f"**/runs/{run_id}")
        await expect(page.locator("#state")).to_have_text("Cancelled", timeout=DONE)
        assert ended(api, run_id) == "cancelled"
    await expect(page.get_by_text("What to do:")).to_be_visible()
    await look(page, "run-cancelled")


async def test_who_may_only_read_is_offered_nothing_to_do_and_strangers_see_nothing(
    site: Site, demo_package: str, anonymous: Page
) -> None:
    with site.api(site.ada) as api:
        run_id = started(api, demo_package)
        ended(api, run_id)
    await log_in(anonymous, site.rita, f"/runs/{run_id}")
    await expect(anonymous.locator("#state")).to_have_text("Completed")
    await expect(anonymous.get_by_role("link", name="Delete")).to_have_count(0)
    await anonymous.context.clear_cookies()
    await log_in(anonymous, site.sven, "/login")
    answer = await anonymous.goto(f"/runs/{run_id}")
    assert answer is not None
    assert answer.status == 404
