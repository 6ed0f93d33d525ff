"""Logging in and out in a browser."""

from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import Site, log_in
from tests.e2e.pages.looking import look


async def test_the_login_page_is_fit_to_be_seen(anonymous: Page) -> None:
    await anonymous.goto("/login")
    await look(anonymous, "login")


async def test_a_key_opens_the_page_that_was_asked_for(anonymous: Page, site: Site) -> None:
    await log_in(anonymous, site.ada, "/preflight?x=1")
    await expect(anonymous).to_have_url(f"{site.url}/preflight?x=1")


async def test_a_key_with_a_slip_is_refused_beside_the_field_and_not_shown_again(
    anonymous: Page, site: Site
) -> None:
    await anonymous.goto("/login")
    await anonymous.get_by_label("API key").fill(site.ada.key[:-1] + "?")
    await anonymous.get_by_role("button", name="Log in").click()
    await expect(anonymous.get_by_role("alert")).to_contain_text("misspelled or cut short")
    assert site.ada.key[8:-1] not in await anonymous.content()
    await expect(anonymous.get_by_label("API key")).to_have_value("")
    await look_again(anonymous)


async def look_again(page: Page) -> None:
    assert await page.get_by_label("API key").get_attribute("aria-invalid") == "true"


async def test_logging_out_ends_the_session_in_other_tabs_too(page: Page, site: Site) -> None:
    other = await page.context.new_page()
    await other.goto("/")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("status")).to_contain_text("You are logged out")
    await other.reload()
    await expect(other).to_have_url(f"{site.url}/login?next=%2F")


async def test_the_keyboard_alone_is_enough_to_log_in(anonymous: Page, site: Site) -> None:
    await anonymous.goto("/login")
    await expect(anonymous.get_by_label("API key")).to_be_focused()
    await anonymous.keyboard.type(site.ada.key)
    await anonymous.keyboard.press("Enter")
    await anonymous.wait_for_url(site.url + "/")


async def test_an_address_without_a_page_says_where_to_go_on(page: Page) -> None:
    await page.goto("/no-such-page")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This page is not here")
    await look(page, "not-found")
