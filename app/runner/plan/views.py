"""What ``POST /v1/runs:plan`` shows. PURE."""

from pydantic import BaseModel, Field

from app.runner.runs.states import Mode


class PlannedInventory(BaseModel):
    """What the package holds of which this run would make use."""

    package_id: str
    name: str
    sha256: str
    anchors: int
    students: int
    judged: int = Field(description="Essays that would be compared in this mode.")
    grades: dict[str, int] = Field(description="Anchors by expert grade.")
    characters_mean: float = Field(description="Of the judged essays.")
    characters_longest: int


class PlannedPairs(BaseModel):
    """Which pairs would be asked."""

    policy: str | None = Field(description="null: the engine's usual one.")
    both_orders: bool
    possible: int = Field(description="Different pairs that the design may ask.")
    listed: int | None = Field(description="Pairs of `design.pairs`, or of a boundary test.")
    iterations: int | None = Field(description="Of a boundary test: how often a pair is asked in each position.")
    boundaries: dict[str, int] = Field(description="Of a boundary test: pairs by grade boundary, best first.")


class PlannedComparisons(BaseModel):
    """How many comparisons would be asked; null where only the engine knows."""

    at_least: int | None
    at_most: int | None
    per_wave: int | None = Field(description="Of a full wave.")
    waves_at_most: int | None
    reason: str = Field(description="What bounds the number.")


class PlannedTokens(BaseModel):
    """Tokens of one comparison."""

    prompt: int
    answer: int


class PlannedCost(BaseModel):
    """Estimated costs in USD; null where no price is known, with the reason."""

    known: bool
    usd_per_comparison: float | None = Field(description="Of a usual comparison.")
    usd_expected: float | None = Field(description="Usual comparisons, as many as are asked at most.")
    usd_at_most: float | None = Field(description="The dearest comparisons, or the cap of costs.")
    tokens_usual: PlannedTokens
    tokens_at_most: PlannedTokens
    reason: str | None = Field(description="Why costs are unknown.")
    assumptions: list[str] = Field(description="How it was reckoned.")


class PlannedJudge(BaseModel):
    """Who would judge; null leaves it to the engine."""

    provider: str | None
    model: str | None
    batching_mode: str | None


class PlanView(BaseModel):
    """What a run would do. Nothing was written or sent."""

    mode: Mode = Field(description="The mode that the run would be started in.")
    batch_label: str
    inventory: PlannedInventory
    pairs: PlannedPairs
    comparisons: PlannedComparisons
    judge: PlannedJudge
    cost: PlannedCost
    notes: list[str] = Field(description="What could not be checked, and what a caller may want to know.")
    request: dict[str, object] = Field(description="The request as understood, defaults filled in.")
