"""Bodies of providers' answers, read once and whatever is in them, before any adapter looks at one. PURE.

Fed by the adapters with bytes as they came. What the official clients make of a body fails in many ways at what is
no answer, or loses a whole file of results with one bad line; here there is one way to fail. Halves of characters
and NULs, which neither Postgres nor JSON can hold, are taken out of the texts: the verdict in them was paid for.
"""

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import orjson

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one line of results; what is longer is passed over."""
_NUL = b"\\u0000"


class UnreadableBody(ValueError):
    """The bytes are no JSON object."""


def object_in(raw: bytes) -> dict[str, Any]:
    """Return the JSON object that ``raw`` is; raises ``UnreadableBody``."""
    try:
        found = orjson.loads(raw)
        if _NUL in raw:
            found = _storable(found)
    except orjson.JSONDecodeError:
        found = _read_leniently(raw)
    except RecursionError as error:
        raise UnreadableBody("the body is nested too deep") from error
    if not isinstance(found, dict):
        raise UnreadableBody(f"the body is a JSON {type(found).__name__} where an object belongs")
    return found


def _read_leniently(raw: bytes) -> Any:
    """Read what strict readers refuse although it can be mended: halves of characters, bytes that are no UTF-8."""
    try:
        return _storable(json.loads(raw.decode("utf-8-sig", "replace"), parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise UnreadableBody("the body is no JSON") from error


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value


async def lines_in(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a file as it comes, without those that are blank or longer than ``LONGEST_LINE``.

    Only a line feed ends a line: a text may hold other characters that end lines elsewhere.
    """
    waiting = bytearray()
    passing_over = False
    async for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            waiting += piece
            if not passing_over and waiting.strip() and len(waiting) <= LONGEST_LINE:
                yield bytes(waiting)
            waiting.clear()
            passing_over = False
        waiting += rest
        if len(waiting) > LONGEST_LINE:
            waiting.clear()
            passing_over = True
    if waiting.strip() and not passing_over:
        yield bytes(waiting)
