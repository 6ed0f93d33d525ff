"""An experiment in a real browser: planned and started by the form, seen to fill, cancelled and taken up again."""

from playwright.async_api import Page, expect

from tests.e2e.pages.looking import look
from tests.e2e.pages.test_pages_run import DONE


async def filled(page: Page, package: str, name: str) -> None:
    """Fill the form of an experiment of two rubrics and two repeats."""
    await page.goto(f"/experiments/new?package={package}")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("group", name="Rubrics").get_by_label("003_language_control").check()
    await page.get_by_label("Repeats").fill("2")
    await page.get_by_label("Most comparisons of a run").fill("24")


async def test_an_experiment_is_planned_started_and_seen_to_fill(demo_package: str, page: Page) -> None:
    await page.goto("/experiments")
    await page.get_by_role("link", name="New experiment").click()
    await look(page, "experiment-new")
    await filled(page, demo_package, "which rubric?")
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Plan: which rubric?")
    await look(page, "experiment-plan", await page.content())
    await page.get_by_role("button", name="Start this experiment").click()
    await page.wait_for_url("**/experiments/exp_*")
    await expect(page.locator("#feed")).to_have_text("This page follows the experiment as it goes.", timeout=DONE)
    await look(page, "experiment-going")
    await expect(page.locator("#state")).to_have_text("Completed", timeout=DONE)
    await expect(page.locator("td.cells a.tag.good")).to_have_count(4)
    await expect(page.get_by_role("img", name="Cost of a run against Tau-b")).to_be_visible()
    await page.reload()
    await look(page, "experiment-completed")
    await page.goto("/experiments")
    await look(page, "experiments")
    await page.get_by_role("link", name="which rubric?").first.click()
    await expect(page.locator("#state")).to_have_text("Completed")


async def test_what_is_wrong_with_the_form_stands_beside_its_field(demo_package: str, page: Page) -> None:
    await page.goto(f"/experiments/new?package={demo_package}")
    await page.get_by_label("Cap of all runs together").fill("-1")
    await page.get_by_label("Models").fill("nobody/nothing")
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was started or changed.")
    await expect(page.get_by_label("Cap of all runs together")).to_have_attribute("aria-invalid", "true")
    await look(page, "experiment-wrong", await page.content())


async def test_an_experiment_is_cancelled_and_taken_up_again(demo_package: str, page: Page) -> None:
    await filled(page, demo_package, "taken back")
    await page.get_by_label("Most comparisons of a run").fill("400")
    await page.get_by_role("button", name="Show the plan").click()
    await page.get_by_role("button", name="Start this experiment").click()
    await page.wait_for_url("**/experiments/exp_*")
    await page.get_by_role("link", name="Cancel").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator("#state")).to_have_text("Cancelled", timeout=DONE)
    await page.get_by_role("link", name="Take up again").click()
    await look(page, "experiment-resume")
    await page.get_by_label("Runs at once").fill("99")
    await page.get_by_role("button", name="Take up again").click()
    await expect(page.get_by_role("alert")).to_contain_text("at most 8 runs go on at once")
    await page.get_by_label("New cap (USD)").fill("2")
    await page.get_by_role("button", name="Take up again").click()
    await page.wait_for_url("**/experiments/exp_*")
    await page.get_by_role("link", name="Cancel").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator("#state")).to_have_text("Cancelled", timeout=DONE)
