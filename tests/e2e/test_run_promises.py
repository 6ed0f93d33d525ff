"""What is promised of a run, asked for over HTTP by somebody who sends rubbish, many at once, to a real stack."""

import csv
import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import httpx
import pytest

from app.contracts.spreadsheets import RISKY
from app.roles.stack import Stack

Json = dict[str, Any]
TEXT = "A learner wrote this sentence about school, and another one about friends. " * 12
NAMES = ("=1+1_A", "[red]_B", "[!-- --]_C+", "@SUM(1)_D+", "'x_E+", "-2_F+")
LABEL = "=[/red]|x\x1b[31m"
FINAL = {"completed", "completed_partial", "failed", "timed_out", "cancelled"}
LOOKS = 40
"""So often is a run looked at, each time for as long as five seconds, before it is given up."""
MANY = 24


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.plan.url("api"), timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def package_id(http: httpx.Client) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(f"anchor_essays/{name}.txt", f"{TEXT}{number} [/] \x1b[31m =cmd |x|")
    answer = http.post("/v1/asset-packages", files={"file": ("[bold].zip", buffer.getvalue())})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def start(http: httpx.Client, package_id: str, key: str | None = None, **changes: Any) -> httpx.Response:
    body = {
        "mode": "anchor-align-test",
        "batch_label": LABEL,
        "assets": {"package_id": package_id},
        "llm": {"provider": "mock"},
        "budget": {"max_comparisons": 15},
    }
    return http.post("/v1/runs", json=body | changes, headers={} if key is None else {"Idempotency-Key": key})


def ended(http: httpx.Client, run_id: str) -> Json:
    """Return a run once it has ended."""
    tag = ""
    for _ in range(LOOKS):
        answer = http.get(f"/v1/runs/{run_id}", params={"wait": 5}, headers={"If-None-Match": tag} if tag else {})
        tag = answer.headers["ETag"]
        if answer.status_code == 200 and answer.json()["status"] in FINAL:
            run: Json = answer.json()
            return run
    raise AssertionError(f"run {run_id} did not end")


@pytest.fixture(scope="module")
def run(http: httpx.Client, package_id: str) -> Json:
    """One run of hostile names that was judged to its end."""
    return ended(http, start(http, package_id).json()["id"])


@pytest.mark.timeout(300)
def test_a_burst_of_runs_is_worked_on_to_its_end_and_every_digest_fits(
    http: httpx.Client, package_id: str
) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        started = list(pool.map(lambda _: start(http, package_id, publish=False), range(MANY)))
    assert {answer.status_code for answer in started} == {202}
    runs = [ended(http, answer.json()["id"]) for answer in started]
    assert {run["status"] for run in runs} == {"completed"}
    for one in runs:
        found = http.get(f"/v1/runs/{one['id']}/verify").json()
        assert found["ok"], found
        assert http.get(f"/v1/runs/{one['id']}/artefact").status_code == 200


def test_twins_with_one_key_are_one_run(http: httpx.Client, package_id: str) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda _: start(http, package_id, "twins", publish=False), range(MANY)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
    assert start(http, package_id, "twins", publish=True).status_code == 422


def test_a_run_of_hostile_names_ends_and_its_counts_add_up(run: Json) -> None:
    assert (run["status"], run["batch_label"]) == ("completed", LABEL)
    counts = run["progress"]["comparisons"]
    assert counts["asked"] == counts["total"] == 15
    assert counts["succeeded"] + counts["failed"] == counts["received"] == 15


@pytest.mark.parametrize("what", ["comparisons", "scores", "projections"])
def test_tables_of_hostile_names_hold_no_formula(http: httpx.Client, run: Json, what: str) -> None:
    answer = http.get(f"/v1/runs/{run['id']}/{what}", headers={"Accept": "text/csv"})
    cells = [cell for row in csv.reader(io.StringIO(answer.text, newline="")) for cell in row]
    assert len(cells) > 5
    risky = [cell for cell in cells if cell.startswith(RISKY[:-1]) and not re.fullmatch(r"-?[0-9.e-]+", cell)]
    assert risky == []


