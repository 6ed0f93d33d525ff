"""Grades from scores: anchors calibrate the scale, students get a probability for each grade. PURE.

Each grade is a normal distribution of scores: its centre from the anchors of that grade (isotonic over the
grades, in logits; grades without anchors lie between or beyond their neighbours), one spread for all. The
probability of a grade is prior times likelihood, normalised; no interval cuts it off.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from app.contracts.cj_events import ConfidenceLabel
from app.contracts.grade_scales import GradeScale
from app.scoring.errors import NotEstimable

LEAST_SPREAD = 0.25
LEAST_STEP = 0.05


@dataclass(frozen=True)
class Anchor:
    """An anchor's score in logits and its expert grade."""

    score: float
    grade: str


@dataclass(frozen=True)
class Calibration:
    """Grade centres in logits, from the lowest grade to the highest, and the common spread.

    ``spread`` is that of a new essay around the centre of its grade: the anchors' own spread, widened since
    each centre is known from a few anchors only (by the mean of 1/n over grades with n anchors).
    ``inversions`` are neighbouring grades (lower, higher) whose anchors scored the other way round.
    """

    scale: GradeScale
    centres: tuple[float, ...]
    spread: float
    inversions: tuple[tuple[str, str], ...] = ()

    @property
    def boundaries(self) -> tuple[float, ...]:
        """Midpoints between neighbouring centres, in logits, from low to high."""
        return tuple((low + high) / 2 for low, high in pairwise(self.centres))

    @property
    def band_width(self) -> float:
        """The mean distance of neighbouring centres, in logits."""
        return (self.centres[-1] - self.centres[0]) / (len(self.centres) - 1)


@dataclass(frozen=True)
class Projection:
    """One essay's grade: ``confidence`` 0..1 from the entropy of the probabilities and the standard error."""

    grade: str
    probabilities: Mapping[str, float]
    confidence: float
    label: ConfidenceLabel


def calibrate(anchors: Sequence[Anchor], scale: GradeScale) -> Calibration:
    """Return the calibration; raises ``NotEstimable`` with anchors of fewer than two grades of the scale."""
    known = [anchor for anchor in anchors if anchor.grade in scale]
    by_grade: dict[int, list[float]] = {}
    for anchor in known:
        by_grade.setdefault(scale.index(anchor.grade), []).append(anchor.score)
    if len(by_grade) < 2:
        raise NotEstimable(f"anchors of at least two grades of {scale.id} are needed; there are {len(by_grade)}")
    places = sorted(by_grade)
    means = [float(np.mean(by_grade[place])) for place in places]
    sizes = [float(len(by_grade[place])) for place in places]
    fitted = isotonic_regression(means, weights=sizes).x
    centres = _all_centres(np.array(places), np.asarray(fitted), len(scale.grades))
    residuals = [score - centres[place] for place in places for score in by_grade[place]]
    free = max(1, len(residuals) - len(places))
    spread = math.sqrt(sum(residual**2 for residual in residuals) / free)
    inverted = tuple(
        (scale.grades[low], scale.grades[high])
        for (low, below), (high, above) in pairwise(zip(places, means, strict=True))
        if below > above
    )
    doubt = float(np.mean([1 / size for size in sizes]))
    return Calibration(scale, tuple(centres), max(LEAST_SPREAD, spread) * math.sqrt(1 + doubt), inverted)


def _all_centres(places: np.ndarray, means: np.ndarray, grades: int) -> list[float]:
    """Interpolate between the grades that have anchors, go on with the mean step beyond them."""
    every = np.arange(grades, dtype=np.float64)
    step = max(LEAST_STEP, float((means[-1] - means[0]) / max(1, places[-1] - places[0])))
    centres = np.interp(every, places, means)
    centres = np.where(every < places[0], means[0] - step * (places[0] - every), centres)
    centres = np.where(every > places[-1], means[-1] + step * (every - places[-1]), centres)
    spaced = np.maximum.accumulate(centres - LEAST_STEP * every) + LEAST_STEP * every
    return [float(centre) for centre in spaced]


def project(score: float, error: float, calibration: Calibration) -> Projection:
    """Return the grade of an essay with ``score`` and its standard ``error`` (both in logits)."""
    scale = calibration.scale
    variance = calibration.spread**2 + error**2
    logs = np.array(
        [
            math.log(prior) - (score - centre) ** 2 / (2 * variance)
            for prior, centre in zip(scale.priors, calibration.centres, strict=True)
        ]
    )
    weights = np.exp(logs - logs.max())
    shares = weights / weights.sum()
    grade = scale.grades[int(shares.argmax())]
    below = calibration.centres[0] - 2 * math.sqrt(variance)
    if grade == scale.grades[0] and scale.below_lowest is not None and score < below:
        grade = scale.below_lowest
    confidence, label = _confidence(shares, error)
    return Projection(grade, dict(zip(scale.grades, map(float, shares), strict=True)), confidence, label)


def _confidence(shares: np.ndarray, error: float) -> tuple[float, ConfidenceLabel]:
    positive = shares[shares > 1e-12]
    entropy = float(-(positive * np.log(positive)).sum() / math.log(len(shares)))
    factor = 0.3 if error >= 1.5 else 0.6 if error >= 1.0 else 0.8 if error >= 0.5 else 1.0
    score = math.sqrt(max(0.0, 1 - entropy) * factor)
    if error >= 1.5 or score < 0.4:
        return score, "LOW"
    if error >= 1.0 or score < 0.7:
        return score, "MID"
    return score, "HIGH"
