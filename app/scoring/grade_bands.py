"""Grade bands on a scale of scores: fed by anchors of known grade; feed the projection of grades.

Model, grades numbered 0 .. k - 1 from the lowest: an essay of grade g has a true score from N(c_g, sigma^2), the
centres are c_g = a + b g + u_g with b > 0 and u_g from N(0, tau^2), and a score is measured with its standard
error. One anchor a grade cannot tell sigma from tau, and two cannot tell either well; so nothing is estimated
and plugged in: a, b, u, sigma and tau are drawn from their posterior and probabilities are averaged over the
draws. What the anchors leave open makes the probabilities less extreme.

Priors: a, log b, log sigma and log tau flat (tau may be 0), but sigma / b log-normal around `SPREAD` and tau /
b cut off like a half-normal with scale `ROUGHNESS`. Given sigma and tau all else is linear and normal, so sigma
and tau lie on a grid, weighted by their restricted likelihood (Patterson and Thompson 1971), a, b and u are
drawn exactly, and draws are resampled by the priors of the two ratios (Rubin 1988). Each draw of centres is put
in order (Chernozhukov, Fernandez-Val and Galichon 2009): within a draw, and so on average, a higher score makes
higher grades more likely.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from app.scoring.data import FloatArray, IndexArray, tally
from app.scoring.errors import InvalidJudgements, NotEstimable

DRAWS, PROPOSALS, SEED = 256, 4096, 20_020
SPREAD, SPREAD_SD, ROUGHNESS = 0.75, 0.6, 0.3
LEAST_STEP = 0.05
SIGMAS = np.geomspace(0.03, 12.0, 36)
TAUS = np.concatenate([[0.0], np.geomspace(0.05, 3.0, 11)])
"""The grids of sigma and tau, in units of the observed distance of neighbouring grades."""

ROWS = 64
"""So many essays are projected at a time: the working arrays stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class GradeBands:
    """Draws of the centres, shape (draws, grades), rising along each row, and of sigma, shape (draws,); logits."""

    centres: FloatArray
    sigma: FloatArray

    def probabilities(self, scores: FloatArray, errors: FloatArray, priors: FloatArray) -> FloatArray:
        """Return P(grade | score, error), shape (n, grades); rows sum to 1, P(at least g) rises with the score.

        `scores`, `errors` (n,) in logits; `priors` (grades,) > 0 are the shares of the grades among essays.
        """
        blocks = [slice(at, at + ROWS) for at in range(0, max(1, scores.size), ROWS)]
        return np.concatenate([self._block(scores[block], errors[block], priors) for block in blocks])

    def _block(self, scores: FloatArray, errors: FloatArray, priors: FloatArray) -> FloatArray:
        precision = 1.0 / (self.sigma**2 + errors[:, None] ** 2)
        logs = [
            np.log(prior) - 0.5 * precision * (scores[:, None] - centre) ** 2
            for prior, centre in zip(priors.tolist(), self.centres.T, strict=True)
        ]
        highest = np.maximum.reduce(logs)
        weights = [np.exp(log - highest) for log in logs]
        total = np.add.reduce(weights)
        return np.stack([(weight / total).mean(axis=1) for weight in weights], axis=1)


def fit_bands(scores: FloatArray, errors: FloatArray, places: IndexArray, grades: int) -> GradeBands:
    """Return draws from the posterior: the same for the same anchors, and moving along with a shift of all scores.

    `scores`, `errors` (n,) of the anchors in logits, `places` (n,) their grades, 0 .. `grades` - 1. Raises
    `NotEstimable` for fewer than two distinct grades, `InvalidJudgements` for numbers that are none.
    """
    if not np.isfinite(scores).all() or not ((errors >= 0) & (errors < np.inf)).all():
        raise InvalidJudgements("scores and errors of anchors must be finite numbers, errors not negative")
    if np.unique(places).size < 2:
        raise NotEstimable("anchors of at least two grades are needed")
    middle = float(scores.mean())
    rng = np.random.default_rng(SEED)
    given = _Given.on_grid(scores - middle, errors, places, grades)
    line = _line(given)
    picked = _resample(line.evidence, PROPOSALS, rng)
    slope = _positive(line.slope[picked], line.slope_sd[picked], rng)
    level = line.level[picked] + rng.standard_normal(PROPOSALS) * line.level_sd[picked]
    expected = level[:, None] + slope[:, None] * (np.arange(grades) - line.pivot[picked, None])
    centres = _centres(given, picked, expected, rng)
    kept = _resample(_log_prior(given.sigma[picked], given.tau[picked], slope), DRAWS, rng)
    return GradeBands(np.sort(centres[kept], axis=1) + middle, given.sigma[picked][kept])


