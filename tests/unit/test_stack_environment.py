"""What the roles of a local stack are told: settings for all, keys of providers for the gateway only."""

from pathlib import Path

import pytest

from app.roles.stack import ROLES, WANTED_PORTS, Plan, environment
from app.runner.webhooks import addresses
from app.runner.webhooks.vault import Vault
from app.settings import WebhookSettings


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(str(tmp_path), "postgresql+asyncpg://x@/x", "127.0.0.1:1", dict(WANTED_PORTS), 1)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY_FILE"])
def test_a_providers_key_reaches_the_gateway_and_nobody_else(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "made-up")
    holders = [role for role in ROLES if environment(plan, role, {}).get(name) == "made-up"]
    assert holders == ["gateway"]


def test_a_file_of_grade_scales_reaches_every_role(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_SCALES_FILE", "scales.toml")
    assert all(environment(plan, role, {})["GRADE_SCALES_FILE"] == "scales.toml" for role in ROLES)


def test_one_thread_for_linear_algebra_unless_somebody_wants_more(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert environment(plan, "cj", {})["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert environment(plan, "cj", {})["OPENBLAS_NUM_THREADS"] == "2"


def test_a_receiver_of_webhooks_may_live_on_the_same_machine_in_a_local_stack_only(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = environment(plan, "worker", {})
    fields = {name.removeprefix("WEBHOOKS_").lower(): told[name] for name in told if name.startswith("WEBHOOKS_")}
    local, usual = WebhookSettings.model_validate(fields), WebhookSettings.model_validate({})
    assert (local.allow_http, addresses.refusal("127.0.0.1", local.allowed_networks)) == (True, None)
    assert addresses.refusal("10.0.0.1", local.allowed_networks) is not None
    assert (usual.allow_http, usual.allowed_networks) == (False, ())
    assert Vault.of(local.secret_key).seals
    holders = {role for role in ROLES if environment(plan, role, {}).get("WEBHOOKS_SECRET_KEY")}
    assert holders == {"api", "worker"}
    assert environment(plan, "api", {})["WEBHOOKS_SECRET_KEY"] == told["WEBHOOKS_SECRET_KEY"]
    monkeypatch.setenv("WEBHOOKS_ALLOW_HTTP", "false")
    assert environment(plan, "api", {})["WEBHOOKS_ALLOW_HTTP"] == "false"
