"""Processes die in mid-run; the run ends all the same, with the same scores as an undisturbed one."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from standardwebhooks.webhooks import Webhook

from app.cli.client_http import ApiClient
from app.cli.demo_data import folder_archive
from app.contracts.artefact import problems_of
from app.roles.stack import ROOT, Stack
from app.runner.webhooks import signing
from tests.fakes.webhook_receiver import receiving

COMPARISONS = 48
Json = dict[str, Any]


@pytest.fixture(scope="module")
def package_id(stack: Stack) -> str:
    with ApiClient(stack.plan.url("api")) as api:
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        return str(api.upload_package("eng5-demo", archive, min_text_characters=100)["id"])


def start(api: ApiClient, package_id: str, label: str, **more: object) -> str:
    body = {
        "mode": "anchor-align-test",
        "batch_label": label,
        "assets": {"package_id": package_id},
        "llm": {"provider": "mock", "model": "latent"},
        "budget": {"max_comparisons": COMPARISONS},
        "design": {"seed": 7, "stop_rule": "cap"},
    }
    return str(api.post("/v1/runs", body | more)["id"])


def finish(api: ApiClient, run_id: str) -> Json:
    *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
    assert last["status"] == "completed", last
    artefact: Json = orjson.loads(api.get_bytes(f"/v1/runs/{run_id}/artefact"))
    return artefact


def until_received(api: ApiClient, run_id: str, count: int) -> None:
    for run in api.watch(run_id, deadline_s=60, pause_s=0.02):
        if run["progress"]["comparisons"]["received"] >= count:
            assert run["status"] == "running", "the run was over before it could be disturbed"
            return


def scores(artefact: Json) -> list[tuple[str, float, float, int]]:
    """Return what must be equal: name without the run's own part, score, standard error, count."""
    return [
        (row["essay_id"].rsplit("_", 1)[0], row["theta"], row["standard_error"], row["comparison_count"])
        for row in artefact["bt_summary"]
    ]


@pytest.fixture(scope="module")
def undisturbed(stack: Stack, package_id: str) -> Json:
    with ApiClient(stack.plan.url("api")) as api:
        return finish(api, start(api, package_id, "undisturbed"))


@pytest.mark.parametrize("role", ["worker", "cj", "gateway", "content", "api"])
def test_a_run_whose_process_is_killed_ends_with_the_same_scores(
    stack: Stack, api: ApiClient, package_id: str, undisturbed: Json, role: str
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
    stack: Stack, api: ApiClient, package_id: str
) -> None:
    run_id = start(api, package_id, "gapless")
    until_received(api, run_id, 4)
    stack.kill("worker")
    stack.start(["worker"])
    finish(api, run_id)
    numbers = [event["number"] for event in api.get(f"/v1/runs/{run_id}/events")["items"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_cancelled_run_ends_with_what_was_paid_for_though_the_worker_dies(
    stack: Stack, api: ApiClient, package_id: str
) -> None:
    run_id = start(api, package_id, "cancelled")
    until_received(api, run_id, 4)
    assert api.post(f"/v1/runs/{run_id}/cancel", {})["status"] == "cancelling"
    stack.kill("worker")
    stack.start(["worker"])
    *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
    assert (last["status"], last["status_reason"]) == ("cancelled", "by_request")
    artefact: Json = orjson.loads(api.get_bytes(f"/v1/runs/{run_id}/artefact"))
    counts = last["progress"]["comparisons"]
    assert len(artefact["llm_comparisons"]) == counts["received"] >= 4
    assert counts["received"] == counts["succeeded"] + counts["failed"] <= counts["asked"] <= COMPARISONS


def _files_of(api: ApiClient, run_id: str, wanted: Callable[[str], bool]) -> list[str]:
    return [item["path"] for item in api.get(f"/v1/runs/{run_id}/files")["items"] if wanted(item["path"])]


def test_every_file_of_the_manifest_is_there_with_its_digest(api: ApiClient, package_id: str) -> None:
    import hashlib

    run_id = start(api, package_id, "manifest")
    artefact = finish(api, run_id)
    manifest = {entry["path"]: entry["sha256"] for entry in artefact["validation"]["manifest"]}
    paths = _files_of(api, run_id, lambda path: path.startswith(("requests/", "events/")))
    assert set(paths) == set(manifest)
    for path in paths[:10]:
        body = api.get_bytes(f"/v1/runs/{run_id}/files/{path}")
        assert hashlib.sha256(body).hexdigest() == manifest[path]


def test_a_webhook_whose_sender_is_killed_arrives_all_the_same_under_one_id(
    stack: Stack, api: ApiClient, package_id: str
) -> None:
    secret = signing.new_secret("hmac")
    with receiving() as receiver:
        webhook = {"url": f"{receiver.url}/hook?token=hush", "secret": secret, "events": ["run.completed"]}
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
    artefact = api.get_bytes(f"/v1/runs/{run_id}/artefact").decode()
    assert [text for text in (secret, "hush") if text in artefact] == []
