"""How good a judge is by its own answers, without any expert: the shape of the numbers. PURE.

Fed by ``numbers.judging``; feeds every rendering, comparisons of runs and experiments.
"""

from app.runner.reports.shapes.base import Count, Number, Rate, Shape


class OrderEffect(Shape):
    """The advantage of being shown first, in logits, fitted beside the scores; above 0 the first is favoured.

    ``odds`` is exp(estimate): the odds of the first of two equal essays.
    """

    estimate: float
    se: float
    p_value: float
    odds: float


class Length(Shape):
    """Whether the longer text wins, in words; ``experts`` is how often the longer has the better expert grade.

    ``experts`` and ``judge_on_same`` are over the same comparisons: those between anchors of different grade. Only
    their difference ``excess`` is a preference of the judge's own.
    """

    longer_won: Rate
    judge_on_same: Rate | None
    experts: Rate | None
    excess: Number


class Triads(Shape):
    """Cycles a > b > c > a among majorities: ``cyclic`` of ``compared`` triads; a coin gives a quarter.

    ``consistence`` is Kendall's zeta, null unless every pair was decided.
    """

    cyclic: int
    compared: int
    share: Number
    consistence: Number


class SplitHalf(Shape):
    """Correlation of the scales of two halves of the judges, stepped up to the whole (Spearman-Brown)."""

    mean_r: float
    spearman_brown: float
    low: float
    high: float
    splits: int
    judges: int


class Reliability(Shape):
    """What a scale's reliability may be: no coefficient without the others beside it.

    ``ssr`` is scale separation reliability, ``separation`` G; ``posterior`` 1 - posterior / prior variance;
    ``no_split_half`` says why there is none. ``judge_is_informative``: whether the scores foretell unseen pairs
    better than a coin, null where that cannot be told.
    """

    ssr: Number
    separation: Number
    posterior: Number
    split_half: SplitHalf | None
    no_split_half: str | None
    judge_is_informative: bool | None
    comparisons_per_essay: float
    components: int


class Invalid(Shape):
    """Answers without a verdict: ``failed`` of ``answers``, by their code of error."""

    answers: int
    failed: int
    share: Number
    by_code: tuple[Count, ...]


class Seconds(Shape):
    """How long something took, in seconds, over ``count`` verdicts that say so."""

    count: int
    mean: float
    median: float
    p90: float
    longest: float


class Spent(Shape):
    """Tokens and money in US dollars, failed answers included; ``usd_a_verdict`` is null without verdicts."""

    usd: float
    usd_a_verdict: Number
    prompt_tokens: int
    completion_tokens: int


class Sure(Shape):
    """Verdicts of one level of confidence, rounded, and the share of them that the final scores agree with."""

    confidence: float
    count: int
    with_scale: float


class JudgeLine(Shape):
    """One judge (provider and model). Mean squares near 1 follow the model; above 1.5 they contradict the scale.

    ``left_out_agreement``: share of its verdicts that the scale of all others agrees with; ``influence``: the
    largest move of a score, in logits, without it. Null where there is one judge alone.
    """

    judge: str
    verdicts: int
    failed: int
    usd: float
    infit: Number
    outfit: Number
    left_out_agreement: Number
    influence: Number


class JudgeQuality(Shape):
    """Everything that the answers say about whoever gave them; null is not estimable."""

    verdicts: int
    first_pick: Rate | None
    order_effect: OrderEffect | None
    swap_consistency: Rate | None
    length: Length | None
    triads: Triads
    reliability: Reliability
    invalid: Invalid
    answering: Seconds | None
    waiting: Seconds | None
    spent: Spent
    mean_confidence: Number
    confidence: tuple[Sure, ...]
    judges: tuple[JudgeLine, ...]
    deviance: Number
    degrees_of_freedom: int | None
    log_likelihood: Number
