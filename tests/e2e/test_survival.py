"""Processes die in mid-run; the run ends all the same, with the same scores as an undisturbed one."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.contracts.artefact import problems_of
from app.roles.stack import ROOT, Stack
from app.runner.webhooks import signing
from cj_runner_client.api.files import get_run_artefact, get_run_file, list_run_files
from cj_runner_client.api.runs import cancel_run, list_run_events, start_run
from cj_runner_client.models import (
    Assets,
    Boundary,
    Budget,
    Design,
    EventList,
    FileList,
    Judge,
    OneOffWebhook,
    RunRequest,
    RunStarted,
    RunView,
    Stop,
)
from tests.fakes.webhook_receiver import receiving

COMPARISONS = 48
Json = dict[str, Any]


@pytest.fixture(scope="module")
def package_id(stack: Stack) -> str:
    with RunnerClient(stack.plan.url("api")) as api:
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        return api.upload_package("eng5-demo", archive, min_text_characters=100).id


def start(api: RunnerClient, package_id: str, label: str, webhook: OneOffWebhook | None = None) -> str:
    request = RunRequest(
        mode="anchor-align-test",
        batch_label=label,
        assets=Assets(package_id),
        llm=Judge(provider="mock", model="latent"),
        budget=Budget(max_comparisons=COMPARISONS),
        design=Design(seed=7, stop=Stop(rule="cap")),
        webhook=webhook,
    )
    return api.ask(start_run.sync_detailed, RunStarted, body=request).id


def finish(api: RunnerClient, run_id: str) -> Json:
    *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
    assert last.status == "completed", last
    return api.ask_json(get_run_artefact.sync_detailed, run_id)


def until_received(api: RunnerClient, run_id: str, count: int) -> None:
    for run in api.watch(run_id, deadline_s=60, pause_s=0.02):
        if run.progress.comparisons.received >= count:
            assert run.status == "running", "the run was over before it could be disturbed"
            return


def scores(artefact: Json) -> list[tuple[str, float, float, int]]:
    """Return what must be equal: name without the run's own part, score, standard error, count."""
    return [
        (row["essay_id"].rsplit("_", 1)[0], row["theta"], row["standard_error"], row["comparison_count"])
        for row in artefact["bt_summary"]
    ]


@pytest.fixture(scope="module")
def undisturbed(stack: Stack, package_id: str) -> Json:
    with RunnerClient(stack.plan.url("api")) as api:
        return finish(api, start(api, package_id, "undisturbed"))


