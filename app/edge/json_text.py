"""JSON bodies, read strictly before any route sees them: RFC 8259 without NaN, and not too deep.

Of a key that comes twice in one object the last value counts, as with most readers.
"""

import orjson

from app.contracts.depth import is_deeper
from app.errors import FieldProblem, InvalidInput


def check(raw: bytes, deepest: int) -> None:
    """Raise ``InvalidInput`` with the place for what is no JSON, or has more than ``deepest`` levels."""
    if is_deeper(raw, deepest):
        raise _refused(f"has more than {deepest} levels of brackets inside each other")
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _refused(
            f"is not JSON: {error.msg} at offset {error.pos} (line {error.lineno}, column {error.colno})"
        ) from None


def _refused(message: str) -> InvalidInput:
    return InvalidInput(f"body: {message}", problems=[FieldProblem("body", message, "body", "")])
