"""The document that compares runs: every number of it, as JSON has it. PURE.

Fed by ``numbers.comparing``; feeds the API, and the rendering as markdown and as a page. Runs are called A, B, C …
in the order in which they were named; A is the baseline that the others are held against.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.runner.reports.shapes.alignment import Target
from app.runner.reports.shapes.base import Number, Rate, Shape
from app.runner.reports.shapes.judge import Invalid, OrderEffect, Seconds, Spent
from app.runner.runs.states import Mode, RunState

Statistic = Literal["tau_a", "tau_b"]
Side = Literal["first", "second"]
Outcome = Literal["better", "leans_better", "not_shown", "leans_worse", "worse", "same", "not_computed"]


class ComparedRun(Shape):
    """One of the runs; ``letter`` is what the rest of the document calls it by."""

    letter: str
    run_id: str
    batch_label: str
    mode: Mode
    status: RunState
    status_reason: str | None = Field(description="Why it did not simply complete.")
    revision: int = Field(description="The revision of the artefact whose verdicts and scores these are.")
    created_at: datetime
    provider: str = Field(description="Who judged, by the answers; several are joined by commas.")
    model: str = Field(description="With which model, by the answers.")
    essays: int = Field(description="Essays that have a score.")
    source: str | None = Field(description="engine: cj's scores; runner_fit: the runner's own fit.")
    stop_reason: str | None


class RunMetrics(Shape):
    """The numbers of one run over its own anchors; null where something is not defined on its data.

    Correlations and counts of inversions are those of the run's report. ``waiting`` is the time from question to
    answer, as the gateway noted it.
    """

    letter: str
    anchors: int
    withheld: str | None = Field(description="Why there is no metric against the grades; null where there are.")
    tau_a: Number = Field(description="Kendall's tau-a against the grades, ties of grades counted as good.")
    tau_b: Number = Field(description="Kendall's tau-b against the grades.")
    tau_a_ceiling: Number
    spearman: Number
    inverted_pairs: int | None = Field(description="Pairs of anchors in which the worse grade won at least once.")
    majority_inversions: int | None
    zero_win_anchors: int
    top_regressions: int | None
    targets: tuple[Target, ...]
    mean_se_anchors: Number = Field(description="Mean standard error, logits.")
    mean_se: Number = Field(description="The same of all essays.")
    verdicts: int
    invalid: Invalid
    mean_confidence: Number = Field(description="Of the verdicts, on the judge's own scale.")
    spent: Spent
    waiting: Seconds | None
    order_effect: OrderEffect | None
    first_pick: Rate | None = Field(description="How often the essay shown first won.")
    swap_consistency: Rate | None = Field(description="Pairs with the same winner in both orders.")
    cyclic_triads: Number = Field(description="Share of the triads that are cycles; a coin gives a quarter.")


class Spread(Shape):
    """A difference over the draws of a bootstrap: its 95 % percentile interval, and shares of draws."""

    low: float
    high: float
    better: float = Field(description="Share of draws in which the other run has more than the baseline.")
    equal: float = Field(description="Share of draws in which both have the same.")
    worse: float = Field(description="Share of draws in which it has less.")
    draws: int = Field(description="Draws in which the statistic exists.")


class SettingDifference(Shape):
    """A setting that is not the same in all runs; ``values`` in the order of the runs, null where not set."""

    name: str
    values: tuple[str | None, ...]


class TextChange(Shape):
    """What the prompt of another run has otherwise than the baseline's, as a unified diff."""

    letter: str
    lines: tuple[str, ...]
    cut: bool = Field(description="The texts are too long to be shown line by line, or the diff was cut off.")


class PromptOf(Shape):
    """The prompt of one run; all null where the engine's own was used."""

    letter: str
    name: str | None
    sha256: str | None
    characters: int | None


class PromptDifference(Shape):
    """A prompt that is not the same in all runs."""

    role: Literal["system_prompt", "rubric"]
    prompts: tuple[PromptOf, ...]
    changes: tuple[TextChange, ...]


class SettingsCompared(Shape):
    """What differs between the runs, and the names of what does not."""

    differences: tuple[SettingDifference, ...]
    prompts: tuple[PromptDifference, ...]
    same: tuple[str, ...] = Field(description="Settings that all runs share.")