class _Given(NamedTuple):
    """What is known at each point (sigma, tau) of the grid, shape (points,) and (points, grades).

    `mean`, `precision`: precision-weighted mean of the anchors of a grade (precision 0 without anchors);
    `within`: log-likelihood of the anchors' distances from those means.
    """

    sigma: FloatArray
    tau: FloatArray
    mean: FloatArray
    precision: FloatArray
    within: FloatArray

    @classmethod
    def on_grid(cls, scores: FloatArray, errors: FloatArray, places: IndexArray, grades: int) -> Self:
        apart = places - places.mean()
        step = max(LEAST_STEP, float(np.sqrt((scores @ scores) / (apart @ apart))))
        sigma, tau = np.meshgrid(SIGMAS * step, TAUS * step, indexing="ij")
        rows = list(cls._of_sigma(SIGMAS * step, scores, errors, places, grades))
        mean, precision, within = (
            np.repeat(np.array(part), TAUS.size, axis=0) for part in zip(*rows, strict=True)
        )
        return cls(sigma.ravel(), tau.ravel(), mean, precision, within)

    @staticmethod
    def _of_sigma(
        sigmas: FloatArray, scores: FloatArray, errors: FloatArray, places: IndexArray, grades: int
    ) -> Iterator[tuple[FloatArray, FloatArray, float]]:
        for sigma in sigmas:
            each = 1.0 / (sigma**2 + errors**2)
            together = tally(places, each, grades)
            known = together > 0
            mean = np.divide(tally(places, each * scores, grades), together, out=np.zeros(grades), where=known)
            rest = float(each @ (scores - mean[places]) ** 2)
            logs = float(np.log(each).sum() - np.log(together[known]).sum())
            yield mean, together, 0.5 * (logs - rest)


class _Line(NamedTuple):
    """The line through the means of the grades at each point of the grid, shape (points,) each.

    `level` at the grade `pivot` and `slope` are independent given the point; `evidence` is the log of the
    restricted likelihood with the probability of a positive slope in it.
    """

    pivot: FloatArray
    level: FloatArray
    level_sd: FloatArray
    slope: FloatArray
    slope_sd: FloatArray
    evidence: FloatArray


def _line(given: _Given) -> _Line:
    known = given.precision > 0
    weight = np.zeros_like(given.precision)
    weight[known] = 1.0 / (
        1.0 / given.precision[known] + np.broadcast_to(given.tau[:, None] ** 2, known.shape)[known]
    )
    grade = np.arange(weight.shape[1])
    total = weight.sum(axis=1)
    pivot, level = weight @ grade / total, (weight * given.mean).sum(axis=1) / total
    apart = grade - pivot[:, None]
    across = (weight * apart**2).sum(axis=1)
    slope = (weight * apart * given.mean).sum(axis=1) / across
    rest = (weight * (given.mean - level[:, None] - slope[:, None] * apart) ** 2).sum(axis=1)
    logs = np.log(weight, out=np.zeros_like(weight), where=known).sum(axis=1) - np.log(total) - np.log(across)
    slope_sd = 1.0 / np.sqrt(across)
    evidence = given.within + 0.5 * (logs - rest) + log_ndtr(slope / slope_sd)
    return _Line(pivot, level, 1.0 / np.sqrt(total), slope, slope_sd, evidence)


def _positive(mean: FloatArray, sd: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw from normal distributions cut off at zero."""
    share = rng.random(mean.size) * ndtr(mean / sd)
    return np.maximum(mean - sd * ndtri(np.maximum(share, 1e-300)), 1e-12)


def _centres(given: _Given, picked: IndexArray, expected: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw each grade's centre between the line and the mean of its anchors, as their precisions have it."""
    tau, precision = given.tau[picked, None], given.precision[picked]
    pull = precision * tau**2 / (1.0 + precision * tau**2)
    noise = rng.standard_normal(expected.shape) * tau / np.sqrt(1.0 + precision * tau**2)
    centres: FloatArray = expected + pull * (given.mean[picked] - expected) + noise
    return centres


def _log_prior(sigma: FloatArray, tau: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the log prior of the ratios to the slope; log slope is flat, hence the last term."""
    spread = np.log(sigma / slope / SPREAD) / SPREAD_SD
    roughness = tau / slope / ROUGHNESS
    prior: FloatArray = -0.5 * (spread**2 + roughness**2) - np.log(slope)
    return prior


def _resample(logs: FloatArray, count: int, rng: np.random.Generator) -> IndexArray:
    """Return `count` indices, each as often as its weight has it (systematic resampling)."""
    sums = np.cumsum(np.exp(logs - logs.max()))
    ticks = (np.arange(count) + rng.random()) / count * sums[-1]
    return np.asarray(np.minimum(np.searchsorted(sums, ticks), logs.size - 1), dtype=np.int64)
