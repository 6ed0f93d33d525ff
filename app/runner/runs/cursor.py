"""The place in a list at which the next page begins, as an opaque text. PURE.

A cursor belongs to its query: it carries a digest of filters and order, and is refused with others.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.errors import InvalidInput

VERSION = 1
LONGEST = 400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HINT = "is not a cursor of this list: take it from the page before, with the same filters, or leave it out"


@dataclass(frozen=True)
class Place:
    """The last row of a page."""

    created_at: datetime
    id: str


def written(place: Place, query: str) -> str:
    """Return the cursor of the page after ``place`` of the list that ``query`` describes."""
    microseconds = (place.created_at - EPOCH) // timedelta(microseconds=1)
    facts = [VERSION, microseconds, place.id, _digest(query, microseconds, place.id)]
    return base64.urlsafe_b64encode(json.dumps(facts, separators=(",", ":")).encode()).decode().rstrip("=")


def read(cursor: str, query: str) -> Place:
    """Return the place that a cursor names; raises ``InvalidInput`` for what ``written`` did not write."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, microseconds, run_id, digest = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        ours = _is_place(version, microseconds, run_id) and digest == _digest(query, microseconds, run_id)
        place = Place(EPOCH + timedelta(microseconds=microseconds), run_id)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise InvalidInput.at("cursor", _HINT) from error
    if not ours:
        raise InvalidInput.at("cursor", _HINT)
    return place


def _is_place(version: object, microseconds: object, run_id: object) -> bool:
    """Return whether a cursor's facts are of the kinds that we write: anybody can make its digest."""
    numbers = type(version) is int and type(microseconds) is int
    return numbers and version == VERSION and isinstance(run_id, str) and run_id.isprintable()


def _digest(query: str, microseconds: int, run_id: str) -> str:
    return hashlib.sha256(f"{query}\n{microseconds}\n{run_id}".encode()).hexdigest()[:20]
