"""From what a model said to a verdict, or to the reason why it is none. PURE.

Fed by the provider adapters; feeds ``Answer``. There is no default: a missing winner, a confidence outside
1 to 5, two verdicts that differ or a text that breaks off are errors, since any guess would favour one side.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CONFIDENCE = (1.0, 5.0)
_MOST_TRIES = 32
_WINNER = re.compile(r"""["'*]*(?:essay[\s_-]*)?([ab])["'*.]*""", re.IGNORECASE)
_SIGN_OF_A_VERDICT = re.compile(r"""["']winner["']""", re.IGNORECASE)


class UnusableAnswer(Exception):
    """The answer holds no verdict; the text is the reason, and never quotes the answer."""


@dataclass(frozen=True)
class Verdict:
    """``first_wins`` says whether Essay A is the better one; ``confidence`` is 1 to 5, as it was given."""

    first_wins: bool
    confidence: float
    justification: str


def verdict_in(text: str) -> Verdict:
    """Return the verdict in a model's text: one JSON object, bare, fenced, or with prose around it.

    Raises ``UnusableAnswer``. An object that is repeated counts once; two with different winners are no verdict.
    """
    if not text.strip():
        raise UnusableAnswer("the answer is empty")
    found, rest = _objects(text)
    verdicts = [value for value in found if "winner" in value]
    if _SIGN_OF_A_VERDICT.search(rest) or (verdicts and rest.count("{") > rest.count("}")):
        raise UnusableAnswer("the answer's JSON is malformed or breaks off")
    if not verdicts:
        if found:
            raise UnusableAnswer("the answer's JSON names no winner")
        raise UnusableAnswer(
            "the answer holds no JSON object" if "{" not in rest else "the answer's JSON breaks off"
        )
    read = [verdict_of(value) for value in verdicts]
    if len({verdict.first_wins for verdict in read}) > 1:
        raise UnusableAnswer("the answer holds two verdicts with different winners")
    return read[0]


def verdict_of(fields: Mapping[str, object]) -> Verdict:
    """Return the verdict of a decoded object, such as a tool's input; raises ``UnusableAnswer``."""
    values = {key.strip().lower(): value for key, value in fields.items()}
    justification = values.get("justification", "")
    if not isinstance(justification, str):
        raise UnusableAnswer("justification is not a text")
    return Verdict(_first_wins(values.get("winner")), _confidence(values.get("confidence")), justification.strip())


def _first_wins(value: object) -> bool:
    if value is None:
        raise UnusableAnswer("the answer names no winner")
    match = _WINNER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise UnusableAnswer("winner is neither Essay A nor Essay B")
    return match[1].lower() == "a"


def _confidence(value: object) -> float:
    if value is None:
        raise UnusableAnswer("the answer gives no confidence")
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not CONFIDENCE[0] <= number <= CONFIDENCE[1]:
        raise UnusableAnswer("confidence is not a number from 1 to 5")
    return number


def _objects(text: str) -> tuple[list[dict[str, object]], str]:
    """Return the JSON objects at the outermost level, keys in lower case, and the text that is left of them."""
    found, left = [], []
    for piece in _pieces(text):
        if isinstance(piece, str):
            left.append(piece)
        else:
            found.append(piece)
    return found, "".join(left)


def _pieces(text: str) -> Iterator[str | dict[str, object]]:
    at, failed = 0, 0
    while (start := text.find("{", at)) >= 0:
        if failed > _MOST_TRIES:
            raise UnusableAnswer("the answer's JSON is malformed")
        yield text[at:start]
        try:
            value, at = _DECODER.raw_decode(text, start)
            yield value
        except (ValueError, RecursionError):
            yield "{"
            at, failed = start + 1, failed + 1
    yield text[at:]


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value: dict[str, object] = {}
    for key, item in pairs:
        name = key.strip().lower()
        if name in value and value[name] != item:
            raise UnusableAnswer(f"the answer gives two different values of {name[:20]}")
        value[name] = item
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
