"""The page of a run: what it says in each state, and what can be done from it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.db.unit import Database
from tests.integration.house import House
from tests.integration.page_house import completed, page, pages_of, sent


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    made = House(database, tmp_path)
    async with made.stack:
        await made.open()
        yield made


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with pages_of(house) as client:
        yield client


async def test_a_run_that_goes_on_says_how_far_it_is_and_can_be_cancelled(
    house: House, browser: httpx.AsyncClient
) -> None:
    run, _ = await house.running()
    html = await page(browser, f"/runs/{run['id']}")
    assert "Sent to the judge" in html
    assert '<progress id="bar" max="4" value="0">0 of 4</progress>' in html
    assert f'href="/runs/{run["id"]}/cancel"' in html
    assert "Load it again" in html
    assert "Files are written when the run ends" in html


async def test_a_run_that_ended_shows_scores_downloads_and_what_can_be_done(
    house: House, browser: httpx.AsyncClient
) -> None:
    run, ids = await completed(house)
    html = await page(browser, f"/runs/{run['id']}")
    assert "Completed" in html
    assert '<title id="score-plot-title">Scores with 95 % intervals' in html
    assert f"/v1/runs/{run['id']}/bundle.zip" in html
    assert f"essay={ids[0].replace(':', '%3A')}" in html
    for what in ("as markdown", "to read and print", "every number"):
        assert f"The report, {what}" in html
    for action in ("retry", "delete"):
        assert f'href="/runs/{run["id"]}/{action}"' in html
    assert f'href="/runs/{run["id"]}/cancel"' not in html


async def test_a_run_that_judges_nothing_offers_no_pairs(house: House, browser: httpx.AsyncClient) -> None:
    planned = await house.start(mode="dry-run", llm={}, design={}, budget={})
    assert "Pairs and verdicts" not in await page(browser, f"/runs/{planned['id']}")


async def test_a_run_is_cancelled_by_its_form_only(house: House, browser: httpx.AsyncClient) -> None:
    run, _ = await house.running()
    assert (await browser.post(f"/runs/{run['id']}/cancel", data={})).status_code == 403
    assert (await house.show(run["id"]))["status"] == "published"
    answer = await sent(browser, f"/runs/{run['id']}/cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{run['id']}")
    assert (await house.show(run["id"]))["status"] == "cancelling"
    assert "Being cancelled" in await page(browser, f"/runs/{run['id']}")


async def test_a_run_that_ended_is_tried_again_and_deleted(house: House, browser: httpx.AsyncClient) -> None:
    run, _ = await completed(house)
    again = (await sent(browser, f"/runs/{run['id']}/retry")).headers["location"]
    assert again != f"/runs/{run['id']}"
    assert run["id"] in await page(browser, again)
    assert (await sent(browser, f"/runs/{run['id']}/delete")).headers["location"] == "/"
    await page(browser, f"/runs/{run['id']}", status=410)


async def test_what_cannot_be_done_is_refused_in_words(house: House, browser: httpx.AsyncClient) -> None:
    run, _ = await completed(house)
    answer = await sent(browser, f"/runs/{run['id']}/cancel")
    assert answer.status_code == 409
    assert "there is nothing left to cancel" in answer.text


async def test_why_a_run_failed_stands_beside_what_to_do(house: House, browser: httpx.AsyncClient) -> None:
    run = await house.start(mode="execute", assignment_id="00000000-0000-4000-8000-000000000001")
    await house.prepare(run["id"])
    html = await page(browser, f"/runs/{run['id']}")
    assert "<code>not_found</code>" in html
    assert "Something that the run names is not there" in html


async def test_pairs_are_listed_filtered_and_opened(house: House, browser: httpx.AsyncClient) -> None:
    run, ids = await completed(house)
    own = f"/runs/{run['id']}/pairs"
    html = await page(browser, own)
    assert "4 pairs" in html
    assert "orders disagree" in html
    assert "1 invalid answer" in html
    assert "2 pairs" in await page(browser, f"{own}?essay={ids[1]}")
    assert "1 pair." in await page(browser, f"{own}?show=orders_disagree")
    opened = await page(browser, f"{own}/1")
    assert "because it says &lt;more&gt;" in opened
    assert 'rel="next"' in opened
    assert opened.count('class="words essay-text"') == 2
    assert "<strong>No verdict.</strong>" not in opened
    await page(browser, f"{own}/99", status=404)
    await page(browser, f"{own}?show=nonsense", status=422)


async def test_events_are_paged_from_the_latest_back(house: House, browser: httpx.AsyncClient) -> None:
    run, _ = await completed(house)
    html = await page(browser, f"/runs/{run['id']}?events_before=3")
    assert '<li value="1">' in html
    assert '<li value="2">' in html
    assert '<li value="3">' not in html
    assert "The latest events" in html
