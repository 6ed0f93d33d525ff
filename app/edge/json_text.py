"""JSON bodies, read strictly before any route sees them: RFC 8259 without NaN, and not too deep.

Of a key that comes twice in one object the last value counts, as with most readers.
"""

import re

import orjson

from app.errors import FieldProblem, InvalidInput

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[\[{]|[\]}]', re.DOTALL)
"""Never goes back over what it has read: a string that does not end is one token up to the end of the body."""


def check(raw: bytes, deepest: int) -> None:
    """Raise ``InvalidInput`` with the place for what is no JSON, or has more than ``deepest`` levels."""
    if raw.count(b"[") + raw.count(b"{") > deepest and depth(raw) > deepest:
        raise _refused(f"has more than {deepest} levels of brackets inside each other")
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _refused(
            f"is not JSON: {error.msg} at offset {error.pos} (line {error.lineno}, column {error.colno})"
        ) from None


def depth(raw: bytes) -> int:
    """Return how many brackets are open at once at most, strings left aside; stops where they close too often."""
    open_now = deepest = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            open_now += 1
            deepest = max(deepest, open_now)
        elif first in b"]}":
            open_now -= 1
    return deepest


def _refused(message: str) -> InvalidInput:
    return InvalidInput(f"body: {message}", problems=[FieldProblem("body", message, "body", "")])
