"""The texts that runs can name: complete, unchanged, listed with hash and purpose."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.db.unit import Database
from app.errors import InvalidInput, Misconfigured
from app.roles.stack import ROOT
from app.runner.runs import prompts
from app.runner.runs.spec import RunRequest
from app.settings import DatabaseSettings
from tests.integration.parts import Clock, runner_api

FOLDER = ROOT / "prompts"
INDEX = tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf-8"))
ALL = prompts.listed(FOLDER)
cli = CliRunner()


def request(**llm: Any) -> RunRequest:
    return RunRequest.model_validate(
        {"mode": "anchor-align-test", "batch_label": "x", "assets": {"package_id": "p"}, "llm": llm}
    )


@pytest.mark.parametrize("role", prompts.ROLES)
def test_variants_001_to_009_are_there_for_each_role(role: prompts.Role) -> None:
    assert [item.version for item in prompts.listed(FOLDER, role)] == list(range(1, 10))


def test_no_text_has_changed_since_it_was_published_and_each_has_a_purpose() -> None:
    published = {
        (role, name): entry["sha256"] for role, entries in INDEX.items() for name, entry in entries.items()
    }
    assert {(item.role, item.name): item.sha256 for item in ALL} == published
    assert all(item.purpose for item in ALL)


@pytest.mark.parametrize("item", prompts.listed(FOLDER, "system"), ids=lambda item: item.name)
def test_a_system_text_caps_the_reason_at_50_words_and_asks_for_1_to_5(item: prompts.NamedPrompt) -> None:
    assert "at most 50 words" in item.text
    assert "from 1 (a guess) to 5 (certain)" in item.text


@pytest.mark.parametrize("item", ALL, ids=lambda item: f"{item.role}/{item.name}")
def test_no_text_speaks_of_another_scale_or_of_its_own_purpose(item: prompts.NamedPrompt) -> None:
    assert not re.search(r"\b0\s*(?:-|\u2013|to)\s*[15]\b", item.text)
    assert item.purpose is not None
    assert item.purpose not in item.text


def test_a_name_becomes_its_text_in_a_run_and_a_text_stays_as_it_is() -> None:
    ready = prompts.resolved(
        FOLDER, request(system_prompt={"name": "006_usage_content_parity"}, rubric={"text": "my own words"})
    )
    assert ready.llm.system_prompt is not None
    assert ready.llm.rubric is not None
    sent = (FOLDER / "system/006_usage_content_parity.txt").read_text(encoding="utf-8").strip()
    assert (ready.llm.system_prompt.text, ready.llm.rubric.text) == (sent, "my own words")


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"llm\.rubric\.name.*007_usage_guard") as caught:
        prompts.resolved(FOLDER, request(rubric={"name": "007_guard"}))
    assert [problem.field for problem in caught.value.problems] == ["llm.rubric.name"]


def test_a_folder_without_an_index_has_texts_without_purposes_and_a_broken_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / "mine.txt").write_text("judge\n")
    [mine] = prompts.listed(tmp_path)
    assert (mine.name, mine.version, mine.purpose, mine.text) == ("mine", None, None, "judge")
    (tmp_path / "index.toml").write_text("[system\n")
    with pytest.raises(Misconfigured, match="index"):
        prompts.listed(tmp_path)


async def test_the_routes_list_by_role_and_give_a_text_with_its_hash_as_etag(tmp_path: Path) -> None:
    database = Database.connect(DatabaseSettings(), application_name="tests")
    async with runner_api(database, tmp_path, Clock()) as api:
        rubrics = (await api.get("/v1/prompts", params={"role": "rubric"})).json()["items"]
        assert len((await api.get("/v1/prompts")).json()["items"]) == len(ALL)
        assert [item["name"] for item in rubrics] == prompts.names(FOLDER, "rubric")
        assert "text" not in rubrics[0]
        one = await api.get("/v1/prompts/rubric/003_language_control")
        body = one.json()
        assert body["sha256"] == hashlib.sha256(body["text"].encode()).hexdigest()
        assert one.headers["etag"] == f'"{body["sha256"]}"'
        again = await api.get(
            "/v1/prompts/rubric/003_language_control", headers={"If-None-Match": f'W/{one.headers["etag"]}, "x"'}
        )
        assert (again.status_code, again.content) == (304, b"")
        missing = await api.get("/v1/prompts/rubric/..%2Fsystem%2F001_baseline")
        assert missing.status_code == 404
        assert "003_language_control" in (await api.get("/v1/prompts/rubric/none")).json()["detail"]
        assert (await api.get("/v1/prompts", params={"role": "user"})).status_code == 422
    await database.close()


HERE = ("--folder", str(FOLDER))


def test_the_command_line_lists_shows_and_compares() -> None:
    assert "006_usage" in cli.invoke(app, ["prompts", "list", "--role", "system", *HERE]).output
    shown = cli.invoke(app, ["prompts", "show", "rubric", "007_usage_guard", *HERE])
    assert shown.output.strip() == prompts.named(FOLDER, "rubric", "007_usage_guard").text
    differing = cli.invoke(app, ["prompts", "diff", "rubric", "007_usage_guard", "008_strong_usage_guard", *HERE])
    assert differing.exit_code == 1
    assert "+++ rubric/008_strong_usage_guard" in differing.output
    assert cli.invoke(app, ["prompts", "diff", "rubric", "001_baseline", "001_baseline", *HERE]).exit_code == 0
    unknown = cli.invoke(app, ["prompts", "show", "rubric", "none", *HERE])
    assert unknown.exit_code == 3
    assert "known: 001_baseline" in unknown.output
