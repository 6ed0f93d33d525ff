"""Grades from scores: anchors calibrate the scale, students get a probability for each grade. PURE.

The statistics are those of ``scoring.grade_bands``; here they get the names, priors and rules of a grade scale.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.contracts.cj_events import ConfidenceLabel
from app.contracts.grade_scales import GradeScale
from app.scoring.data import FloatArray
from app.scoring.errors import NotEstimable
from app.scoring.grade_bands import GradeBands, fit_bands

BELOW = 2.0
"""So many standard deviations under the lowest centre an essay is below the lowest grade."""


@dataclass(frozen=True)
class Anchor:
    """An anchor's score and its standard error in logits, and its expert grade."""

    score: float
    grade: str
    error: float = 0.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """Grade centres in logits, from the lowest grade to the highest, and the common spread.

    Both sum up ``bands``, from which probabilities come: ``centres`` are means, ``spread`` is that of a new
    essay around the centre of its grade, with what is not known of the centre in it. ``inversions`` are
    neighbouring grades (lower, higher) whose anchors scored the other way round.
    """

    scale: GradeScale
    centres: tuple[float, ...]
    spread: float
    bands: GradeBands
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
    by_place: dict[int, list[float]] = {}
    for anchor in known:
        by_place.setdefault(scale.index(anchor.grade), []).append(anchor.score)
    if len(by_place) < 2:
        raise NotEstimable(f"anchors of at least two grades of {scale.id} are needed; there are {len(by_place)}")
    bands = fit_bands(
        np.array([anchor.score for anchor in known], dtype=np.float64),
        np.array([anchor.error for anchor in known], dtype=np.float64),
        np.array([scale.index(anchor.grade) for anchor in known], dtype=np.int64),
        len(scale.grades),
    )
    spread = math.sqrt(float((bands.sigma**2).mean() + bands.centres.var(axis=0).mean()))
    means = [(place, float(np.mean(by_place[place]))) for place in sorted(by_place)]
    inverted = tuple(
        (scale.grades[low], scale.grades[high]) for (low, below), (high, above) in pairwise(means) if below > above
    )
    return Calibration(scale, tuple(map(float, bands.centres.mean(axis=0))), spread, bands, inverted)


def project(score: float, error: float, calibration: Calibration) -> Projection:
    """Return the grade of an essay with ``score`` and its standard ``error`` (both in logits)."""
    return project_all([score], [error], calibration)[0]


def project_all(scores: Sequence[float], errors: Sequence[float], calibration: Calibration) -> list[Projection]:
    """Return the grades of essays with these scores and standard errors, in their order."""
    shares = calibration.bands.probabilities(
        np.array(scores, dtype=np.float64),
        np.array(errors, dtype=np.float64),
        np.array(calibration.scale.priors, dtype=np.float64),
    )
    return [
        _projection(score, error, row, calibration)
        for score, error, row in zip(scores, errors, shares, strict=True)
    ]


def _projection(score: float, error: float, shares: FloatArray, calibration: Calibration) -> Projection:
    scale = calibration.scale
    grade = scale.grades[int(shares.argmax())]
    below = calibration.centres[0] - BELOW * math.hypot(calibration.spread, error)
    if grade == scale.grades[0] and scale.below_lowest is not None and score < below:
        grade = scale.below_lowest
    confidence, label = _confidence(shares, error)
    return Projection(grade, dict(zip(scale.grades, map(float, shares), strict=True)), confidence, label)


def _confidence(shares: FloatArray, error: float) -> tuple[float, ConfidenceLabel]:
    positive = shares[shares > 1e-12]
    entropy = float(-(positive * np.log(positive)).sum() / math.log(len(shares)))
    factor = 0.3 if error >= 1.5 else 0.6 if error >= 1.0 else 0.8 if error >= 0.5 else 1.0
    score = math.sqrt(max(0.0, 1 - entropy) * factor)
    if error >= 1.5 or score < 0.4:
        return score, "LOW"
    if error >= 1.0 or score < 0.7:
        return score, "MID"
    return score, "HIGH"