class EssayName(Shape):
    """An essay as people know it."""

    name: str
    file_name: str | None
    role: Literal["anchor", "student"]
    grade: str | None = Field(description="The experts' grade, in the baseline's package where they differ.")


class Standing(Shape):
    """Where an essay stands in one run, among the essays that all runs share."""

    letter: str
    rank: int = Field(description="1 is the best; essays of the same score share a rank.")
    score: float = Field(description="Logits, centred over the shared essays.")
    standard_error: float
    wins: int
    comparisons: int


class Move(Shape):
    """How an essay stands in another run compared with the baseline."""

    letter: str
    ranks: int = Field(description="Ranks gained (above 0) or lost.")
    score: float = Field(description="The other run's score - the baseline's, logits.")
    z: Number = Field(description="The same in standard errors of a difference of independent scores.")


class ComparedEssay(EssayName):
    """One essay that all runs share."""

    standings: tuple[Standing, ...]
    moves: tuple[Move, ...]


class TauDifference(Shape):
    """The other run's tau - the baseline's over the shared anchors, with two bootstraps of it.

    ``over_essays``: the anchors are drawn again, the same for both runs: would other essays like these tell the
    same? ``over_pairs``: the pairs are drawn again with all verdicts on them, the same for both runs, and both
    scales are fitted anew: would these essays, had other pairs been asked?
    """

    statistic: Statistic
    baseline: float
    other: float
    difference: float
    over_essays: Spread | None
    over_pairs: Spread | None


class VerdictText(Shape):
    """One verdict on a disputed pair."""

    sequence: int = Field(description="Its number in its run.")
    winner: Side
    shown_first: Side
    confidence: Number
    justification: str | None


class DisputeSide(Shape):
    """What one run says of a disputed pair."""

    letter: str
    for_first: int
    for_second: int
    with_experts: bool | None = Field(description="null where the experts' grades do not part the two.")
    verdicts: tuple[VerdictText, ...]


class Dispute(Shape):
    """A pair whose majority winner is not the same in the two runs; the baseline prefers the first essay."""

    first: EssayName
    second: EssayName
    baseline: DisputeSide
    other: DisputeSide


class PairCounts(Shape):
    """Pairs that both runs judged."""

    judged_by_both: int
    same_winner: int
    other_winner: int
    undecided: int = Field(description="A tie of verdicts in one of the two runs.")
    agreement: Rate | None = Field(description="Of the pairs decided in both, those with the same winner.")
    baseline_with_experts: int = Field(description="Of the pairs with other winners: the grades are with A.")
    other_with_experts: int = Field(description="Of the pairs with other winners: the grades are with the other.")


class ScaleAgreement(Shape):
    """How the two scales agree over the shared essays; null where one of them has no spread."""

    spearman: Number
    tau_b: Number
    spread_ratio: Number = Field(description="Standard deviation of the other's scores / the baseline's.")
    moved: int = Field(description="Essays whose scores differ by more than 1.96 standard errors.")


class Against(Shape):
    """One run held against the baseline."""

    letter: str
    verdict: Outcome = Field(
        description="`better`/`worse`: both intervals of tau-b lie on one side of 0; `leans_…`: one of them does."
    )
    sentence: str = Field(description="The same in words.")
    taus: tuple[TauDifference, ...]
    no_taus: str | None = Field(description="Why there is no difference of taus.")
    scales: ScaleAgreement
    pairs: PairCounts
    disputes: tuple[Dispute, ...] = Field(description="The clearest first; as many as `limit` lets through.")
    disputes_total: int


class LeftOut(Shape):
    """Essays of one run that not all others have, by name; at most 100 are named."""

    letter: str
    count: int
    names: tuple[str, ...]


class Resampling(Shape):
    """What was drawn, so that it can be drawn again."""

    seed: int
    draws_over_essays: int
    draws_over_pairs: int = Field(description="Fewer where refitting so many essays so often would take too long.")
    level: float


class RunComparison(Shape):
    """Runs side by side. The same runs, revisions and seed give the same document, byte for byte."""

    runs: tuple[ComparedRun, ...]
    shared_essays: int
    shared_anchors: int
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = Field(description="What a reader must know before believing a number.")
    settings: SettingsCompared
    metrics: tuple[RunMetrics, ...]
    against: tuple[Against, ...]
    essays: tuple[ComparedEssay, ...] = Field(description="By the largest move first.")
    resampling: Resampling
