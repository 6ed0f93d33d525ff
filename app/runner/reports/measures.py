"""Shapes that several reports share: shares and intervals, as JSON has them. PURE.

Fed by ``scoring``; feeds the documents of comparisons and of agreement.
"""

from pydantic import BaseModel, ConfigDict, Field

from app.scoring.bias import Share
from app.scoring.resampling import Spread


class Shape(BaseModel):
    """Base of the shapes: they never change."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class ShareOf(Shape):
    """A share with Wilson's 95 % interval, which takes the cases as independent."""

    share: float
    low: float
    high: float
    count: float = Field(description="The cases behind it.")

    @classmethod
    def of(cls, found: Share) -> "ShareOf":
        """Return a share of ``scoring`` as it is shown."""
        return cls(share=found.share, low=found.low, high=found.high, count=found.count)


class SpreadOf(Shape):
    """A difference over the draws of a bootstrap: its 95 % percentile interval, and shares of draws."""

    low: float
    high: float
    better: float = Field(description="Share of draws in which the other run has more than the baseline.")
    equal: float = Field(description="Share of draws in which both have the same.")
    worse: float = Field(description="Share of draws in which it has less.")
    draws: int = Field(description="Draws in which the statistic exists.")

    @classmethod
    def of(cls, found: Spread) -> "SpreadOf":
        """Return a spread of ``scoring`` as it is shown."""
        return cls(
            low=found.low,
            high=found.high,
            better=found.above,
            equal=found.equal,
            worse=found.below,
            draws=found.draws,
        )
