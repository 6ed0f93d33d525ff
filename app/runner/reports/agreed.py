"""The document that holds a run against people's verdicts: every number of it, as JSON has it. PURE.

Fed by ``agreement``; feeds the API, and the rendering as markdown, as a page and as a table of pairs.
"""

from typing import Literal

from pydantic import Field

from app.runner.reports.compared import EssayName
from app.runner.reports.measures import Shape, ShareOf

Winner = Literal["first", "second", "tied"]


class Estimate(Shape):
    """A coefficient with its 95 % percentile interval over draws of pairs, each with all verdicts on it."""

    value: float
    low: float | None = Field(description="null where too few pairs were judged for an interval.")
    high: float | None
    count: int = Field(description="Pairs behind it.")


class PeopleCounts(Shape):
    """What the imported files hold."""

    verdicts: int
    ties: int
    undecided: int = Field(description="Rows without a decision: in no number below.")
    unmatched: int = Field(description="Rows that name an essay which the run does not have.")
    judges: int
    pairs: int
    not_judged_by_run: int = Field(description="Pairs of people that the run did not judge.")


class AgreementNumbers(Shape):
    """How far people and run agree, over the pairs that both judged.

    ``raw`` compares the majorities of pairs that both decided. ``kappa`` is Cohen's of the majorities (won, tied,
    lost), ``alpha`` Krippendorff's with people and run as judges, ``alpha_people`` that of people alone: no judge
    can be expected to agree with people better than people do with each other.
    """

    pairs: int
    tied_by_people: int
    tied_by_run: int
    raw: ShareOf | None
    verdicts: ShareOf | None = Field(description="Single decided verdicts of people against the run's majority.")
    kappa: Estimate | None
    alpha: Estimate | None
    alpha_people: Estimate | None
    people_with_grades: ShareOf | None = Field(description="Decided pairs of different grades: the better won.")
    run_with_grades: ShareOf | None


class ScalesOfBoth(Shape):
    """The scales fitted to the two sets of verdicts, over the essays that both compared."""

    essays: int
    pearson: float
    spearman: float
    tau_b: float


class DistanceRow(Shape):
    """Pairs whose grades lie so many steps apart; null: at least one essay has no grade."""

    distance: int | None
    pairs: int
    agreement: ShareOf | None
    people_with_grades: ShareOf | None
    run_with_grades: ShareOf | None


class JudgeRow(Shape):
    """One person against the run, and against the other people on the same pairs."""

    judge: str
    verdicts: int
    ties: int
    with_run: ShareOf | None
    with_people: ShareOf | None = Field(description="Against the majority of the other people.")
    kappa: float | None = Field(description="Cohen's, with the run.")


class RunVerdict(Shape):
    """One verdict of the run's judge."""

    sequence: int
    winner: Literal["first", "second"]
    shown_first: Literal["first", "second"]
    confidence: float | None
    justification: str | None


class PairRow(Shape):
    """One pair that both judged; the essay that people prefer comes first."""

    first: EssayName
    second: EssayName
    distance: int | None = Field(description="Steps between the experts' grades.")
    people_for_first: int
    people_for_second: int
    people_tied: int
    run_for_first: int
    run_for_second: int
    people: Winner
    run: Winner
    experts: Winner | None = Field(description="null where a grade is missing.")


class DisputedPair(PairRow):
    """A pair on which people and run differ."""

    judges_for_first: list[str]
    judges_for_second: list[str]
    verdicts: list[RunVerdict]


class EssayGap(EssayName):
    """An essay that people and run place differently."""

    people: float = Field(description="Its score by people, logits.")
    run: float = Field(description="Its score by the run, logits.")
    z: float = Field(description="The difference in its standard errors.")


class RunAgreement(Shape):
    """A run against people. The same verdicts, revision and seed give the same document, byte for byte."""

    run_id: str
    batch_label: str
    revision: int
    verdict_sets: list[str]
    counts: PeopleCounts
    notes: list[str]
    agreement: AgreementNumbers
    scales: ScalesOfBoth | None
    no_scales: str | None
    by_distance: list[DistanceRow]
    by_judge: list[JudgeRow]
    essays: list[EssayGap] = Field(description="Those that differ most, at most 20.")
    disputes: list[DisputedPair] = Field(description="The clearest first; as many as `limit` lets through.")
    disputes_total: int
    seed: int
    draws: int
