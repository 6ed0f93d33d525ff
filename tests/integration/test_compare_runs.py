"""Runs compared over HTTP: the answer in each form, its refusals, whose runs they are, and hostile words."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, update

from app.db.unit import Database
from app.errors import InvalidInput
from app.runner.comparing.gather import check_size
from app.runner.reports.numbers.differences import NO_SETTINGS
from app.runner.runs import store
from app.runner.runs.spec import RunRequest
from app.runner.tables import run_essays
from app.settings.comparing import ComparingSettings
from tests.integration.access_house import bearer, guarded
from tests.integration.compared_house import WORDS, ended_run
from tests.integration.house import House
from tests.integration.parts import Json

OTHER_RUBRIC = {
    "provider": "mock",
    "model": "latent",
    "temperature": 0.0,
    "system_prompt": {"text": "be fair"},
    "rubric": {"text": "weigh language first"},
}
HOSTILE = "<script>alert(1)</script> @someone | [x](javascript:alert(1)) \u202e `tick"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def compared(house: House, *runs: Json, **query: str) -> httpx.Response:
    params = {"runs": ",".join(run["id"] for run in runs), "draws": "200"} | query
    answer = await house.api.get("/v1/compare", params=params)
    assert answer.status_code == 200, answer.text
    return answer


async def test_two_runs_stand_side_by_side_with_what_was_set_otherwise(house: House) -> None:
    old = await ended_run(house, [(0, 1), (2, 5)])
    new = await ended_run(house, llm=OTHER_RUBRIC)
    found = (await compared(house, old, new)).json()
    assert [(run["letter"], run["run_id"]) for run in found["runs"]] == [("A", old["id"]), ("B", new["id"])]
    assert (found["shared_essays"], found["shared_anchors"]) == (6, 6)
    assert found["settings"]["differences"] == []
    [rubric] = found["settings"]["prompts"]
    assert rubric["role"] == "rubric"
    assert rubric["changes"][0]["lines"][-2:] == ["-weigh both", "+weigh language first"]
    before, after = found["metrics"]
    assert (before["verdicts"], before["invalid"]["failed"], before["invalid"]["by_code"]) == (
        15,
        1,
        [{"name": "TIMEOUT", "count": 1}],
    )
    assert before["spent"]["usd"] == pytest.approx(0.016)
    [against] = found["against"]
    assert against["letter"] == "B"
    assert against["pairs"]["judged_by_both"] == 15
    assert (against["pairs"]["same_winner"], against["pairs"]["other_winner"]) == (13, 2)
    assert against["disputes_total"] == len(against["disputes"]) == 2
    said = [side["verdicts"][0]["justification"] for one in against["disputes"] for side in (one["baseline"],)]
    assert said == [WORDS, WORDS]
    tau = {one["statistic"]: one for one in against["taus"]}["tau_b"]
    assert tau["baseline"] == pytest.approx(before["tau_b"])
    assert tau["other"] == pytest.approx(after["tau_b"])
    assert tau["over_essays"]["draws"] <= found["resampling"]["draws_over_essays"] == 200


async def test_the_same_question_gives_the_same_bytes_and_another_seed_other_draws(house: House) -> None:
    runs = [await ended_run(house, [(0, 1), (2, 5)]), await ended_run(house)]
    first, again = await compared(house, *runs), await compared(house, *runs)
    assert first.content == again.content
    other = await compared(house, *runs, seed="5")
    assert other.json()["against"][0]["taus"] != first.json()["against"][0]["taus"]


@pytest.mark.parametrize(
    ("accept", "asked", "kind"),
    [
        (None, {}, "application/json"),
        ("text/markdown", {}, "text/markdown; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", {}, "text/html; charset=utf-8"),
        ("text/html", {"format": "json"}, "application/json"),
        (None, {"format": "markdown"}, "text/markdown; charset=utf-8"),
        (None, {"format": "html"}, "text/html; charset=utf-8"),
    ],
)
async def test_the_form_is_the_one_that_is_asked_for(
    house: House, accept: str | None, asked: dict[str, str], kind: str
) -> None:
    runs = [await ended_run(house), await ended_run(house)]
    house.api.headers.update({} if accept is None else {"Accept": accept})
    answer = await compared(house, *runs, **asked)
    assert (answer.headers["Content-Type"], answer.headers["Vary"]) == (kind, "Accept")


async def test_hostile_words_of_a_judge_are_only_text_in_page_and_markdown(house: House) -> None:
    runs = [await ended_run(house, [(0, 1)], justification=HOSTILE), await ended_run(house, justification=HOSTILE)]
    page = await compared(house, *runs, format="html")
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    text = (await compared(house, *runs, format="md")).text
    assert re.search(r"(?<!\\)<script", text) is None
    assert re.search(r"(?<!\\)\[x\]\(javascript", text) is None
    assert "@someone" not in text
    assert (await compared(house, *runs)).json()["against"][0]["disputes"][0]["baseline"]["verdicts"][0][
        "justification"
    ] == HOSTILE


async def refusal(house: House, runs: str, **query: str) -> tuple[int, str, str]:
    answer = await house.api.get("/v1/compare", params={"runs": runs} | query)
    problem = answer.json()
    return answer.status_code, problem["code"], problem["detail"]


async def test_what_cannot_be_compared_is_refused_and_named(house: House) -> None:
    old = await ended_run(house)
    going_on = await house.start()
    assert await refusal(house, old["id"]) == (
        422,
        "invalid_input",
        "runs: names 1 runs: name 2 to 10, with commas",
    )
    twice = await refusal(house, f"{old['id']},{old['id']}")
    assert twice[:2] == (422, "invalid_input")
    assert f"names {old['id']} twice" in twice[2]
    many = await refusal(house, ",".join(f"run_{number}" for number in range(11)))
    assert (many[0], "names 11 runs" in many[2]) == (422, True)
    assert await refusal(house, f"{old['id']},run_no") == (404, "not_found", "there is no run run_no")
    status, code, detail = await refusal(house, f"{old['id']},{going_on['id']}")
    assert (status, code) == (409, "not_ready")
    assert going_on["id"] in detail
    assert (await refusal(house, f"{old['id']},x", format="pdf"))[0] == 406
    assert (await refusal(house, f"{old['id']},x", draws="9"))[0] == 422


async def test_runs_without_a_common_essay_are_refused_by_name(house: House) -> None:
    old, other = await ended_run(house), await ended_run(house, among=2)
    async with house.database.transaction() as connection:
        changed = update(run_essays).where(run_essays.c.run_id == other["id"])
        await connection.execute(changed.values(text_sha256=func.reverse(run_essays.c.text_sha256)))
    status, _, detail = await refusal(house, f"{old['id']},{other['id']}")
    assert status == 422
    assert old["id"] in detail
    assert other["id"] in detail


async def test_a_run_without_any_score_is_refused_by_name(house: House) -> None:
    old = await ended_run(house)
    plan = await house.start("plan", llm={})
    await house.prepare(plan["id"])
    await house.finish(plan["id"])
    status, _, detail = await refusal(house, f"{old['id']},{plan['id']}")
    assert (status, plan["id"] in detail, "without any score" in detail) == (422, True, True)


async def test_runs_over_more_or_fewer_essays_are_compared_on_those_they_share(house: House) -> None:
    whole, part = await ended_run(house, among=7), await ended_run(house, among=5)
    found = (await compared(house, whole, part)).json()
    assert found["shared_essays"] == 5
    assert [(one["letter"], one["count"]) for one in found["left_out"]] == [("A", 2), ("B", 0)]
    assert [essay["standings"][0]["rank"] for essay in found["essays"]] == [1, 2, 3, 4, 5]


async def test_a_run_of_another_organisation_is_not_there(database: Database, tmp_path: Path) -> None:
    async with guarded(database, tmp_path) as house:
        south, north = await house.key("south"), await house.key("north")
        theirs = (await house.run(south, await house.package(south))).json()["id"]
        mine = (await house.run(north, await house.package(north))).json()["id"]
        params = {"runs": f"{mine},{theirs}"}
        answer = await house.http.get("/v1/compare", params=params, headers=bearer(north))
        nobody = await house.http.get("/v1/compare", params={"runs": f"{mine},run_x"}, headers=bearer(north))
        assert (answer.status_code, nobody.status_code) == (404, 404)
        assert answer.json()["detail"] == f"there is no run {theirs}"
        own = await house.http.get("/v1/compare", params=params, headers=bearer(south))
        assert own.json()["detail"] == f"there is no run {mine}"


async def test_more_answers_than_can_be_compared_are_refused_before_they_are_read(house: House) -> None:
    run = await ended_run(house)
    async with house.database.transaction() as connection:
        found = await store.get(connection, run["id"])
    limits = ComparingSettings(most_verdicts=20)
    check_size([found], limits.most_verdicts)
    with pytest.raises(InvalidInput, match="32 answers together, and at most 20"):
        check_size([found, found], limits.most_verdicts)


def test_the_settings_of_a_request_are_all_compared_or_left_out_on_purpose() -> None:
    assert set(RunRequest.model_fields) >= NO_SETTINGS
