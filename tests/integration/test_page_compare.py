"""The page that compares runs: picked, in which order, refused in words."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.db.unit import Database
from tests.integration.house import House
from tests.integration.page_house import completed, page, pages_of


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


async def test_the_oldest_of_ticked_runs_is_the_baseline_and_the_first_of_named_ones(
    house: House, browser: httpx.AsyncClient
) -> None:
    first, _ = await completed(house)
    house.clock.pass_by(60)
    second, _ = await completed(house)
    a, b = first["id"], second["id"]
    ticked = await page(browser, f"/compare?runs={b}&runs={a}")
    assert ticked.index(a) < ticked.index(b)
    named = await page(browser, f"/compare?runs={b},{a}")
    assert named.index(b) < named.index(a)
    assert "Comparison of 2 runs" in named
    assert "What is compared" in named


async def test_what_cannot_be_compared_is_said_above_the_runs_to_pick_from(
    house: House, browser: httpx.AsyncClient
) -> None:
    run, _ = await completed(house)
    assert "names 1 runs" in await page(browser, f"/compare?runs={run['id']}", status=422)
    assert "there is no run nobodys" in await page(browser, f"/compare?runs=nobodys,{run['id']}", status=404)
    assert f'value="{run["id"]}" checked' in await page(browser, f"/compare?runs={run['id']}", status=422)
