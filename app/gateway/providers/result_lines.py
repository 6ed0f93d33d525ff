"""Lines of a batch job's results; one that cannot be read leaves its own item without a result, not the others.

Fed by the adapters of batch jobs; what is left without a result is asked again by ``jobs_gather``.
"""

from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from app.gateway.providers.bodies import UnreadableBody, object_in

Row = TypeVar("Row", bound=BaseModel)
log = structlog.get_logger(__name__)


def row_of(shape: type[Row], line: bytes, *, provider: str, job_id: str) -> Row | None:
    """Return the item of a line, None for a line that cannot be read."""
    try:
        return shape.model_validate(object_in(line))
    except (ValidationError, UnreadableBody):
        log.warning("batch_line_unreadable", provider=provider, job_id=job_id)
        return None
