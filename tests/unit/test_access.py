"""Access without a server: keys as texts, names of this machine, scopes, a request that no guard has seen."""

import ast
import asyncio
import json
from pathlib import Path

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from app.cli.credential import runner_token
from app.cli.runner_client import RunnerClient
from app.edge.access import ADMIN, READ, SCOPES, WRITE, Caller, caller_of
from app.edge.loopback import is_local_host, is_local_origin, is_loopback
from app.errors import AppError, InvalidInput, Unauthorized
from app.roles.stack import ROOT
from app.runner.access import keys
from app.runner.access.failures import where
from app.settings import AccessSettings
from cj_runner_client.api.runs import list_runs
from tests.fakes.http_server import HttpServer, Reply
from tests.fakes.http_server import Request as Sent

REFUSED = {
    "type": "urn:cj-runner:problem:unauthorized",
    "title": "No",
    "detail": "no",
    "instance": "/v1/runs",
    "code": "refused",
    "way_out": "",
    "retryable": False,
    "request_id": "r",
}
ENTROPY = st.binary(min_size=keys.ENTROPY_BYTES, max_size=keys.ENTROPY_BYTES)


@given(ENTROPY)
def test_a_key_is_recognised_and_carries_all_its_randomness(entropy: bytes) -> None:
    key = keys.new(entropy)
    assert keys.id_in(key.text) == key.id == entropy[:8].hex()
    assert key.sha256 == keys.digest(key.text)
    number = 0
    for letter in key.text.split("_")[2][:43]:
        number = number * 62 + keys._DIGITS.index(letter)
    assert number.to_bytes(32) == entropy[8:]


@given(ENTROPY, st.integers(0, 69), st.sampled_from(keys._DIGITS))
def test_any_one_wrong_letter_is_noticed(entropy: bytes, place: int, letter: str) -> None:
    text = keys.new(entropy).text
    place %= len(text)
    wrong = text[:place] + letter + text[place + 1 :]
    assert keys.id_in(wrong) == (keys.id_in(text) if wrong == text else None)


@pytest.mark.parametrize("text", ["", "cjr_", "cjr_x_y", "a" * 80, "cjr_" + "0" * 16 + "_" + "ä" * 49])
def test_what_is_no_key_is_no_key(text: str) -> None:
    assert keys.id_in(text) is None


def test_admin_implies_writing_and_writing_implies_reading() -> None:
    held = {scope: {one for one in SCOPES if Caller("s", "o", frozenset({scope})).may(one)} for scope in SCOPES}
    assert held == {READ: {READ}, WRITE: {READ, WRITE}, ADMIN: set(SCOPES)}
    assert not Caller("s", "o", frozenset()).may(READ)


def test_without_a_guard_there_is_no_caller() -> None:
    with pytest.raises(Unauthorized):
        caller_of(Request({"type": "http", "headers": [], "state": {"caller": "LOCAL"}}))


def test_hashes_are_compared_in_constant_time_and_nowhere_else() -> None:
    tree = ast.parse((ROOT / "app/runner/access/doors.py").read_text(encoding="utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "hmac.compare_digest" in called
    compared = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert [text for text in compared if "sha256" in text or "digest" in text] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"])
def test_loopback_is_loopback(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    assert is_loopback(host)
    assert is_local_host(shown)
    assert is_local_host(f"{shown}:8300")
    assert is_local_origin(f"http://{shown}:3000")


@pytest.mark.parametrize(
    "host", ["", "0.0.0.1", "::", "10.0.0.1", "localhost.example", "127.0.0.1.example", "[", "a@127.0.0.1.example"]
)
def test_nothing_else_is_loopback(host: str) -> None:
    assert not is_loopback(host)
    assert not is_local_host(host)
    assert not is_local_origin(f"http://{host}")
    assert not is_local_origin("null")


def test_addresses_of_one_customer_are_one_place() -> None:
    assert where("2001:db8:1:2::3") == where("2001:db8:1:2:ffff::9") != where("2001:db8:1:3::3")
    assert where("192.0.2.1") != where("192.0.2.2")


@pytest.mark.parametrize(
    "values",
    [
        {"jwt_secret": SecretStr("x" * 31), "jwt_issuer": "i", "jwt_audience": "a"},
        {"jwt_secret": SecretStr("x" * 32)},
        {"jwt_secret": SecretStr("x" * 32), "jwt_jwks_url": "http://k", "jwt_issuer": "i", "jwt_audience": "a"},
        {"jwt_jwks_url": "http://k", "jwt_algorithm": "HS256", "jwt_issuer": "i", "jwt_audience": "a"},
        {"api_key_cache_s": 5.1},
    ],
    ids=str,
)
def test_settings_that_contradict_each_other_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AccessSettings.model_validate(values)


def test_the_client_reads_its_credential_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-a-file\n")
    assert runner_token({}) is None
    assert runner_token({"CJ_RUNNER_TOKEN": "given"}) == "given"
    assert runner_token({"CJ_RUNNER_TOKEN_FILE": str(file)}) == "from-a-file"
    for bad in (
        {"CJ_RUNNER_TOKEN": "a", "CJ_RUNNER_TOKEN_FILE": str(file)},
        {"CJ_RUNNER_TOKEN_FILE": str(tmp_path / "none")},
        {"CJ_RUNNER_TOKEN": "a\nb"},
    ):
        with pytest.raises(InvalidInput, match="CJ_RUNNER_TOKEN"):
            runner_token(bad)


@pytest.mark.parametrize(("status", "said"), [(401, "set CJ_RUNNER_TOKEN"), (403, "ask for one with the scope")])
async def test_the_client_says_what_to_do_when_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    seen: list[str | None] = []

    async def answer(request: Sent) -> Reply:
        seen.append(request.headers.get("authorization"))
        return Reply(status, json.dumps({**REFUSED, "status": status}).encode())

    monkeypatch.setenv("CJ_RUNNER_TOKEN", "the-credential")

    def ask(url: str) -> None:
        with RunnerClient(url) as api:
            api.ask_bytes(list_runs.sync_detailed)

    async with HttpServer(answer) as server:
        with pytest.raises(AppError, match=said) as caught:
            await asyncio.to_thread(ask, server.url)
    assert seen == ["Bearer the-credential"]
    assert "the-credential" not in str(caught.value)
