"""The document that holds a run against people's verdicts: every number of it, as JSON has it. PURE.

Fed by ``numbers.people``; feeds the API, and the rendering as markdown, as a page and as a table of pairs.
"""

from typing import Literal

from pydantic import Field

from app.runner.reports.shapes.base import Number, Rate, Shape
from app.runner.reports.shapes.comparison import EssayName, VerdictText

Winner = Literal["first", "second", "tied"]


class Estimate(Shape):
    """A coefficient with its 95 % percentile interval over draws of pairs, each with all verdicts on it."""

    value: float
    low: Number = Field(description="null where too few pairs were judged for an interval.")
    high: Number
    count: int = Field(description="Pairs behind it.")


class PeopleCounts(Shape):
    """What the imported files hold."""

    verdicts: int
    ties: int
    undecided: int = Field(description="Rows without a decision: in no number below.")
    unmatched: int = Field(description="Rows that name an essay which the run does not have.")
    judges: int
    same_essay: int = Field(description="Rows whose two names mean one essay: in no number below.")
    pairs: int = Field(description="Different pairs of essays of the run.")
    not_judged_by_run: int = Field(description="Pairs of people that the run did not judge.")


class AgreementNumbers(Shape):
    """How far people and run agree, over the pairs that both judged.

    ``raw`` compares the majorities of pairs that both decided. ``kappa`` is Cohen's with quadratic weights of the
    majorities (won, tied, lost), ``alpha`` Krippendorff's with each person and the run as judges, ``alpha_people``
    that of people alone: nobody can be expected to agree with people better than they do with each other. In both
    each pair counts from either side, so that which essay stands first makes no difference.
    """

    pairs: int
    tied_by_people: int
    tied_by_run: int
    raw: Rate | None
    verdicts: Rate | None = Field(description="Single decided verdicts of people against the run's majority.")
    kappa: Estimate | None
    alpha: Estimate | None
    alpha_people: Estimate | None
    people_with_grades: Rate | None = Field(description="Decided pairs of different grades: the better won.")
    run_with_grades: Rate | None


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
    agreement: Rate | None
    people_with_grades: Rate | None
    run_with_grades: Rate | None


class JudgeRow(Shape):
    """One person against the run, and against the other people on the same pairs."""

    judge: str
    pairs: int = Field(description="That the run judged too.")
    tied: int
    with_run: Rate | None
    with_people: Rate | None = Field(description="Against the majority of the other people.")
    kappa: Number = Field(description="Cohen's, with the run.")


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

    judges_for_first: tuple[str, ...]
    judges_for_second: tuple[str, ...]
    verdicts: tuple[VerdictText, ...]


class EssayGap(EssayName):
    """An essay that people and run place differently."""

    people: float = Field(description="Its score by people, logits.")
    run: float = Field(description="Its score by the run, logits.")
    z: float = Field(description="The difference in its standard errors.")


class UnmatchedName(Shape):
    """An essay that people judged and the run does not have."""

    name: str
    rows: int


class RunAgreement(Shape):
    """A run against people. The same verdicts, revision and seed give the same document, byte for byte."""

    run_id: str
    batch_label: str
    revision: int
    verdict_sets: tuple[str, ...]
    sentence: str = Field(description="The answer in words.")
    counts: PeopleCounts
    unmatched: tuple[UnmatchedName, ...] = Field(description="At most 100, those of most rows first.")
    notes: tuple[str, ...]
    agreement: AgreementNumbers
    scales: ScalesOfBoth | None
    no_scales: str | None
    by_distance: tuple[DistanceRow, ...]
    by_judge: tuple[JudgeRow, ...]
    essays: tuple[EssayGap, ...] = Field(description="Those that differ most, at most 20.")
    disputes: tuple[DisputedPair, ...] = Field(description="The clearest first; as many as `limit` lets through.")
    disputes_total: int
    seed: int
    draws: int
