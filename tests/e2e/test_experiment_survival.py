"""A whole experiment on the real system, whose processes die in the middle of it: no cell is run twice or lost."""

import time
from collections import Counter
from typing import Any

import pytest

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.roles.stack import ROOT, Stack
from cj_runner_client.api.experiments import (
    cancel_experiment,
    get_experiment,
    list_experiment_events,
    list_experiment_results,
    resume_experiment,
    start_experiment,
)
from cj_runner_client.api.runs import list_runs
from cj_runner_client.models import EventList, ExperimentRequest, ExperimentView, ResumeRequest, RunList

COMPARISONS = 12
OVER = {"completed", "completed_partial", "failed", "cancelled"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def package_id(stack: Stack) -> str:
    with RunnerClient(stack.plan.url("api")) as api:
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        return api.upload_package("eng5-demo", archive, min_text_characters=100).id


def begin(api: RunnerClient, package_id: str) -> str:
    """Start an experiment of two rubrics by two models by two seeds."""
    body = {
        "name": "survival",
        "assets": {"package_id": package_id},
        "factors": {
            "rubrics": [{"name": "001_baseline"}, {"name": "003_language_control"}],
            "models": [{"provider": "mock", "model": "latent"}, {"provider": "mock", "model": "coin"}],
            "repeats": 2,
        },
        "max_cost_usd": 4,
        "max_concurrency": 3,
        "budget": {"max_comparisons": COMPARISONS},
        "design": {"seed": 7, "stop": {"rule": "cap"}},
    }
    return api.ask(start_experiment.sync_detailed, ExperimentView, body=ExperimentRequest.from_dict(body)).id


def until(api: RunnerClient, experiment_id: str, states: set[str], completed: int = 0) -> ExperimentView:
    """Return the experiment once it is in one of these states, or has so many completed cells."""
    end = time.monotonic() + 100
    while time.monotonic() < end:
        found = api.ask(get_experiment.sync_detailed, ExperimentView, experiment_id, wait=10)
        if found.status in states or (completed and found.cells.completed >= completed):
            return found
    raise AssertionError("the experiment does not get on")


def runs_of(api: RunnerClient, experiment_id: str) -> RunList:
    return api.ask(list_runs.sync_detailed, RunList, label=[f"experiment={experiment_id}"], limit=200)


@pytest.mark.parametrize("role", ["worker", "api"])
def test_an_experiment_whose_process_is_killed_completes_every_cell_once(
    stack: Stack, api: RunnerClient, package_id: str, role: str
) -> None:
    experiment_id = begin(api, package_id)
    until(api, experiment_id, OVER, completed=2)
    stack.kill(role)
    stack.start([role])
    stack.wait_until_ready()
    done = until(api, experiment_id, OVER)
    assert (done.status, done.cells.completed) == ("completed", 8)
    cells = Counter(run.labels["experiment_cell"] for run in runs_of(api, experiment_id).items)
    assert cells == {str(number): 1 for number in range(1, 9)}
    assert {cell.metrics.comparisons for cell in done.table if cell.metrics is not None} == {COMPARISONS}
    numbers = [one.number for one in api.ask(list_experiment_events.sync_detailed, EventList, experiment_id).items]
    assert numbers == list(range(1, len(numbers) + 1))
    results = api.ask_json(list_experiment_results.sync_detailed, experiment_id)
    models = {item["model"]: item["tau_a"]["mean"] for item in results["items"]}
    assert models["mock/latent"] > models["mock/coin"]


def test_a_cancelled_experiment_whose_worker_dies_is_cancelled_and_can_be_taken_up(
    stack: Stack, api: RunnerClient, package_id: str
) -> None:
    experiment_id = begin(api, package_id)
    until(api, experiment_id, OVER, completed=1)
    api.ask(cancel_experiment.sync_detailed, ExperimentView, experiment_id)
    stack.kill("worker")
    stack.start(["worker"])
    stack.wait_until_ready()
    stopped = until(api, experiment_id, OVER)
    assert stopped.status == "cancelled"
    assert {run.status for run in runs_of(api, experiment_id).items} <= {
        "completed",
        "completed_partial",
        "cancelled",
    }
    api.ask(resume_experiment.sync_detailed, ExperimentView, experiment_id, body=ResumeRequest())
    done = until(api, experiment_id, OVER)
    assert (done.status, done.cells.completed) == ("completed", 8)
