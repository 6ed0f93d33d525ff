"""Ids of stored texts: one that would mean another address, or path, is asked of nobody and taken from nobody."""

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.contracts.cj_http import InstructionsUpsert
from app.contracts.identifiers import is_storage_id
from app.edge.client_http import HttpClient
from app.edge.content_http import ContentStore
from app.errors import AppError, NotFound, Unavailable, UpstreamRefused

GOOD = ["0" * 32, "3f6c2c9e-0000-4000-8000-000000000000", "text_1.md", "a" * 255, "..a"]
BAD = [
    "",
    ".",
    "..",
    "../admin",
    "a/b",
    "a\\b",
    "a%2fb",
    "a?b",
    "a#b",
    "a b",
    "a\n",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "a" * 256,
]


class Store:
    """A content store that answers as told and notes what it is asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self.asked = answer, list[str]()

    async def open(self) -> AsyncIterator[ContentStore]:
        def answered(request: httpx.Request) -> httpx.Response:
            self.asked.append(request.url.raw_path.decode())
            return self.answer

        async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as client:
            yield ContentStore(HttpClient(client, "content", attempts=1), "http://content/v1/content")


@pytest.mark.parametrize("storage_id", GOOD)
async def test_a_text_is_fetched_by_its_id(storage_id: str) -> None:
    store = Store(httpx.Response(200, text="words"))
    async for content in store.open():
        assert await content.fetch(storage_id) == "words"
    assert store.asked == [f"/v1/content/{storage_id}"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, NotFound),
        (404, NotFound),
        (410, NotFound),
        (401, Unavailable),
        (403, Unavailable),
        (503, Unavailable),
        (302, UpstreamRefused),
        (418, UpstreamRefused),
    ],
)
async def test_only_a_store_that_says_so_has_no_such_text(status: int, expected: type[AppError]) -> None:
    store = Store(httpx.Response(status, text="no"))
    async for content in store.open():
        with pytest.raises(AppError) as refused:
            await content.fetch(GOOD[0])
    assert type(refused.value) is expected


@pytest.mark.parametrize("storage_id", BAD)
async def test_what_is_no_id_is_not_asked_for(storage_id: str) -> None:
    store = Store(httpx.Response(200, text="words"))
    async for content in store.open():
        with pytest.raises(NotFound, match="no id of a text") as refused:
            await content.fetch(storage_id)
    assert store.asked == []
    assert refused.value.detail.isprintable()


@pytest.mark.parametrize("storage_id", BAD)
async def test_what_is_no_id_is_not_taken_from_a_content_store(storage_id: str) -> None:
    async for content in Store(httpx.Response(201, json={"storage_id": storage_id})).open():
        with pytest.raises(UpstreamRefused):
            await content.keep("words")


@pytest.mark.parametrize("answer", [b"", b"[]", b"no JSON", b'{"storage_id": 7}', b"null"])
async def test_an_answer_without_an_id_is_refused(answer: bytes) -> None:
    async for content in Store(httpx.Response(201, content=answer)).open():
        with pytest.raises(UpstreamRefused):
            await content.keep("words")


@pytest.mark.parametrize("field", ["student_prompt_storage_id", "judge_rubric_storage_id"])
@pytest.mark.parametrize("storage_id", BAD)
def test_a_caller_s_id_that_is_none_is_refused_by_name(field: str, storage_id: str) -> None:
    with pytest.raises(ValidationError, match=field):
        InstructionsUpsert.model_validate({"instructions_text": "Judge fairly, please.", field: storage_id})


@given(st.text(max_size=300))
def test_an_id_is_one_step_of_an_address(text: str) -> None:
    if is_storage_id(text):
        assert httpx.URL(f"http://content/v1/content/{text}").raw_path.decode() == f"/v1/content/{text}"
