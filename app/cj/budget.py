"""How many comparisons are needed: a design simulated on essays whose true scores are known. PURE.

Fed by ``cj-runner plan-budget``; feeds it with one row a budget. True scores are normal; a grade is a band of
them as wide as its expected share; anchors stand evenly in their bands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm

from app.cj.design import Design, Policy, check_design
from app.cj.projection import Anchor, calibrate, project
from app.cj.simulation import Play, simulated_judge
from app.contracts.grade_scales import DEFAULT_SCALE, SCALES, GradeScale
from app.errors import InvalidInput
from app.scoring.agreement import kendall_tau_b, pearson_r
from app.scoring.data import FloatArray
from app.scoring.errors import NotEstimable
from app.scoring.standard_errors import centred_errors


@dataclass(frozen=True)
class Question:
    """What to simulate: ``essays`` to be judged beside ``anchors``, up to ``per_essay`` comparisons each.

    ``spread`` is the standard deviation of true scores in logits of a judge with ``noise`` 1; ``order_effect``
    is the advantage of what is shown first, in the same unit. ``runs`` simulations, from ``seed`` on.
    """

    essays: int
    anchors: int = 0
    design: Design = field(default_factory=Design)
    per_essay: int = 20
    spread: float = 2.0
    noise: float = 1.0
    order_effect: float = 0.0
    runs: int = 5
    seed: int = 0


@dataclass(frozen=True)
class Row:
    """Means over the simulations, of the essays that are no anchors.

    ``mean_se`` in logits; ``tau`` (Kendall's tau-b) and ``reliability`` (squared correlation) against the truth;
    ``grade_accuracy`` the share of right grades, None where anchors are of fewer than two grades.
    """

    per_essay: int
    comparisons: int
    mean_se: float
    tau: float
    reliability: float
    grade_accuracy: float | None


def simulate_budgets(question: Question) -> list[Row]:
    """Return one row for 2, 4, 6 .. comparisons an essay; raises ``InvalidInput`` for an impossible question."""
    _check(question)
    found = [list(_one(question, question.seed + run)) for run in range(question.runs)]
    steps = _steps(question)[: min(map(len, found))]
    rows = []
    for at, (per_essay, comparisons) in enumerate(steps):
        values = np.array([run[at] for run in found])
        mean_se, tau, reliability, accuracy = (float(value) for value in values.mean(axis=0))
        graded = None if np.isnan(accuracy) else accuracy
        rows.append(Row(per_essay, comparisons, mean_se, tau, reliability, graded))
    return rows


def _check(question: Question) -> None:
    if question.essays < 2:
        raise InvalidInput.at("essays", "at least two essays are needed to rank them")
    if question.design.policy is Policy.PRE_SPECIFIED:
        raise InvalidInput.at("policy", "pre_specified chooses no pairs, so there is no budget to plan")
    for name in ("spread", "noise"):
        if not 0 < getattr(question, name) < float("inf"):
            raise InvalidInput.at(name, "must be a positive number")
    if not abs(question.order_effect) < float("inf"):
        raise InvalidInput.at("order_effect", "must be a finite number")
    everyone = question.essays + question.anchors
    check_design(question.design, everyone, frozenset(range(question.essays, everyone)))


def _steps(question: Question) -> list[tuple[int, int]]:
    """Return (comparisons an essay, comparisons in all)."""
    meetings = question.essays + question.anchors
    if question.design.policy is Policy.ANCHORS_ONLY:
        meetings = 2 * question.essays
    steps = sorted({*range(2, question.per_essay + 1, 2), question.per_essay})
    return [(step, max(1, (step * meetings + 1) // 2)) for step in steps]


def _one(question: Question, seed: int) -> Iterator[tuple[float, float, float, float]]:
    rng = np.random.default_rng([seed, 1])
    scale = SCALES[DEFAULT_SCALE]
    grades = _anchor_grades(question.anchors, scale)
    truth = np.concatenate([rng.normal(size=question.essays), _anchor_truth(grades, scale)]) * question.spread
    judge = simulated_judge(truth.tolist(), rng, noise=question.noise, order_effect=question.order_effect)
    anchors = frozenset(range(question.essays, truth.size))
    play = Play(truth.size, question.design, judge, seed, anchors)
    students = slice(0, question.essays)
    for judgements, fit in play.until([comparisons for _, comparisons in _steps(question)]):
        errors = centred_errors(judgements, fit)
        right = _share_right(truth / question.spread, fit.theta, errors, grades, scale)
        agreement = kendall_tau_b(fit.theta[students], truth[students])
        correlation = pearson_r(fit.theta[students], truth[students])
        yield float(errors[students].mean()), agreement, correlation**2, right


def _limits(scale: GradeScale) -> FloatArray:
    """Return the cumulative expected shares at the lower end of each grade, and 1."""
    return np.concatenate([[0.0], np.cumsum(scale.priors)])


def _anchor_grades(anchors: int, scale: GradeScale) -> list[int]:
    """Return the anchors' grades by place on the scale, spread from the lowest to the highest."""
    last = len(scale.grades) - 1
    if anchors < 2:
        return [last // 2] * anchors
    return [round(at * last / (anchors - 1)) for at in range(anchors)]


def _anchor_truth(grades: list[int], scale: GradeScale) -> FloatArray:
    """Return standard normal scores: anchors of one grade divide its band evenly."""
    limits = _limits(scale)
    found = []
    for at, grade in enumerate(grades):
        place = (grades[:at].count(grade) + 0.5) / grades.count(grade)
        found.append(norm.ppf(limits[grade] + place * (limits[grade + 1] - limits[grade])))
    return np.array(found, dtype=np.float64)


def _share_right(
    truth: FloatArray, theta: FloatArray, errors: FloatArray, grades: list[int], scale: GradeScale
) -> float:
    """Return the share of essays whose projected grade is the true one; NaN without a calibration."""
    students = truth.size - len(grades)
    known = [Anchor(float(theta[students + at]), scale.grades[grade]) for at, grade in enumerate(grades)]
    try:
        calibration = calibrate(known, scale)
    except NotEstimable:
        return float("nan")
    bands = np.searchsorted(_limits(scale)[1:-1], norm.cdf(truth[:students]))
    projected = [project(float(theta[at]), float(errors[at]), calibration).grade for at in range(students)]
    return float(np.mean([name == scale.grades[band] for name, band in zip(projected, bands, strict=True)]))
