"""Every option of the former tool, typed as it was: it reaches the request or the command, or says why not."""

from collections.abc import Mapping
from typing import Any

import pytest
import typer

from app.cli.run import command, request
from app.cli.run.flags import RunFlags, taking

ASSIGNMENT, COURSE = "3f6c2c9e-0000-4000-8000-000000000001", "3f6c2c9e-0000-4000-8000-000000000002"
ALIGN = ("--mode", "anchor-align-test")
IN_REQUEST: list[tuple[tuple[str, ...], str, object]] = [
    (("--mode", "DRY-RUN"), "mode", "dry-run"),
    (("--mode", "execute", "--assignment-id", ASSIGNMENT, "--course-id", COURSE), "assignment_id", ASSIGNMENT),
    (("--mode", "execute", "--assignment-id", ASSIGNMENT, "--course-id", COURSE), "course_id", COURSE),
    (
        ("--assignment-id", ASSIGNMENT, "--expected-grade-scale", "eng5_np_legacy_9_step"),
        "expected_grade_scale",
        "eng5_np_legacy_9_step",
    ),
    (("--batch-id", "my batch"), "batch_label", "my batch"),
    (("--user-id", "me"), "user_id", "me"),
    (("--org-id", "us"), "org_id", "us"),
    (("--course-code", "sv2"), "course_code", "SV2"),
    (("--language", "SV"), "language", "sv"),
    ((*ALIGN, "--no-kafka"), "publish", False),
    ((*ALIGN, "--llm-provider", "OpenAI"), "llm.provider", "openai"),
    ((*ALIGN, "--llm-provider", "openai", "--llm-model", "gpt-5.1"), "llm.model", "gpt-5.1"),
    ((*ALIGN, "--llm-temperature", "0.5"), "llm.temperature", 0.5),
    ((*ALIGN, "--llm-max-tokens", "300"), "llm.max_tokens", 300),
    ((*ALIGN, "--max-comparisons", "20"), "budget.max_comparisons", 20),
    ((*ALIGN, "--completion-timeout", "60"), "budget.completion_timeout_s", 60.0),
    ((*ALIGN, "--llm-batching-mode", "per_request"), "design.batching_mode", "per_request"),
    ((*ALIGN, "--llm-batching-mode", "serial_bundle"), "design.batching_mode", "serial_bundle"),
    ((*ALIGN, "--llm-batching-mode", "provider_batch_api"), "design.batching_mode", "provider_batch_api"),
    ((*ALIGN, "--llm-provider", "openai", "--anchor-align-provider", "anthropic"), "llm.provider", "anthropic"),
    ((*ALIGN, "--llm-model", "one", "--anchor-align-model", "two"), "llm.model", "two"),
    ((*ALIGN, "--anchor-align-reasoning-effort", "HIGH"), "llm.reasoning_effort", "high"),
    ((*ALIGN, "--anchor-align-output-verbosity", "Low"), "llm.output_verbosity", "low"),
]
IN_FLAGS: list[tuple[tuple[str, ...], str, object]] = [
    (("--force-reupload",), "force_reupload", True),
    (("--cj-system-prompt",), "cj_system_prompt", True),
    (("--no-cj-system-prompt",), "cj_system_prompt", False),
    (("--system-prompt", "a.md"), "system_prompt", "a.md"),
    (("--rubric", "b.md"), "rubric", "b.md"),
    (("--await-completion",), "await_completion", True),
    (("--auto-extract-eng5-db",), "auto_extract_eng5_db", True),
]
WITHOUT_EFFECT = [
    ("--kafka-bootstrap", "127.0.0.1:9092", "KAFKA_BOOTSTRAP_SERVERS"),
    ("--kafka-client-id", "eng5-np-runner", "its own settings"),
    ("--cj-service-url", "http://127.0.0.1:9095", "CJ_SERVICE_URL"),
    ("--content-service-url", "http://127.0.0.1:8001/v1/content", "CONTENT_SERVICE_URL"),
]


def typed(*words: str) -> RunFlags:
    """Return what the command makes of words on a command line."""
    found: list[RunFlags] = []
    alone = typer.Typer(add_completion=False)
    alone.command()(taking(RunFlags)(found.append))
    alone(["--assets", "essays", *words], standalone_mode=False)
    [flags] = found
    return flags


def at(place: str, body: Mapping[str, Any]) -> object:
    found: Any = body
    for name in place.split("."):
        found = found[name]
    return found


@pytest.mark.parametrize(("words", "place", "expected"), IN_REQUEST, ids=lambda value: str(value)[:60])
def test_an_option_of_the_former_tool_reaches_the_request(
    words: tuple[str, ...], place: str, expected: object
) -> None:
    flags = typed(*words)
    assert request.mistakes(flags) == {}
    assert at(place, request.body(flags, "pkg_1", {})) == expected


@pytest.mark.parametrize(("words", "name", "expected"), IN_FLAGS, ids=lambda value: str(value)[:60])
def test_an_option_of_the_former_tool_reaches_the_command(
    words: tuple[str, ...], name: str, expected: object
) -> None:
    assert getattr(typed(*words), name) == expected


@pytest.mark.parametrize(("option", "value", "setting"), WITHOUT_EFFECT)
def test_an_option_that_the_service_has_as_a_setting_says_which(
    option: str, value: str, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command._tell_what_has_no_effect(typed(option, value))
    said = " ".join(capsys.readouterr().err.split())
    assert f"{option} has no effect" in said
    assert setting in said
