"""Bodies of providers' answers: one way to fail, and a verdict that was paid for is read where it can be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from app.gateway.manifest import manifest
from app.gateway.prices import Tokens
from app.gateway.providers.asking import Said, usage_of
from app.gateway.providers.bodies import LONGEST_LINE, UnreadableBody, lines_in, object_in

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw", [b"", b"5", b"[]", b"{", b"[" * 3000, b"9" * 5000, b'{"a": NaN}', b'{"a": ' + b"9" * 5000 + b"x"]
)
def test_what_is_no_object_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableBody):
        object_in(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"a": "x\\ud800y"}', "x?y"),
        (b'{"a": "x\\u0000y"}', "xy"),
        (b'{"a": "x\xffy"}', "x\ufffdy"),
        (b'{"a": "x\xe2\x80\xa8y"}', "x\u2028y"),
    ],
)
def test_letters_that_nothing_can_hold_do_not_cost_the_verdict(raw: bytes, text: str) -> None:
    assert object_in(raw) == {"a": text}


def lines(*chunks: bytes) -> Sequence[bytes]:
    async def coming() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def all_of_it() -> list[bytes]:
        return [line async for line in lines_in(coming())]

    return asyncio.run(all_of_it())


def test_lines_end_with_a_line_feed_and_with_nothing_else() -> None:
    assert lines(b"a\xe2\x80", b"\xa8b\n\n c\x85d", b"\r\ne") == [b"a\xe2\x80\xa8b", b" c\x85d\r", b"e"]


def test_a_line_without_an_end_is_passed_over_and_the_next_is_read() -> None:
    half = b"x" * (LONGEST_LINE // 2 + 1)
    assert lines(b"a\n", half, half, half, b"\nb\n") == [b"a", b"b"]


@pytest.mark.parametrize(
    "tokens",
    [
        Tokens(-1, 1),
        Tokens(1, -1),
        Tokens(10**12, 1),
        Tokens(1, 2**63),
        Tokens(1, 1, cached=400),
        Tokens(9, 1, cached=5, cache_write=5),
        Tokens(9, 1, cache_write=1, cache_write_1h=2),
        Tokens(9, 1, cached=-1),
    ],
)
def test_counts_that_cannot_be_make_the_cost_unknown(tokens: Tokens) -> None:
    model = manifest().find("openai", "gpt-5.1")
    usage = usage_of(model, Said("gpt-5.1", tokens=tokens), at=NOW, batch=False)
    assert (usage.prompt_tokens, usage.cost_usd, usage.cost_known) == (0, 0.0, False)


@pytest.mark.parametrize("charged", [-1.0, float("inf"), float("nan"), 1e9])
def test_a_charge_that_cannot_be_is_none(charged: float) -> None:
    model = manifest().find("openai", "gpt-5.1")
    usage = usage_of(model, Said("gpt-5.1", charged_usd=charged), at=NOW, batch=False)
    assert (usage.cost_usd, usage.cost_known) == (0.0, False)
