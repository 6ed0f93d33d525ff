"""Tracebacks as they stand in logs: where it broke, and as much of the message as holds nobody's text.

Fed by ``logs`` with what was caught. An error's message may quote what it stumbled over, which may be an essay.
"""

import re
import traceback
from collections.abc import Iterator

from app.errors import AppError

LONGEST = 200
DEEPEST = 8
_QUOTED = re.compile(r"'[^']{24,}'?|\"[^\"]{24,}\"?|\([^()]{48,}\)?", re.DOTALL)
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n\n"


def rendered(error: BaseException) -> str:
    """Return the traceback of ``error`` and of what led to it, the first cause first."""
    return "".join(_pieces(error, DEEPEST)).rstrip("\n")


def message_of(error: BaseException) -> str:
    """Return what an error says, short and without what it quotes at length; another system's words never."""
    said = error.said if isinstance(error, AppError) else str(error)
    return _QUOTED.sub("(left out)", said)[:LONGEST]


def _pieces(error: BaseException, depth: int) -> Iterator[str]:
    if depth == 0:
        yield "...\n"
        return
    if error.__cause__ is not None:
        yield from _pieces(error.__cause__, depth - 1)
        yield _CAUSE
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _pieces(error.__context__, depth - 1)
        yield _MEANWHILE
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    said = message_of(error)
    kind, module = type(error).__qualname__, type(error).__module__
    kind = kind if module == "builtins" else f"{module}.{kind}"
    yield f"{kind}: {said}\n" if said else f"{kind}\n"
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield "one of these:\n"
        yield from _pieces(one, depth - 1)
