"""What accepting a run costs: statements are counted, for each is a round trip; and what that must not cost."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select, update

from app.db.unit import Database
from app.errors import NotFound
from app.runner.assets.outline import Outlines
from app.runner.runs import prompts
from app.runner.runs.spec import RunRequest
from app.runner.tables import packages, runs
from tests.integration.parts import Clock, Json, runner_api, upload

AUDITS = re.compile(r"(INSERT INTO|UPDATE) runner\.audit |SELECT set_config\(")


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with runner_api(database, tmp_path, Clock()) as client:
        yield client


@pytest.fixture
async def body(api: httpx.AsyncClient) -> Json:
    package_id = (await upload(api)).json()["id"]
    labels = {"zeta": "1", "a": "2", "longer-than-the-others": "3"}
    return {
        "mode": "anchor-align-test",
        "batch_label": "label",
        "assets": {"package_id": package_id},
        "llm": {"rubric": {"name": "003_language_control"}},
        "design": {"stop": {"threshold": 1e-07}},
        "labels": labels,
    }


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Yield the list of statements that are sent meanwhile, but those of the audit, which every write has."""
    sent: list[str] = []

    def note(*heard: Any) -> None:
        if not AUDITS.match(str(heard[2])):
            sent.append(str(heard[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_a_run_of_a_known_package_is_accepted_by_one_statement(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    await api.post("/v1/runs", json=body)
    with statements(database) as sent:
        assert (await api.post("/v1/runs", json=body)).status_code == 202
    assert len(sent) == 1, sent


async def test_a_key_costs_two_statements_more_and_a_replay_one(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    await api.post("/v1/runs", json=body)
    for expected in (3, 1):
        with statements(database) as sent:
            answer = await api.post("/v1/runs", json=body, headers={"Idempotency-Key": "key"})
        assert (answer.status_code, len(sent)) == (202, expected), sent


async def test_the_answer_is_the_run_as_it_is_shown_later(api: httpx.AsyncClient, body: Json) -> None:
    accepted = await api.post("/v1/runs", json=body)
    shown = await api.get(accepted.headers["Location"])
    assert shown.content == accepted.content
    assert shown.headers["ETag"] == accepted.headers["ETag"]
    assert list(shown.json()["labels"]) == sorted(body["labels"])


async def test_a_package_of_somebody_else_is_unknown_even_where_it_was_read_before(
    database: Database, body: Json
) -> None:
    known, package_id = Outlines(), body["assets"]["package_id"]
    async with database.transaction() as connection:
        assert len((await known.of(connection, "local", package_id)).files) > 20
        with pytest.raises(NotFound):
            await known.of(connection, "another", package_id)


async def test_a_package_that_changed_hands_is_refused_when_the_run_is_written(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    await api.post("/v1/runs", json=body)
    async with database.transaction() as connection:
        await connection.execute(update(packages).values(owner="another"))
    refused = await api.post("/v1/runs", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "assets.package_id")
    async with database.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(runs))).scalar_one() == 1


async def test_outlines_are_forgotten_when_they_hold_too_many_files(
    api: httpx.AsyncClient, database: Database
) -> None:
    ids = [(await upload(api)).json()["id"] for _ in range(3)]
    known = Outlines(most_files=60)
    async with database.transaction() as connection:
        for package_id in ids:
            await known.of(connection, "local", package_id)
        with statements(database) as sent:
            await known.of(connection, "local", ids[2])
            assert sent == []
            await known.of(connection, "local", ids[0])
            assert len(sent) == 1


async def test_a_prompt_that_was_edited_is_read_anew(tmp_path: Path, body: Json) -> None:
    (tmp_path / "rubric").mkdir()
    file = tmp_path / "rubric" / "003_language_control.txt"
    request = RunRequest.model_validate(body)
    for number, text in enumerate(("first", "after")):
        await asyncio.to_thread(file.write_text, text)
        os.utime(file, ns=(number, number))
        rubric = prompts.resolved(tmp_path, request).llm.rubric
        assert rubric is not None
        assert rubric.text == text
