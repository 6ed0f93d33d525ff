"""What a run would do: said at once, refused where a run would be, and nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from app.db.unit import Database
from app.runner.api.app import build
from app.runner.plan.plan import Neighbours
from app.runner.plan.prices_http import Prices
from app.runner.tables import label_numbers, messages, packages, run_essays, run_events, runs
from tests.integration.house import House
from tests.integration.parts import Json, in_process, neighbour, runner_parts

MODELS = {
    "models": [
        {
            "provider": "openai",
            "model": "gpt-5.1",
            "default": True,
            "facts": {
                "usd_per_million_tokens": {"input": 1.0, "output": 10.0},
                "batch_factor": 0.5,
                "price_source": "the test",
            },
        },
        {"provider": "openai", "model": "free", "facts": {"usd_per_million_tokens": None}},
    ]
}


class Planner:
    """The API with cj in process, and a gateway that answers as told."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.gateway = httpx.Response(200, json=MODELS)
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}?{request.url.query.decode()}")
        return self.gateway

    async def open(self, **changes: Any) -> None:
        enter = self.house.stack.enter_async_context
        gateway = await enter(httpx.AsyncClient(transport=httpx.MockTransport(self.answer)))
        asked = Neighbours(self.house.parts.assignments, Prices(neighbour(gateway, "gateway"), "http://gateway"))
        parts = await enter(runner_parts(self.house.database, self.house.files, self.house.clock))
        self.api = await enter(in_process(build(replace(parts, **({"asked": asked} | changes)), {})))

    async def plan(self, **changes: Any) -> httpx.Response:
        body = {
            "assets": {"package_id": self.house.package},
            "llm": {"provider": "openai"},
            "budget": {"max_comparisons": 60},
            "design": {"stop": {"rule": "cap"}},
        } | changes
        return await self.api.post("/v1/runs:plan", json=body)

    async def assignment(self, **texts: str) -> str:
        """Create an assignment at cj, with a student prompt; return its id."""
        assignment_id, cj = str(uuid4()), self.house.cj
        headers = {"Authorization": f"Bearer {self.house.parts.assignments._token()}"}
        body = {
            "assignment_id": assignment_id,
            "instructions_text": "Judge fairly.",
            "grade_scale": "eng5_np_legacy_9_step",
        } | texts
        made = await cj.post("/admin/v1/assessment-instructions", json=body, headers=headers)
        assert made.is_success, made.text
        prompt = {"assignment_id": assignment_id, "prompt_text": "Write about a harbour."}
        assert (await cj.post("/admin/v1/student-prompts", json=prompt, headers=headers)).is_success
        return assignment_id


@pytest.fixture
async def planner(database: Database, tmp_path: Path) -> AsyncIterator[Planner]:
    house = House(database, tmp_path)
    async with house.stack:
        await house.open()
        planner = Planner(house)
        await planner.open()
        yield planner


async def _rows(database: Database) -> int:
    tables = (runs, run_events, run_essays, label_numbers, messages.outbox)
    async with database.transaction() as connection:
        return sum(
            [(await connection.execute(select(func.count()).select_from(table))).scalar_one() for table in tables]
        )


async def test_a_plan_says_what_the_anchors_would_cost_and_writes_nothing(
    planner: Planner, database: Database
) -> None:
    answer = await planner.plan(batch_label="try-%Y-{n}")
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert plan["mode"] == "anchor-align-test"
    assert plan["batch_label"] == "try-2026-{n}"
    assert (plan["inventory"]["anchors"], plan["inventory"]["students"], plan["inventory"]["judged"]) == (
        12,
        10,
        12,
    )
    assert sum(plan["inventory"]["grades"].values()) == 12
    assert plan["pairs"]["possible"] == 66
    assert plan["comparisons"] == {
        "at_least": 60,
        "at_most": 60,
        "per_wave": 6,
        "waves_at_most": 10,
        "reason": "all of budget.max_comparisons is asked",
    }
    assert plan["judge"]["model"] == "gpt-5.1", "the provider's default model"
    assert await _rows(database) == 0
    assert planner.asked == ["GET /api/v1/models?provider=openai&include_deprecated=true"]