def test_reports_of_hostile_names_hold_nothing_that_acts(http: httpx.Client, run: Json) -> None:
    text = http.get(f"/v1/runs/{run['id']}/report").text
    assert r"=\[/red\]\|x" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize("name", ["artefact", "bundle.zip"])
def test_digests_are_those_of_what_is_sent_whole_or_in_part(http: httpx.Client, run: Json, name: str) -> None:
    whole = http.get(f"/v1/runs/{run['id']}/{name}")
    part = http.get(f"/v1/runs/{run['id']}/{name}", headers={"Range": "bytes=10-99"})
    assert (whole.status_code, part.status_code, part.content) == (200, 206, whole.content[10:100])
    for answer in (whole, part):
        digest = b64encode(sha256(answer.content).digest()).decode()
        assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"


def test_events_have_no_gap_and_go_on_after_the_last_one_heard(http: httpx.Client, run: Json) -> None:
    events = http.get(f"/v1/runs/{run['id']}/events", headers={"Accept": "application/json"}).json()["items"]
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "2"}
    with http.stream("GET", f"/v1/runs/{run['id']}/events", headers=headers) as answer:
        heard = [int(line.removeprefix("id: ")) for line in answer.iter_lines() if line.startswith("id: ")]
    assert heard == list(range(3, len(events) + 1))


@pytest.mark.parametrize("limit", [1, 7])
def test_pages_hold_every_run_once(http: httpx.Client, run: Json, limit: int) -> None:
    seen, cursor = list[str](), None
    for _ in range(500):
        page = http.get(
            "/v1/runs", params={"limit": limit} | ({} if cursor is None else {"cursor": cursor})
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert run["id"] in seen
    assert len(seen) == len(set(seen)) == len(http.get("/v1/runs", params={"limit": 200}).json()["items"])


RUBBISH: dict[str, tuple[str, Json | bytes]] = {
    "a blank label": ("/batch_label", {"batch_label": " "}),
    "an unknown field of a date": ("/batch_label", {"batch_label": "%Q"}),
    "an unknown field in braces": ("/batch_label", {"batch_label": "{m}"}),
    "a NUL": ("/batch_label", {"batch_label": "a\0"}),
    "an unknown field": ("/foo", {"foo": 1}),
    "a budget of nothing": ("/budget/max_comparisons", {"budget": {"max_comparisons": 0}}),
    "a label's key": ("/labels", {"labels": {"." * 10_000: "x"}}),
    "a package of others": ("/assets/package_id", {"assets": {"package_id": "../x"}}),
    "a number without end": ("", b'{"budget": {"max_comparisons": ' + b"1" * 5000 + b"}}"),
    "brackets": ("", b"[" * 100_000),
    "a string without end": ("", b"[" * 65 + b'"' + b'\\"' * 200_000),
    "half a character": ("", b'{"batch_label": "\\ud800"}'),
    "another language": ("", b"<run/>"),
}


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_is_refused_at_its_place_before_anything_is_done(
    http: httpx.Client, package_id: str, what: str
) -> None:
    pointer, sent = RUBBISH[what]
    if isinstance(sent, dict):
        answer = start(http, package_id, **sent)
    else:
        answer = http.post("/v1/runs", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["way_out"]
    assert problem["request_id"]
    assert pointer in {error["pointer"] for error in problem["errors"]}


@pytest.mark.parametrize("path", ["..%2f..%2fetc", "%0d%0aX-Evil:%201", "%1b%5b31m", "a" * 2000, "%ff", "null"])
def test_an_address_that_names_no_run_is_refused_and_injects_nothing(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/v1/runs/{path}")
    assert answer.status_code in {400, 404, 414, 422}, answer.text
    assert "x-evil" not in answer.headers
    assert answer.headers["Content-Type"] == "application/problem+json"
