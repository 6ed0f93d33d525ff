"""A run that is started by form is started once, whatever the browser does."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.db.unit import Database
from tests.integration.access_house import bearer
from tests.integration.pages_house import Paged, paged, text_of

HOSTILE = "</td><script>alert('x')</script>\"'><b>&amp;"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Paged]:
    async with paged(database, tmp_path) as found:
        found.a_key = await found.key("north")
        await found.log_in(found.a_key)
        found.package_id = await found.package(found.a_key)
        yield found


async def planned(house: Paged, **changes: str) -> dict[str, str]:
    """Return the fields of the form that the plan shows."""
    fields = {"mode": "anchor-align-test", "batch_label": "by form", "assets.package_id": house.package_id}
    form = await house.form("/runs/new", **(fields | changes))
    page = await house.browser.post("/runs/new", data=form | {"act": "plan"})
    assert page.status_code == 200, text_of(page)
    [once] = re.findall(r'name="once" value="([0-9a-f]{32})"', page.text)
    return form | {"act": "start", "once": once}


async def labels(house: Paged) -> list[str]:
    found = (await house.http.get("/v1/runs", headers=bearer(house.a_key))).json()["items"]
    return [run["batch_label"] for run in found]


async def test_ten_starts_at_once_make_one_run_and_all_lead_to_it(house: Paged) -> None:
    form = await planned(house)
    assert await labels(house) == []
    answers = await asyncio.gather(*(house.browser.post("/runs/new", data=form) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert await labels(house) == ["by form"]


async def test_a_start_with_another_run_under_its_key_is_refused_beside_the_form(house: Paged) -> None:
    form = await planned(house)
    await house.browser.post("/runs/new", data=form)
    answer = await house.browser.post("/runs/new", data=form | {"batch_label": "another"})
    assert (answer.status_code, "look at its plan first" in text_of(answer)) == (422, True)
    assert await labels(house) == ["by form"]


async def test_a_start_without_a_plan_shows_the_plan(house: Paged) -> None:
    form = await planned(house)
    answer = await house.browser.post("/runs/new", data=form | {"once": ""})
    assert (answer.status_code, "Plan: by form" in text_of(answer)) == (200, True)
    assert await labels(house) == []


async def test_a_test_of_boundaries_is_offered_planned_and_started(house: Paged) -> None:
    said = text_of(await house.browser.get(f"/packages/{house.package_id}"))
    assert "is required in mode boundary-test" not in said
    form = await planned(house, mode="boundary-test", **{"boundary.iterations": "2"})
    shown = await house.browser.post("/runs/new", data=form | {"act": "plan"})
    assert "more than the test itself only where answers fail" in text_of(shown)
    assert "scores stand still before" not in text_of(shown)
    answer = await house.browser.post("/runs/new", data=form)
    assert answer.status_code == 303
    [run] = (await house.http.get("/v1/runs", headers=bearer(house.a_key))).json()["items"]
    assert run["mode"] == "boundary-test"


async def test_hostile_names_and_labels_stay_text_on_every_page(house: Paged) -> None:
    form = await planned(house, batch_label=HOSTILE, labels=f"who={HOSTILE}")
    await house.browser.post("/runs/new", data=form)
    assert await labels(house) == [HOSTILE]
    for page in (
        await house.browser.get("/"),
        await house.browser.get("/", params={"batch_label_prefix": HOSTILE, "label": HOSTILE, "from": HOSTILE}),
        await house.browser.post("/runs/new", data=form | {"act": "plan"}),
        await house.browser.post(
            "/runs/new", data=form | {"act": "change", "llm.rubric.text": f"</textarea>{HOSTILE}"}
        ),
        await house.browser.get(f"/runs/new?package={HOSTILE}"),
        await house.browser.get(f"/login?next=/{HOSTILE}"),
        await house.browser.get(f"/packages/{HOSTILE}"),
    ):
        assert "<script>" not in page.text
        assert "</td><" not in page.text.replace("</td>\n<", "")
        assert HOSTILE not in page.text


async def test_a_package_with_too_few_essays_is_told_at_its_field(house: Paged) -> None:
    sent = {"anchors": ("one_A.txt", b"words and more words " * 20)}
    made = await house.browser.post("/packages", files=sent, data=await house.form("/packages"))
    package = made.headers["Location"].split("/")[2].split("?")[0]
    fields = {"mode": "anchor-align-test", "batch_label": "x", "assets.package_id": package, "act": "plan"}
    answer = await house.browser.post("/runs/new", data=await house.form("/runs/new", **fields))
    assert answer.status_code == 422
    assert 'id="assets.package_id-wrong">At least two anchors are needed to compare.' in answer.text
    page = text_of(await house.browser.get(f"/packages/{package}"))
    assert "Test on anchors No at least two anchors are needed to compare" in page
    assert "Inventory only Yes" in page
