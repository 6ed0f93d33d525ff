"""The shape of an example, and the names that all examples share. Feeds ``examples``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON, FORM, TEXT, HTML = "application/json", "multipart/form-data", "text/markdown", "text/html"
RUN_ID = "run_019abf3ad4c27a1e9f3a5d1c0b7e4f21"
REQUEST_ID = "0b5e2f6c8a914d3f9c7d1e2a3b4c5d6e"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AT = "2026-11-24T08:00:00Z"
LATER = "2026-11-24T08:00:09Z"


@dataclass(frozen=True)
class Example:
    """The body of a request by media type, and answers by status and media type."""

    request: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], Any] = field(default_factory=dict)
