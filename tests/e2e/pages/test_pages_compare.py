"""A run from the form to its report, and two runs held against each other, in a real browser."""

from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import Site
from tests.e2e.pages.looking import look
from tests.e2e.pages.test_pages_run import DONE, ended, started


async def by_form(page: Page, package: str, name: str, rubric: str) -> str:
    """Start a run by the form, see it complete, and return its id."""
    await page.goto(f"/runs/new?package={package}")
    await page.get_by_label("Name of the run").fill(name)
    await page.get_by_label("Model", exact=True).fill("latent")
    await page.get_by_label("Rubric", exact=True).select_option(rubric)
    await page.get_by_role("button", name="Show the plan").click()
    await page.get_by_role("button", name="Start this run").click()
    await page.wait_for_url("**/runs/run_*")
    run_id = page.url.rpartition("/")[2]
    await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
    return run_id


async def test_a_run_is_started_by_the_form_seen_to_complete_and_its_report_opened(
    demo_package: str, page: Page
) -> None:
    await by_form(page, demo_package, "by hand", "003_language_control")
    await page.get_by_role("link", name="Report", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("by hand")
    await look(page, "report", await (await page.request.get(page.url)).text())


async def test_ticked_runs_are_compared_the_oldest_as_the_baseline(
    site: Site, demo_package: str, page: Page
) -> None:
    with site.api(site.ada) as api:
        first = started(api, demo_package, batch_label="one judge", design={"seed": 1, "stop": {"rule": "cap"}})
        assert ended(api, first) == "completed"
        second = started(
            api,
            demo_package,
            batch_label="another judge",
            llm={
                "provider": "mock",
                "model": "latent",
                "temperature": 1.0,
                "rubric": {"text": "Weigh the humour."},
            },
            design={"seed": 2, "stop": {"rule": "cap"}},
        )
        assert ended(api, second) == "completed"
    await page.goto("/")
    await page.get_by_role("link", name="Compare").click()
    await look(page, "compare-pick")
    await page.get_by_label("another judge").first.check()
    await page.get_by_label("one judge").first.check()
    await page.get_by_role("button", name="Compare").click(timeout=DONE)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Comparison of 2 runs", timeout=DONE)
    rows = page.get_by_role("table", name="What is compared").locator("tbody tr")
    await expect(rows.nth(0)).to_contain_text("one judge")
    await expect(rows.nth(1)).to_contain_text("another judge")
    await expect(page.get_by_role("heading", name="B against A")).to_be_visible()
    await look(page, "compare")


async def test_what_cannot_be_compared_is_said_above_the_runs_to_pick_from(page: Page) -> None:
    await page.goto("/compare?runs=run_nobody_has,run_neither")
    await expect(page.get_by_role("alert")).to_contain_text("there is no run run_nobody_has")
