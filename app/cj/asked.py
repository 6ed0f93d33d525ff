"""One comparison of a batch, as planned and as asked. PURE.

Planned by ``steering``, written and read by ``store``.
"""

from dataclasses import dataclass
from uuid import UUID

from app.cj.design import Oriented


@dataclass(frozen=True)
class Comparison:
    """One comparison of a batch; ``attempt`` counts the tries before this one.

    ``cost_usd`` is all that it cost only if ``cost_known``.
    """

    number: int
    correlation_id: UUID
    wave: int
    a: int
    b: int
    repeat: int
    attempt: int
    state: str
    winner: str | None
    error_code: str | None
    error_message: str | None
    retryable: bool
    provider: str | None
    model: str | None
    reserved_usd: float | None
    cost_usd: float | None
    cost_known: bool = True

    @property
    def pair(self) -> tuple[int, int]:
        """The two positions, the smaller first."""
        return min(self.a, self.b), max(self.a, self.b)


@dataclass(frozen=True)
class Planned:
    """A pair to be asked: positions as shown, how often the pair was asked before, which try this is.

    ``reserved_usd`` is set aside for it under a money cap; it is not asked before ``wait_s`` have passed.
    """

    shown: Oriented
    repeat: int
    attempt: int
    reserved_usd: float | None = None
    wait_s: float = 0.0
