"""What a record says of itself in its headers, for the log lines of its handling. PURE."""

import re

from app.messaging.bus import Outgoing, Record

_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,128}")
NAMES = ("correlation_id", "event_id", "event_type", "source_service")


def known(record: Record | Outgoing) -> dict[str, str]:
    """Return the names that the record's headers hold; what does not look like a name is left out."""
    return {
        name: value
        for name in NAMES
        if (value := record.headers.get(name)) is not None and _PLAIN.fullmatch(value)
    }
