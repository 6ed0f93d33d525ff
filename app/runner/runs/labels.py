"""Labels of runs, for people and for filters: what a batch label may hold, how it expands, which labels fit. PURE.

Fed by ``spec`` with what a caller wrote; feeds ``accept`` with the label of one run.
"""

import re
from collections.abc import Mapping
from datetime import datetime

NUMBER = "{n}"
LONGEST_LABEL = 255
BLANK = "is blank: give a label; if it came from a shell variable, check that it was set in that shell"
DIRECTIVES = "aAbBdeDfFgGhHIjmMpRsSTuUVwWyYzZ%"
"""Fields of ``strftime`` that mean the same on every machine; ``%%`` is one per cent sign."""
NOT_STORABLE = "a NUL or half of a surrogate pair: take that character out"
MOST_LABELS = 20
LONGEST_KEY = 63
LONGEST_VALUE = 255

_FIELD = re.compile(r"%(.?)", re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_BRACED = re.compile(r"\{[^{}]*\}")
_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")


def check_template(template: str) -> str:
    """Return the trimmed template of a batch label; raises ``ValueError`` that says the way out."""
    kept = template.strip()
    if not kept:
        raise ValueError(BLANK)
    for found in _FIELD.findall(kept):
        if not found or found not in DIRECTIVES:
            shown = ", ".join(f"%{letter}" for letter in DIRECTIVES)
            raise ValueError(f"%{found} is no known field of strftime: use one of {shown}; %% is a per cent sign")
    for found in _BRACED.findall(kept):
        if found != NUMBER:
            raise ValueError(f"{found[:40]} is unknown: the only field in braces is {NUMBER}, a running number")
    return kept


def dated(template: str, now: datetime) -> str:
    """Return the template with the fields of ``strftime`` filled in; ``{n}`` is left.

    Raises ``ValueError`` for a label that is blank or longer than 255 characters then.
    """
    label = (now.strftime(template) if "%" in template else template).strip()
    if not label.replace(NUMBER, "0").strip():
        raise ValueError(BLANK)
    if len(label.replace(NUMBER, "9" * 10)) > LONGEST_LABEL:
        raise ValueError(f"is longer than {LONGEST_LABEL} characters when its fields are filled in: shorten it")
    return label


def numbered(label: str, number: int) -> str:
    """Return the label with its running number."""
    return label.replace(NUMBER, str(number))


def check_labels(labels: Mapping[str, str]) -> None:
    """Raise ``ValueError`` unless these are at most 20 pairs of short, plain keys and short values."""
    if len(labels) > MOST_LABELS:
        raise ValueError(f"holds {len(labels)} pairs: at most {MOST_LABELS} are kept")
    for key, value in labels.items():
        check_key(key)
        if len(value) > LONGEST_VALUE:
            raise ValueError(f"the value of {key} must have at most {LONGEST_VALUE} characters")
        if not is_storable(value):
            raise ValueError(f"the value of {key} holds {NOT_STORABLE}")


def is_storable(text: str) -> bool:
    """Return whether Postgres and files can hold the text: no NUL, and none but whole characters."""
    return "\x00" not in text and not _HALF.search(text)


def check_key(key: str) -> None:
    """Raise ``ValueError`` unless ``key`` may name a label."""
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(
            f"key {key[:LONGEST_KEY]!r} must have 1 to {LONGEST_KEY} letters, digits, dots, dashes, slashes or "
            "underscores, and begin and end with a letter or digit"
        )


def pair(text: str) -> tuple[str, str]:
    """Return key and value of a filter written as ``key=value``; raises ``ValueError``."""
    key, sign, value = text.partition("=")
    if not sign:
        raise ValueError("write it as key=value")
    check_labels({key: value})
    return key, value
