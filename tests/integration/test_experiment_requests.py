"""What may be asked of experiments: plans with costs, refusals that name the field, a request sent again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.db.unit import Database
from app.runner.api.app import build
from app.runner.experiment_tables import experiments
from app.runner.plan.plan import Neighbours
from app.runner.plan.prices_http import Prices
from app.settings import ExperimentSettings
from tests.integration.experiment_rig import Lab
from tests.integration.parts import in_process, neighbour, runner_parts

PRICED = {"usd_per_million_tokens": {"input": 2.0, "output": 8.0}, "price_source": "the tests"}
MODELS = {"models": [{"provider": "openai", "model": name, "facts": PRICED} for name in ("large", "small")]}


@pytest.fixture
async def lab(database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    found = Lab(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def priced(lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
    """The API with a gateway that lists two models of openai, and takes at most six cells."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["provider"] == "openai"
        return httpx.Response(200, json=MODELS)

    gateway = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    asked = Neighbours(None, Prices(neighbour(gateway, "gateway"), "http://gateway"))
    limits = ExperimentSettings(max_cells=6, max_concurrency=4)
    async with (
        runner_parts(lab.database, lab.files, lab.clock, experiments=limits) as parts,
        in_process(build(replace(parts, asked=asked), {})) as api,
    ):
        yield api


async def count(lab: Lab) -> int:
    async with lab.database.transaction() as connection:
        return int((await connection.execute(select(func.count()).select_from(experiments))).scalar_one())


def openai(*models: str) -> list[dict[str, str]]:
    return [{"provider": "openai", "model": model} for model in models]


async def test_a_plan_shows_cells_comparisons_and_costs_and_writes_nothing(
    lab: Lab, priced: httpx.AsyncClient
) -> None:
    body = lab.body(factors={"models": openai("large", "small"), "repeats": 2}, max_cost_usd=0.35)
    answer = await priced.post("/v1/experiments:plan", json=body)
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    totals = plan["totals"]
    assert (totals["settings"], totals["repeats"], totals["cells"]) == (2, 2, 4)
    assert (totals["comparisons_at_least"], totals["comparisons_at_most"]) == (16, 16)
    each = plan["settings"][0]
    assert each["max_cost_usd"] > each["cost"]["usd_at_most"] > 0
    assert totals["usd_at_most"] == pytest.approx(4 * each["cost"]["usd_at_most"])
    assert totals["cells_started_at_most_cost"] == int(0.35 / each["max_cost_usd"]) > 0
    assert any("the engine sets that aside first" in note for note in plan["notes"])
    assert [(cell["setting"], cell["repeat"]) for cell in plan["cells"]] == [(1, 1), (2, 1), (1, 2), (2, 2)]
    assert await count(lab) == 0


async def test_runs_are_given_what_they_need_or_more_in_proportion(lab: Lab, priced: httpx.AsyncClient) -> None:
    body = lab.body(factors={"models": openai("large"), "repeats": 2}, max_cost_usd=1.0)
    made = (await priced.post("/v1/experiments", json=body)).json()
    found = await lab.step(made)
    assert found["money"]["held"] == pytest.approx(1.0)


