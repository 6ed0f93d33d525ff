"""The envelope around every event: written by the outbox, read by the consume loop.

Readers ignore unknown fields and never dispatch on ``event_type``, since other implementations
put different things there; the topic decides.
"""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError

Data = TypeVar("Data", bound=BaseModel)


class Wire(BaseModel):
    """Base of all wire shapes: frozen, tolerant of fields that it does not know.

    Errors do not show what was given: they reach the log, and shapes hold essays.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Envelope(Wire, Generic[Data]):
    """One event with its identity; ``data`` is the payload."""

    event_id: UUID
    event_type: str
    event_timestamp: datetime
    source_service: str
    schema_version: int = 1
    correlation_id: UUID
    data_schema_uri: str | None = None
    data: SerializeAsAny[Data]
    metadata: dict[str, object] | None = Field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the UTF-8 JSON of the whole envelope, nulls kept."""
        return orjson.dumps(self.model_dump(mode="json"))


class Unreadable(ValueError):
    """The bytes are not an envelope with the expected payload."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def read(shape: type[Envelope[Data]], value: bytes) -> Envelope[Data]:
    """Parse ``value`` as ``shape``; raise ``Unreadable`` with a short reason that holds no content."""
    try:
        raw = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Unreadable("not_json", str(error)[:200]) from error
    if not isinstance(raw, dict):
        raise Unreadable("not_an_envelope", f"a JSON {type(raw).__name__} where an object belongs")
    if raw.get("schema_version", 1) != 1:
        raise Unreadable("unknown_schema_version", str(raw.get("schema_version"))[:40])
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['type']}"
            for problem in error.errors()[:5]
        )
        raise Unreadable("invalid_shape", where[:400]) from error
