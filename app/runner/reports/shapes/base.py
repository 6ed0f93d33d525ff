"""What all shapes of reports share. PURE.

Fed by ``numbers``; feeds every rendering. A number that the data cannot carry is null, never a made-up one.
"""

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict


class Shape(BaseModel):
    """Base of all shapes: frozen, and without a field that is not described."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_finite)]
"""A number, null where it is not estimable or not finite."""


class Rate(Shape):
    """A share of cases with Wilson's 95% interval; ``count`` cases, taken as independent."""

    share: float
    low: float
    high: float
    count: float


class Count(Shape):
    """How often something named occurred."""

    name: str
    count: int