async def test_the_estimate_is_the_price_times_tokens_and_is_explained(planner: Planner) -> None:
    cost = (await planner.plan()).json()["cost"]
    usual = cost["tokens_usual"]
    assert cost["known"]
    assert cost["reason"] is None
    each = (usual["prompt"] * 1.0 + usual["answer"] * 10.0) / 1e6
    assert cost["usd_per_comparison"] == pytest.approx(each, abs=1e-6)
    assert cost["usd_expected"] == pytest.approx(60 * each, abs=1e-6)
    assert cost["usd_at_most"] > cost["usd_expected"]
    assert cost["assumptions"][0].startswith("price of openai gpt-5.1: 1 USD per million tokens of the prompt")
    job = (await planner.plan(design={"batching_mode": "provider_batch_api"})).json()
    assert job["cost"]["usd_expected"] == pytest.approx(30 * each, abs=1e-6)
    assert job["comparisons"]["waves_at_most"] == 1


async def test_the_cap_of_costs_bounds_the_estimate(planner: Planner) -> None:
    cost = (await planner.plan(budget={"max_comparisons": 60, "max_cost_usd": 0.01})).json()["cost"]
    assert cost["usd_at_most"] == 0.01
    assert cost["usd_expected"] == 0.01


@pytest.mark.parametrize(
    ("llm", "gateway", "reason"),
    [
        ({}, httpx.Response(200, json=MODELS), "llm.provider is left out"),
        (
            {"provider": "openai", "model": "free"},
            httpx.Response(200, json=MODELS),
            "knows no price of openai free",
        ),
        ({"provider": "openai", "model": "odd"}, httpx.Response(200, json=MODELS), "lists no openai model odd"),
        ({"provider": "google"}, httpx.Response(200, json={"models": []}), "names no default model of google"),
        ({"provider": "openai"}, httpx.Response(503), "the gateway does not answer"),
        ({"provider": "openai"}, httpx.Response(404), "lists no models (status 404)"),
        ({"provider": "openai"}, httpx.Response(200, text="<html>"), "cannot be read"),
    ],
)
async def test_without_a_price_costs_are_unknown_never_zero(
    planner: Planner, llm: Json, gateway: httpx.Response, reason: str
) -> None:
    planner.gateway = gateway
    answer = await planner.plan(llm=llm)
    assert answer.status_code == 200
    cost = answer.json()["cost"]
    assert (cost["known"], cost["usd_expected"], cost["usd_at_most"]) == (False, None, None)
    assert reason in cost["reason"]


async def test_an_assignment_makes_it_the_plan_of_an_execute(planner: Planner, database: Database) -> None:
    answer = await planner.plan(assignment_id=await planner.assignment())
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert (plan["mode"], plan["inventory"]["judged"], plan["comparisons"]["per_wave"]) == ("execute", 22, 11)
    assert plan["notes"] == [
        "the assignment's anchors that are registered with cj already would be compared as well"
    ]
    assert await _rows(database) == 0


async def test_a_plan_is_refused_where_an_execute_would_be(planner: Planner) -> None:
    unknown = str(uuid4())
    national = await planner.assignment(context_origin="canonical_national")
    other = await planner.assignment(grade_scale="swedish_8_anchor")
    refused: list[tuple[Json, str, str]] = [
        ({"mode": "execute"}, "body", "assignment_id is required in mode execute"),
        ({"assignment_id": unknown}, "assignment_id", f"cj knows no assignment {unknown}"),
        ({"assignment_id": other}, "assignment_id", "the assignment's scale is swedish_8_anchor"),
        (
            {"assignment_id": national, "llm": {"rubric": {"text": "mine"}}},
            "assignment_id",
            "llm.rubric is not allowed",
        ),
        ({"assets": {"package_id": "pkg_none"}}, "assets.package_id", "there is no asset package pkg_none"),
        ({"mode": "dry-run"}, "body", "a dry-run asks nothing"),
        ({"llm": {"rubric": {"name": "none"}}}, "llm.rubric.name", "there is no rubric prompt none"),
        (
            {"design": {"pairs": [{"a": "x", "b": "y"}]}},
            "design.pairs.0.a",
            "is not the name of exactly one essay",
        ),
        ({"mode": {}}, "mode", "Input should be"),
        ({"colour": "red"}, "colour", "is not known here"),
        ({"batch_label": "  "}, "batch_label", "is blank"),
    ]
    for changes, field, message in refused:
        answer = await planner.plan(**changes)
        assert answer.status_code == 422, changes
        [problem, *_] = answer.json()["errors"]
        assert problem["field"] == field
        assert message in problem["message"]


