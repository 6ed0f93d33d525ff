"""The rules of ``rules.sql``, read once. Fed with that file; feeds ``invariants``."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

Kind = Literal["lost", "doubled", "wrong"]
_HEAD = re.compile(r"^-- (lost|doubled|wrong): (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class RowCheck:
    """One rule: what kind of damage it is if it does not hold, its name, the query of what breaks it."""

    kind: Kind
    rule: str
    query: str


def _read(text: str) -> tuple[RowCheck, ...]:
    _, *parts = _HEAD.split(text)
    queries = (re.sub(r"^--.*\n?", "", part, flags=re.MULTILINE).strip() for part in parts[2::3])
    return tuple(
        RowCheck(cast("Kind", kind), rule, query)
        for kind, rule, query in zip(parts[::3], parts[1::3], queries, strict=True)
    )


ALL = _read(Path(__file__).with_name("rules.sql").read_text(encoding="utf-8"))
