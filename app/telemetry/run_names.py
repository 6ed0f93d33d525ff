"""The names of a run as another process sent them: for log lines only, and never trusted. PURE.

Fed by the metadata of events and requests, and by the ``baggage`` of calls between the services; feeds the context
of the work at hand. A value that is no short text of plain characters is left out.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, unquote

SENT_AS: Final = MappingProxyType({"run_id": "run_id", "batch_id": "batch_label", "runner_mode": "runner_mode"})
"""The key of each name in the metadata of the request for a batch, and of the requests for its comparisons."""
LONGEST: Final = MappingProxyType(
    {"run_id": 64, "batch_uuid": 36, "batch_id": 255, "runner_mode": 32, "correlation_id": 64}
)
"""The names that travel between services, and how many characters each may have."""
HEADER: Final = "baggage"
"""W3C Baggage: what a call is about, for whoever writes down what became of it."""
LONGEST_HEADER: Final = 2048


def sent_names(metadata: object) -> dict[str, str]:
    """Return the names of a run that ``metadata`` holds; what is no mapping holds none."""
    told = metadata if isinstance(metadata, Mapping) else {}
    found = {name: told.get(key) for name, key in SENT_AS.items()}
    return {name: text for name, value in found.items() if (text := _plain(name, value)) is not None}


def as_baggage(context: Mapping[str, object]) -> str | None:
    """Return the names in ``context`` as the value of the header, None where there is none."""
    found = {name: text for name in LONGEST if (text := _plain(name, context.get(name))) is not None}
    return ",".join(f"{name}={quote(text, safe='')}" for name, text in found.items()) or None


def of_baggage(value: str) -> dict[str, str]:
    """Return the names that a header holds; what is not ours in it, or too long, is passed over."""
    if len(value) > LONGEST_HEADER:
        return {}
    members = (member.partition(";")[0].partition("=") for member in value.split(","))
    found = {key.strip(): unquote(text.strip(), errors="replace") for key, _, text in members}
    return {name: text for name in LONGEST if (text := _plain(name, found.get(name))) is not None}


def _plain(name: str, value: object) -> str | None:
    good = isinstance(value, str) and 0 < len(value) <= LONGEST[name] and value.isprintable()
    return value if good and isinstance(value, str) else None