@pytest.mark.parametrize("role", ["worker", "cj", "gateway", "content", "api"])
def test_a_run_whose_process_is_killed_ends_with_the_same_scores(
    stack: Stack, api: RunnerClient, package_id: str, undisturbed: Json, role: str
) -> None:
    run_id = start(api, package_id, f"{role}-killed")
    until_received(api, run_id, COMPARISONS // 4)
    stack.kill(role)
    stack.start([role])
    stack.wait_until_ready()
    artefact = finish(api, run_id)
    assert scores(artefact) == scores(undisturbed)
    assert len(artefact["llm_comparisons"]) == COMPARISONS
    assert problems_of(artefact) == []


def test_the_events_of_a_disturbed_run_are_numbered_without_gaps(
    stack: Stack, api: RunnerClient, package_id: str
) -> None:
    run_id = start(api, package_id, "gapless")
    until_received(api, run_id, 4)
    stack.kill("worker")
    stack.start(["worker"])
    finish(api, run_id)
    numbers = [event.number for event in api.ask(list_run_events.sync_detailed, EventList, run_id).items]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_cancelled_run_ends_with_what_was_paid_for_though_the_worker_dies(
    stack: Stack, api: RunnerClient, package_id: str
) -> None:
    run_id = start(api, package_id, "cancelled")
    until_received(api, run_id, 4)
    assert api.ask(cancel_run.sync_detailed, RunView, run_id).status == "cancelling"
    stack.kill("worker")
    stack.start(["worker"])
    *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
    assert (last.status, last.status_reason) == ("cancelled", "by_request")
    artefact = api.ask_json(get_run_artefact.sync_detailed, run_id)
    counts = last.progress.comparisons
    assert len(artefact["llm_comparisons"]) == counts.received >= 4
    assert counts.received == counts.succeeded + counts.failed <= counts.asked <= COMPARISONS


def start_boundary_test(api: RunnerClient, package_id: str, label: str) -> str:
    request = RunRequest(
        mode="boundary-test",
        batch_label=label,
        assets=Assets(package_id),
        llm=Judge(provider="mock", model="latent"),
        boundary=Boundary(boundaries=["A/B", "B/C"], iterations=3),
    )
    return api.ask(start_run.sync_detailed, RunStarted, body=request).id


def told_apart(api: RunnerClient, run_id: str) -> Json:
    """Return the numbers of a boundary test without the ids that differ from run to run."""
    found: Json = json.loads(api.ask_bytes(get_run_file.sync_detailed, run_id, "report.json"))["boundary"]
    for boundary in found["boundaries"]:
        for line in boundary["pairs"]:
            del line["pair"]["better"], line["pair"]["worse"]
    return found


@pytest.fixture(scope="module")
def calm(stack: Stack, package_id: str) -> Json:
    with RunnerClient(stack.plan.url("api")) as api:
        run_id = start_boundary_test(api, package_id, "boundaries, calm")
        finish(api, run_id)
        return told_apart(api, run_id)


@pytest.mark.parametrize("role", ["cj", "worker"])
def test_a_boundary_test_whose_process_is_killed_asks_each_pair_as_often_as_wanted(
    stack: Stack, api: RunnerClient, package_id: str, calm: Json, role: str
) -> None:
    run_id = start_boundary_test(api, package_id, f"boundaries, {role} killed")
    until_received(api, run_id, 8)
    stack.kill(role)
    stack.start([role])
    stack.wait_until_ready()
    records = finish(api, run_id)["llm_comparisons"]
    asked = Counter((record["essay_a_id"], record["essay_b_id"]) for record in records)
    assert (len(asked), set(asked.values())) == (16, {3})
    assert told_apart(api, run_id) == calm


def _files_of(api: RunnerClient, run_id: str, wanted: Callable[[str], bool]) -> list[str]:
    found = api.ask(list_run_files.sync_detailed, FileList, run_id).items
    return [item.path for item in found if wanted(item.path)]


def test_every_file_of_the_manifest_is_there_with_its_digest(api: RunnerClient, package_id: str) -> None:
    import hashlib

    run_id = start(api, package_id, "manifest")
    artefact = finish(api, run_id)
    manifest = {entry["path"]: entry["sha256"] for entry in artefact["validation"]["manifest"]}
    paths = _files_of(api, run_id, lambda path: path.startswith(("requests/", "events/")))
    assert set(paths) == set(manifest)
    for path in paths[:10]:
        body = api.ask_bytes(get_run_file.sync_detailed, run_id, path)
        assert hashlib.sha256(body).hexdigest() == manifest[path]


def test_a_webhook_whose_sender_is_killed_arrives_all_the_same_under_one_id(
    stack: Stack, api: RunnerClient, package_id: str
) -> None:
    secret = signing.new_secret("hmac")
    with receiving() as receiver:
        url = f"{receiver.url}/hook?token=hush"
        webhook = OneOffWebhook(url=url, secret=secret, events=["run.completed"])
        run_id = start(api, package_id, "told", webhook=webhook)
        first = receiver.came.get(timeout=60)
        stack.kill("worker")
        receiver.may_answer.set()
        stack.start(["worker"])
        again = receiver.came.get(timeout=60)
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    for request in (first, again):
        told = Webhook(secret).verify(request.body, request.headers)
        assert (told["type"], told["data"]["id"]) == ("run.completed", run_id)
        assert told["data"]["progress"]["comparisons"]["received"] == COMPARISONS
    artefact = api.ask_bytes(get_run_artefact.sync_detailed, run_id).decode()
    assert [text for text in (secret, "hush") if text in artefact] == []
