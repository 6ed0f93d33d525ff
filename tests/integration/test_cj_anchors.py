"""Anchors registered again, changed, at the same moment, and with a store that keeps nothing once."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select, update

from app.cj.tables import anchor_history, anchors
from app.content.tables import texts
from app.db.unit import Database
from tests.integration.desk import ESSAY, LEGACY, Desk
from tests.integration.parts import Json

OTHER = "The ferry was late again, so we counted gulls until the harbour lights came on one by one. " * 2


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    found = Desk(database)
    await found.open()
    async with found.stack:
        yield found


def registered(answer: httpx.Response) -> tuple[int, str]:
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["grade_scale"], body["status"]) == (LEGACY, "registered")
    return body["anchor_id"], body["storage_id"]


async def history(desk: Desk, name: str) -> list[Json]:
    found: list[Json] = (await desk.get(f"/admin/v1/anchors/assignment/{name}/history"))["items"]
    return found


async def test_the_same_text_again_changes_nothing_and_is_not_stored_again(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    desk.clock.pass_by(60)
    assert registered(await desk.register(name)) == first
    assert await desk.stored_texts() == {first[1]}
    assert await history(desk, name) == []
    listed = await desk.get(f"/admin/v1/anchors/assignment/{name}")
    assert listed["anchor_count_by_scale"] == {LEGACY: 1}
    [anchor] = listed["anchors"]
    assert anchor["id"] == first[0]
    assert anchor["created_at"] == "2026-01-02T03:04:05+00:00"


async def test_another_text_replaces_and_the_former_one_is_named_by_the_history(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    second = registered(await desk.register(name, essay_text=OTHER))
    assert first[0] == second[0]
    assert first[1] != second[1]
    [former] = await history(desk, name)
    assert (former["text_storage_id"], former["reason"], former["anchor_id"]) == (first[1], "replaced", first[0])
    assert (await desk.content.get(f"/v1/content/{first[1]}")).text == ESSAY
    assert await desk.stored_texts() == await desk.named_texts()
    back = registered(await desk.register(name))
    assert back == first
    assert len(await history(desk, name)) == 2


async def test_another_grade_keeps_the_text_and_the_former_grade_is_remembered(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    assert registered(await desk.register(name, grade="C+")) == first
    [former] = await history(desk, name)
    assert (former["grade"], former["text_storage_id"]) == ("B", first[1])
    [anchor] = (await desk.get(f"/admin/v1/anchors/assignment/{name}"))["anchors"]
    assert anchor["grade"] == "C+"


async def test_without_a_label_the_grade_is_the_label(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name, anchor_label=None))
    assert registered(await desk.register(name, anchor_label="B")) == first


async def test_a_text_that_the_store_lost_is_kept_again(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    async with desk.database.transaction() as connection:
        await connection.execute(delete(texts))
    second = registered(await desk.register(name))
    assert second[0] == first[0]
    assert await desk.stored_texts() == {second[1]} != {first[1]}
    assert [item["text_storage_id"] for item in await history(desk, name)] == [first[1]]


async def test_an_anchor_whose_hash_was_not_noted_stays_the_same_anchor(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    async with desk.database.transaction() as connection:
        await connection.execute(update(anchors).values(text_sha256=None))
    assert registered(await desk.register(name)) == first
    assert await history(desk, name) == []


async def test_two_at_once_make_one_anchor_and_leave_no_text_behind(desk: Desk) -> None:
    name = await desk.assignment()
    answers = await asyncio.gather(*(desk.register(name) for _ in range(8)))
    assert len({registered(answer) for answer in answers}) == 1
    assert await desk.count(anchors) == 1
    assert await desk.count(anchor_history) == 0
    assert await desk.stored_texts() == await desk.named_texts()


async def test_different_texts_at_once_make_one_anchor_and_every_text_is_named(desk: Desk) -> None:
    name = await desk.assignment()
    every = [f"{ESSAY} Number {number}." for number in range(6)]
    answers = await asyncio.gather(*(desk.register(name, essay_text=text) for text in every))
    assert len({registered(answer)[0] for answer in answers}) == 1
    assert await desk.count(anchors) == 1
    assert len(await history(desk, name)) == 5
    assert await desk.stored_texts() == await desk.named_texts()


def forgetful_store() -> tuple[FastAPI, dict[str, bytes]]:
    """A content store that gives every upload a new id, as the platform's does."""
    app, kept, numbers = FastAPI(), dict[str, bytes](), count(1)

    @app.post("/v1/content")
    async def upload(request: Request) -> Response:
        storage_id = f"{next(numbers):032x}"
        kept[storage_id] = await request.body()
        return JSONResponse({"storage_id": storage_id}, 201)

    @app.get("/v1/content/{storage_id}")
    async def download(storage_id: str) -> Response:
        return Response(kept[storage_id]) if storage_id in kept else Response(status_code=404)

    return app, kept


async def test_with_a_store_that_keeps_every_upload_no_text_is_orphaned_either(database: Database) -> None:
    store, kept = forgetful_store()
    desk = Desk(database)
    await desk.open(content=store)
    async with desk.stack:
        name = await desk.assignment()
        answers = await asyncio.gather(*(desk.register(name) for _ in range(5)))
        assert len({registered(answer) for answer in answers}) == 1
        assert set(kept) == await desk.named_texts()
        uploads = len(kept)
        registered(await desk.register(name))
        assert len(kept) == uploads


async def test_registering_and_deleting_at_once_never_leaves_an_anchor_without_assignment(desk: Desk) -> None:
    for _ in range(4):
        name = await desk.assignment()
        path = f"/admin/v1/assessment-instructions/assignment/{name}"
        kept, deleted = await asyncio.gather(desk.register(name), desk.http.delete(path))
        assert deleted.status_code == 200
        assert kept.status_code in {201, 400}
    async with desk.database.transaction() as connection:
        assert (await connection.execute(select(anchors))).all() == []


async def test_the_history_comes_page_by_page(desk: Desk) -> None:
    name = await desk.assignment()
    for number in range(6):
        await desk.register(name, essay_text=f"{ESSAY} Number {number}.")
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        answer = await desk.http.get(f"/admin/v1/anchors/assignment/{name}/history", params=query)
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        await desk.register(name, essay_text=f"{ESSAY} Later {len(seen)}.")
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert len(seen) == 5
    assert seen == sorted(set(seen), reverse=True)


async def test_anchors_of_an_unknown_assignment_are_not_found(desk: Desk) -> None:
    for end in ("", "/history"):
        await desk.get(f"/admin/v1/anchors/assignment/unknown{end}", 404)


async def test_registering_again_uses_up_no_ids(desk: Desk) -> None:
    name = await desk.assignment()
    first = registered(await desk.register(name))
    for _ in range(5):
        await desk.register(name)
    assert registered(await desk.register(name, anchor_label="two"))[0] == first[0] + 1