async def test_a_cj_that_is_away_or_refuses_us_keeps_nobody_from_planning(planner: Planner) -> None:
    assignment_id = await planner.assignment()
    for status, note in ((503, "cj does not answer"), (401, "cj refused our token")):
        planner.house.cj_answers(status)
        await planner.open()
        answer = await planner.plan(assignment_id=assignment_id)
        assert answer.status_code == 200, answer.text
        assert any(note in text for text in answer.json()["notes"])


async def test_a_package_of_another_organisation_is_not_there(planner: Planner, database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(packages).values(owner="another"))
    answer = await planner.plan()
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "assets.package_id"


async def test_a_run_named_plan_and_the_plan_of_runs_do_not_meet(planner: Planner) -> None:
    assert (await planner.api.get("/v1/runs/plan")).status_code == 404
    assert (await planner.api.get("/v1/runs:plan")).status_code == 405
    assert (await planner.api.get("/v1/runs/:plan")).status_code == 404


async def test_listed_pairs_are_counted_with_their_repeats(planner: Planner) -> None:
    stems = [name.rsplit("/", 1)[1].rsplit(".", 1)[0] for name in await _anchors(planner)]
    pairs = [{"a": stems[0], "b": stems[1], "times": 3}, {"a": stems[1], "b": stems[2]}]
    plan = (await planner.plan(design={"pairs": pairs})).json()
    assert (plan["pairs"]["policy"], plan["pairs"]["listed"], plan["pairs"]["possible"]) == ("pre_specified", 2, 2)
    assert (plan["comparisons"]["at_most"], plan["comparisons"]["waves_at_most"]) == (4, 1)


TEST: Json = {"boundary": {"boundaries": ["A/B", "B/C"], "iterations": 5}, "design": {}, "budget": {}}


async def test_the_plan_of_a_boundary_test_says_its_pairs_and_what_they_would_cost(
    planner: Planner, database: Database
) -> None:
    planner.house.cj_answers(503)
    await planner.open()
    plan = (await planner.plan(**TEST)).json()
    assert (plan["mode"], plan["inventory"]["judged"]) == ("boundary-test", 6)
    assert plan["pairs"] == {
        "policy": "pre_specified",
        "both_orders": True,
        "possible": 8,
        "listed": 8,
        "iterations": 5,
        "boundaries": {"A/B": 4, "B/C": 4},
    }
    counts = plan["comparisons"]
    assert (counts["at_least"], counts["at_most"], counts["waves_at_most"]) == (80, 88, 1)
    assert plan["cost"]["usd_expected"] == pytest.approx(88 * plan["cost"]["usd_per_comparison"], abs=1e-4)
    assert plan["request"]["budget"]["max_comparisons"] == 88
    assert any("was not checked: cj does not answer" in note for note in plan["notes"])
    assert await _rows(database) == 0


async def test_the_plan_of_a_boundary_test_says_where_the_money_ends(planner: Planner) -> None:
    plan = (await planner.plan(**TEST | {"budget": {"max_cost_usd": 0.05}})).json()
    enough = int(0.05 / plan["cost"]["usd_per_comparison"])
    assert (
        f"budget.max_cost_usd is enough for about {enough} of 80 comparisons: asking would stop there"
        in plan["notes"]
    )


async def test_a_boundary_test_that_cj_would_not_do_is_refused_by_its_plan(planner: Planner) -> None:
    planner.house.cj_answers(404)
    await planner.open()
    answer = await planner.plan(**TEST)
    assert answer.status_code == 422
    assert "cannot be given a list of pairs" in answer.json()["errors"][0]["message"]


async def _anchors(planner: Planner) -> list[str]:
    package = (await planner.api.get(f"/v1/asset-packages/{planner.house.package}")).json()
    return [file["path"] for file in package["inventory"]["files"] if file["kind"] == "anchor"]