async def test_tokens_of_reasoning_are_not_known_so_that_equal_parts_are_given(
    lab: Lab, priced: httpx.AsyncClient
) -> None:
    factors = {"models": openai("large"), "reasoning_efforts": ["none", "high"]}
    plan = (await priced.post("/v1/experiments:plan", json=lab.body(factors=factors))).json()
    assert [one["max_cost_usd"] is None for one in plan["settings"]] == [False, True]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"factors": {"models": openai("large", "lagre")}}, ["/factors/models/1/model"]),
        ({"factors": {"rubrics": [{"name": "no_such"}]}}, ["/factors/rubrics/0/name"]),
        (
            {"factors": {"prompts": [{"name": "no"}], "rubrics": [None, {"name": "never"}]}},
            ["/factors/prompts/0/name", "/factors/rubrics/1/name"],
        ),
        ({"factors": {"rubrics": [{"text": "same"}, {"text": "same"}]}}, ["/factors/rubrics/1"]),
        ({"factors": {"repeats": 7}}, ["/factors"]),
        ({"max_concurrency": 5}, ["/max_concurrency"]),
        ({"assets": {"package_id": "pkg_none"}}, ["/assets/package_id"]),
        ({"mode": "execute"}, ["/assignment_id"]),
        ({"expected_grade_scale": "nonsense"}, ["/expected_grade_scale"]),
        ({"mode": "plan"}, ["/mode"]),
        ({"max_cost_usd": -1}, ["/max_cost_usd"]),
        ({"design": {"pairs": [{"a": "x", "b": "y"}]}}, ["/design/pairs/0/a", "/design/pairs/0/b"]),
        ({"labels": {"experiment": "x"}}, ["/labels"]),
        ({"name": "a\x00b"}, ["/name"]),
        ({"surprise": 1}, ["/surprise"]),
    ],
)
async def test_what_is_wrong_is_named_before_anything_is_written(
    lab: Lab, priced: httpx.AsyncClient, changes: dict[str, Any], pointers: list[str]
) -> None:
    for path in ("/v1/experiments", "/v1/experiments:plan"):
        answer = await priced.post(path, json=lab.body(factors={"repeats": 1}) | changes)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert await count(lab) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"name": {"a": 1}}',
        b'{"factors": {"seeds": [1e400]}}',
        b'{"name": "\\ud800", "assets": {"package_id": "p"}, "max_cost_usd": 1}',
        b'{"name": "x", "assets": {"package_id": "p"}, "max_cost_usd": "NaN"}',
        b'{"factors": {"models": [' + b"null," * 101 + b"null]}}",
    ],
)
async def test_rubbish_is_refused_and_crashes_nothing(lab: Lab, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/v1/experiments", "/v1/experiments:plan"):
        answer = await lab.api.post(path, content=body, headers=headers)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_huge_matrix_is_refused_without_being_made(lab: Lab) -> None:
    many = [{"text": f"text {number}"} for number in range(100)]
    models = [{"provider": "mock", "model": f"m{number}"} for number in range(100)]
    factors = {"prompts": many, "rubrics": many, "models": models, "repeats": 100}
    answer = await lab.api.post("/v1/experiments", json=lab.body(factors=factors))
    assert (answer.status_code, "100000000 cells" in answer.text) == (422, True)


async def test_the_same_request_again_under_its_key_makes_no_second_experiment(lab: Lab) -> None:
    key = {"Idempotency-Key": "one"}
    first = await lab.api.post("/v1/experiments", json=lab.body(), headers=key)
    again = await lab.api.post("/v1/experiments", json=lab.body(), headers=key)
    assert (again.content, again.headers["Idempotency-Replayed"], await count(lab)) == (first.content, "true", 1)
    other = await lab.api.post("/v1/experiments", json=lab.body(name="other"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_prompts_stay_as_they_were_when_it_was_accepted(lab: Lab) -> None:
    made = await lab.begin(factors={"rubrics": [{"name": "003_language_control"}]})
    text = made["request"]["factors"]["rubrics"][0]["text"]
    assert len(text) > 100
    await lab.step(made)
    [run] = await lab.going(made)
    assert run["request"]["llm"]["rubric"] == {"name": "003_language_control", "text": text}


async def test_experiments_are_listed_newest_first_page_by_page(lab: Lab) -> None:
    made = []
    for number in range(3):
        lab.clock.pass_by(1)
        made.append(await lab.begin(name=f"no {number}", labels={"n": str(number % 2)}))
    page = (await lab.api.get("/v1/experiments", params={"limit": 2})).json()
    assert [item["name"] for item in page["items"]] == ["no 2", "no 1"]
    rest = (await lab.api.get(page["next"])).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([made[0]["id"]], None)
    even = (await lab.api.get("/v1/experiments", params={"label": "n=0"})).json()
    assert [item["name"] for item in even["items"]] == ["no 2", "no 0"]
    await lab.api.post(made[1]["links"]["cancel"])
    over = (await lab.api.get("/v1/experiments", params={"status": "cancelled"})).json()
    assert [(item["name"], item["cells"]["cancelled"]) for item in over["items"]] == [("no 1", 8)]
    stolen = await lab.api.get("/v1/runs", params={"cursor": page["next_cursor"]})
    assert stolen.status_code == 422


async def test_names_of_prompts_in_tables_begin_no_formula(lab: Lab) -> None:
    made = await lab.begin(factors={"models": [{"provider": "mock", "model": "=1+1"}]})
    text = (await lab.api.get(made["links"]["cells"], params={"format": "csv"})).text
    assert '"mock/=1+1"' in text
    assert '"=1+1' not in text
