"""The typed client and its commands before a real stack."""

import orjson
import pytest
from typer.testing import CliRunner

from app.cli.demo_data import folder_archive
from app.cli.main import app
from app.cli.runner_client import RunnerClient
from app.roles.stack import ROOT, Stack
from cj_runner_client.api.preflight import check_preflight
from cj_runner_client.api.prompts import list_prompts
from cj_runner_client.api.runs import list_run_events, plan_run, start_run
from cj_runner_client.models import (
    Assets,
    Budget,
    EventList,
    Judge,
    PlanRequest,
    PlanView,
    PreflightView,
    PromptList,
    RunRequest,
    RunStarted,
)


@pytest.fixture(scope="module")
def package_id(stack: Stack) -> str:
    with RunnerClient(stack.plan.url("api")) as api:
        return api.upload_package("set", folder_archive(ROOT / "data/eng5-demo"), min_text_characters=100).id


def test_all_that_runs_need_is_there(api: RunnerClient) -> None:
    found = api.ask(check_preflight.sync_detailed, PreflightView)
    wrong = [item.to_dict() for item in found.checks if not item.ok and item.severity == "error"]
    assert (wrong, found.ok) == ([], True)
    assert {item.name for item in found.checks} == {
        *("database", "migrations", "broker", "cj", "cj credential", "gateway", "provider keys"),
        *("content", "disk", "assets", "prompts"),
    }


def test_the_command_shows_the_preflight_and_its_exit_code_says_how_it_is(
    stack: Stack, unused_tcp_port: int
) -> None:
    where = ["--url", stack.plan.url("api")]
    table = CliRunner().invoke(app, ["preflight", *where])
    assert (table.exit_code, "All that runs need is there." in table.output) == (0, True)
    shown = CliRunner().invoke(app, ["preflight", "--json", *where])
    found = orjson.loads(shown.stdout)
    assert [item["name"] for item in found["checks"] if not item["ok"]] == ["provider keys"] * found["warnings"]
    strict = CliRunner().invoke(app, ["preflight", "--strict", *where])
    assert strict.exit_code == (4 if found["warnings"] else 0)
    away = CliRunner().invoke(app, ["preflight", "--url", f"http://127.0.0.1:{unused_tcp_port}"])
    assert away.exit_code == 7
    assert "is the service running" in away.output


def test_a_service_that_is_away_is_found_by_the_preflight(stack: Stack) -> None:
    stack.kill("cj")
    try:
        shown = CliRunner().invoke(app, ["preflight", "--json", "--url", stack.plan.url("api")])
    finally:
        stack.start(["cj"])
        stack.wait_until_ready()
    assert shown.exit_code == 4
    wrong = [item["name"] for item in orjson.loads(shown.stdout)["checks"] if not item["ok"]]
    assert set(wrong) - {"provider keys"} == {"cj", "cj credential"}


def test_a_plan_knows_the_gateways_price(api: RunnerClient, package_id: str) -> None:
    judge = Judge(provider="openai", model="gpt-5.1")
    request = PlanRequest(assets=Assets(package_id), llm=judge, budget=Budget(max_comparisons=20))
    plan = api.ask(plan_run.sync_detailed, PlanView, body=request)
    assert plan.cost.known
    assert plan.cost.usd_expected
    assert plan.judge.model == "gpt-5.1"


def test_events_are_followed_to_the_end_of_the_run(api: RunnerClient, package_id: str) -> None:
    request = RunRequest(
        mode="anchor-align-test",
        batch_label="followed",
        assets=Assets(package_id),
        llm=Judge(provider="mock"),
        budget=Budget(max_comparisons=12),
    )
    run = api.ask(start_run.sync_detailed, RunStarted, body=request, idempotency_key="followed-1")
    followed = [event.number for event in api.events(run.id)]
    kept = api.ask(list_run_events.sync_detailed, EventList, run.id)
    assert followed == [event.number for event in kept.items] == list(range(1, len(followed) + 1))
    assert kept.items[-1].type_ == "run.completed"
    assert [event.number for event in api.events(run.id, after=2)] == followed[2:]


def test_prompts_of_the_service_are_those_of_the_folder(stack: Stack, api: RunnerClient) -> None:
    names = {item.name for item in api.ask(list_prompts.sync_detailed, PromptList, role="rubric").items}
    assert names == {path.stem for path in (ROOT / "prompts/rubric").glob("*.txt")}
    where = ["--url", stack.plan.url("api")]
    shown = CliRunner().invoke(app, ["prompts", "show", "rubric", "001_baseline", *where])
    assert shown.output.strip() == (ROOT / "prompts/rubric/001_baseline.txt").read_text().strip()
    missing = CliRunner().invoke(app, ["prompts", "show", "rubric", "none", *where])
    assert (missing.exit_code, "there is no rubric prompt none" in missing.output) == (3, True)
