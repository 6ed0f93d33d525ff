"""Packages of essays and the status of the service, in a browser."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import Site, log_in
from tests.e2e.pages.looking import look

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
ESSAY = "The school should open at nine, because pupils who have slept learn more. " * 4


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / name for name in ("essay_one_A.txt", "essay_two_C+.txt", "essay_three.txt")]
    for path in made:
        path.write_text(f"{path.name} {ESSAY}", encoding="utf-8")
    return made


async def test_packages_are_fit_to_be_seen(page: Page, demo_package: str) -> None:
    await page.goto("/packages")
    await look(page, "packages")
    await page.goto(f"/packages/{demo_package}")
    await expect(page.get_by_role("row", name="anchor_essays/").first).to_be_visible()
    await look(page, "package")


async def test_files_are_sent_and_what_is_wrong_with_the_package_is_told(page: Page, files: list[Path]) -> None:
    await page.goto("/packages")
    await page.get_by_label("Name (may be left empty)").fill(HOSTILE)
    await page.get_by_label("Anchor essays").set_input_files(files)
    await page.get_by_role("button", name="Send").click()
    await expect(page).to_have_url(re.compile("/packages/pkg_.*new=1"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await expect(page.get_by_role("row", name="Test on anchors")).to_contain_text("has no expert grade")
    await expect(page.get_by_role("row", name="essay_one_A.txt", exact=False).last).to_contain_text("A")
    await look(page, "package-problems")
    await page.goto("/runs/new")
    await expect(page.get_by_label("Package of essays")).to_contain_text(HOSTILE)


async def test_files_that_cannot_be_used_are_named_beside_the_field(page: Page, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("too short", encoding="utf-8")
    await page.goto("/packages")
    await page.get_by_label("Students' essays").set_input_files(tmp_path / "short.txt")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.locator(".wrong")).to_contain_text("student_essays/short.txt: has 9 characters of text")
    await look(page, "packages-problems", await page.content())


async def test_sending_nothing_says_what_to_choose(page: Page) -> None:
    await page.goto("/packages")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_label("Zip")).to_have_accessible_description(re.compile("Choose a zip, or files"))


async def test_a_package_of_others_is_not_here(anonymous: Page, site: Site, demo_package: str) -> None:
    await log_in(anonymous, site.sven, f"/packages/{demo_package}")
    await expect(anonymous.get_by_role("heading", level=1)).to_have_text("This page is not here")


async def test_the_status_is_fit_to_be_seen(page: Page) -> None:
    await page.goto("/preflight")
    await expect(page.get_by_role("row", name="Broker")).to_contain_text("Good")
    await look(page, "preflight")
