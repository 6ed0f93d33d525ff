"""A message without what people wrote: its shape, ids and times stay, every other text is only measured. PURE.

Fed by dead letters; feeds whoever looks at them. Essays, justifications and names travel in messages, so a text is
shown only where it is an id, a moment, or a word of a field that holds words of ours.
"""

import re
from typing import Any

import orjson

WORDS = frozenset(
    {
        *(
            "event_type",
            "source_service",
            "status",
            "state",
            "winner",
            "provider",
            "model",
            "language",
            "course_code",
        ),
        *("error_code", "code", "reason", "schema_version", "entity_type", "processing_phase", "batching_mode"),
        *("processing_status", "cj_source", "grade_scale", "assigned_grade", "runner_mode", "grade", "event"),
    }
)
"""Fields whose values are words of the contract."""
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,79}( [AB])?", re.ASCII)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
FACT = re.compile(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[0-9a-f]{32}|[0-9a-f]{64}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
    re.ASCII,
)
DEEPEST = 12
MOST_ITEMS = 5
MOST_FIELDS = 100


def redacted(value: bytes) -> object:
    """Return the JSON of a message without texts; of what is no JSON, only how long it is."""
    try:
        return _shape(orjson.loads(value), "", DEEPEST)
    except orjson.JSONDecodeError:
        return f"({len(value)} bytes that are no JSON)"


def plain_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a message, each value an id, a moment or a word, else how long it is."""
    known = {name: text for name, text in headers.items() if re.fullmatch(r"[a-z0-9_-]{1,64}", name)}
    return {name: text if _is_word(text) else _measured(text) for name, text in sorted(known.items())}


def plain_key(key: bytes | None) -> str | None:
    """Return the key of a message where it is an id."""
    if key is None:
        return None
    text = key.decode(errors="replace")
    return text if FACT.fullmatch(text) else _measured(text)


def _shape(value: Any, field: str, deep: int) -> object:
    if isinstance(value, str):
        shown = FACT.fullmatch(value) or (field in WORDS and WORD.fullmatch(value))
        return value if shown else _measured(value)
    if deep == 0 and isinstance(value, dict | list):
        return f"({len(value)} more below)"
    if isinstance(value, dict):
        return _fields(value, deep)
    if isinstance(value, list):
        items = [_shape(item, field, deep - 1) for item in value[:MOST_ITEMS]]
        return [*items, f"({len(value) - MOST_ITEMS} more)"] if len(value) > MOST_ITEMS else items
    return value


def _fields(value: dict[str, Any], deep: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, (name, item) in enumerate(value.items(), start=1):
        if number > MOST_FIELDS:
            return found | {"(more)": f"({len(value) - MOST_FIELDS} more fields)"}
        found[name if NAME.fullmatch(name) else f"(field {number})"] = _shape(item, name, deep - 1)
    return found


def _is_word(text: str) -> bool:
    return FACT.fullmatch(text) is not None or WORD.fullmatch(text) is not None or text == "application/json"


def _measured(text: str) -> str:
    return f"({len(text)} characters)"
