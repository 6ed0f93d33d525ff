"""The list of runs and the form of a new one, in a browser."""

import re

from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import Site, log_in
from tests.e2e.pages.looking import look

RUN = re.compile(r"/runs/run_[0-9a-f]{32}$")


async def fill(page: Page, package: str, name: str, comparisons: str = "12") -> None:
    await page.goto(f"/runs/new?package={package}")
    await page.get_by_label("Name of the run").fill(name)
    await page.get_by_label("Most comparisons").fill(comparisons)


async def test_the_form_of_a_new_run_is_fit_to_be_seen(page: Page, demo_package: str) -> None:
    await page.goto(f"/runs/new?package={demo_package}")
    for summary in await page.locator("summary").all():
        await summary.click()
    await look(page, "run-new-open")
    await page.reload()
    await look(page, "run-new")


async def test_a_run_is_planned_then_started_and_seen_to_complete_in_the_list(
    page: Page, site: Site, demo_package: str
) -> None:
    await fill(page, demo_package, "from the form")
    await page.get_by_label("Rubric", exact=True).select_option("003_language_control")
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Plan: from the form")
    await expect(page.get_by_text("Comparisons at most")).to_be_visible()
    with site.api(site.ada) as api:
        assert [run["batch_label"] for run in api.get("/v1/runs").json()["items"]].count("from the form") == 0
    await page.get_by_role("button", name="Start this run").click()
    await expect(page).to_have_url(RUN)
    await page.goto("/?batch_label_prefix=from+the+form")
    row = page.get_by_role("row", name="from the form")
    await expect(row.get_by_text("Completed")).to_be_visible(timeout=60_000)
    await expect(page.locator("#news")).to_have_text("from the form: Completed")
    await look(page, "runs")


async def test_the_plan_is_fit_to_be_seen(page: Page, demo_package: str) -> None:
    await fill(page, demo_package, "a plan")
    await page.get_by_label("Provider").select_option("openai")
    await page.get_by_label("Model", exact=True).fill("gpt-5.1")
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_text("Cost expected")).to_be_visible()
    await look_at_what_is_shown(page, "run-plan")


async def look_at_what_is_shown(page: Page, name: str) -> None:
    """Look at a page that answers a form: what was shown is looked at, not loaded again."""
    await look(page, name, await page.content())


async def test_clicking_twice_starts_one_run(page: Page, site: Site, demo_package: str) -> None:
    await fill(page, demo_package, "clicked twice", "4")
    await page.get_by_role("button", name="Show the plan").click()
    await page.get_by_role("button", name="Start this run").dblclick()
    await expect(page).to_have_url(RUN)
    started = page.url
    await page.go_back()
    await page.get_by_role("button", name="Start this run").click()
    await expect(page).to_have_url(started)
    with site.api(site.ada) as api:
        found = api.get("/v1/runs", params={"batch_label": "clicked twice"}).json()["items"]
    assert [f"{site.url}/runs/{run['id']}" for run in found] == [started]


async def test_mistakes_stand_beside_their_fields_and_what_was_given_is_kept(page: Page) -> None:
    await fill(page, "", "kept as it is", "1")
    await page.get_by_label("Provider").select_option("")
    await page.get_by_label("Model", exact=True).fill("some-model")
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_role("alert")).to_contain_text("3 things need to be corrected")
    wrong = page.get_by_label("Most comparisons")
    await expect(wrong).to_have_value("1")
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(wrong).to_have_accessible_description(re.compile("greater than or equal to 2"))
    await expect(page.get_by_label("Model", exact=True)).to_have_accessible_description(
        re.compile("model is given without provider", re.IGNORECASE)
    )
    await expect(page.get_by_label("Package of essays")).to_have_accessible_description(re.compile("Choose one"))
    await expect(page.get_by_label("Name of the run")).to_have_value("kept as it is")
    await look_at_what_is_shown(page, "run-new-problems")


async def test_going_back_from_the_plan_keeps_the_form(page: Page, demo_package: str) -> None:
    await fill(page, demo_package, "to be changed", "14")
    await page.get_by_label("Rubric", exact=True).select_option("(own)")
    await page.get_by_text("My own text for: rubric").click()
    await page.get_by_label("My own text (rubric)").fill('Weigh "clarity"\nand <b>nothing</b> else')
    await page.get_by_role("button", name="Show the plan").click()
    await page.get_by_role("button", name="Change something").click()
    await expect(page.get_by_label("Most comparisons")).to_have_value("14")
    await expect(page.get_by_label("My own text (rubric)")).to_have_value(
        'Weigh "clarity"\nand <b>nothing</b> else'
    )


async def test_a_run_without_a_judge_says_that_it_costs_nothing(page: Page, demo_package: str) -> None:
    await fill(page, demo_package, "stock")
    await page.get_by_role("radio", name="Inventory only").check()
    await page.get_by_role("button", name="Show the plan").click()
    await expect(page.get_by_text("this run costs nothing")).to_be_visible()
    await page.get_by_role("button", name="Start this run").click()
    await expect(page).to_have_url(RUN)


async def test_the_list_is_filtered_and_paged_and_bad_filters_are_told(
    page: Page, site: Site, demo_package: str
) -> None:
    body = {"mode": "plan", "assets": {"package_id": demo_package}, "labels": {"set": "paged"}}
    with site.api(site.ada) as api:
        for _ in range(27):
            assert api.post("/v1/runs", json=body | {"batch_label": "paged {n}"}).status_code == 202
    await page.goto("/")
    await page.get_by_text("Filter the runs").click()
    await page.get_by_label("Label", exact=True).fill("set=paged")
    await page.get_by_role("button", name="Show", exact=True).click()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(25)
    await page.get_by_role("link", name="Older runs").click()
    await expect(rows).to_have_count(2)
    await expect(page.get_by_label("Label", exact=True)).to_have_value("set=paged")
    await page.goto("/?label=nonsense&from=2026-99-99")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.goto("/?label=set%3Dnowhere")
    await expect(page.get_by_text("No run fits")).to_be_visible()
    await look(page, "runs-none")


async def test_who_may_only_read_is_told_so(anonymous: Page, site: Site) -> None:
    await log_in(anonymous, site.rita, "/runs/new")
    await expect(anonymous.get_by_text("lets you read only")).to_be_visible()
    await expect(anonymous.get_by_role("button", name="Show the plan")).to_have_count(0)
    await look(anonymous, "run-new-reader")


async def test_the_list_reads_well_without_scripts(
    browser_without_scripts: Page, site: Site, demo_package: str
) -> None:
    asked = {"mode": "plan", "batch_label": "read without scripts", "assets": {"package_id": demo_package}}
    with site.api(site.ada) as api:
        assert api.post("/v1/runs", json=asked).status_code == 202
    await browser_without_scripts.goto("/")
    await expect(browser_without_scripts.get_by_role("heading", level=1)).to_have_text("Runs")
    await expect(browser_without_scripts.get_by_role("row", name="read without scripts")).to_be_visible()
