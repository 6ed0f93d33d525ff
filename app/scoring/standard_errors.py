"""Standard errors of a scale: fed by a fit and its judgements; feed reports, stopping and grade projection.

Three kinds, not to be mixed: `centred_errors` (production; full covariance under sum(theta) = 0),
`own_information_errors` (what sirt::btm and most CJ software print) and `reference_errors` (distance from one
named item). All are in logits and all take the model as true and verdicts as independent.
"""

from dataclasses import asdict, dataclass

import numpy as np

from app.scoring.bradley_terry import Fit, information_at
from app.scoring.data import FloatArray, IndexArray, Judgements
from app.scoring.errors import InvalidJudgements
from app.scoring.information import Information

REPORT_CAP = 2.0
"""Standard errors above this are shown as this, in the summary only."""

INFLATED_MEAN, INFLATED_MAX, SPARSE_MEAN = 0.4, 0.8, 1.0


def information_of(judgements: Judgements, fit: Fit) -> Information:
    """Return the (penalised) information of the scale at its estimate."""
    if judgements.items != fit.items:
        raise InvalidJudgements("the fit belongs to another list of items")
    return information_at(judgements.pairs, fit.theta, fit.ridge)


def covariance(judgements: Judgements, fit: Fit) -> FloatArray:
    """Return the covariance of theta under sum(theta) = 0, shape (n, n), in squared logits.

    It is (L + ridge I)^-1 within the centred vectors: the inverse curvature of the penalised likelihood, that
    is the normal approximation to the posterior under the prior N(0, 1/ridge); with ridge 0 the usual
    asymptotic covariance. The error of a difference: C[i,i] + C[j,j] - 2 C[i,j].
    """
    return information_of(judgements, fit).covariance()


def centred_errors(judgements: Judgements, fit: Fit) -> FloatArray:
    """Return the standard errors of theta against the mean of all items, shape (n,): production."""
    return np.asarray(np.sqrt(information_of(judgements, fit).variances()))


def own_information_errors(judgements: Judgements, fit: Fit) -> FloatArray:
    """Return 1 / sqrt(sum of p (1 - p) over the item's comparisons), shape (n,); inf without comparisons.

    This takes the opponents' scores as known and leaves the ridge out.
    """
    own = information_at(judgements.pairs, fit.theta).diagonal
    errors: FloatArray = np.full(own.size, np.inf)
    errors[own > 0] = 1.0 / np.sqrt(own[own > 0])
    return errors


def usual_errors(judgements: Judgements, fit: Fit) -> FloatArray:
    """Return the errors that belong beside a fit: own-information ones for "eps", else centred; shape (n,)."""
    return own_information_errors(judgements, fit) if fit.method == "eps" else centred_errors(judgements, fit)


def reference_errors(judgements: Judgements, fit: Fit, reference: str) -> FloatArray:
    """Return the standard errors of theta - theta[reference], shape (n,); zero for the reference itself."""
    if reference not in fit.items:
        raise InvalidJudgements(f"unknown reference item: {reference}")
    information = information_of(judgements, fit)
    at = fit.items.index(reference)
    unit = np.full(fit.theta.size, -1.0 / fit.theta.size)
    unit[at] += 1.0
    column, own = information.solve(unit), information.variances()
    squares = own + column[at] - 2.0 * column
    squares[at] = 0.0
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


@dataclass(frozen=True)
class SummaryOfErrors:
    """Gauges of a batch: errors in logits, capped at `REPORT_CAP` before they are summed up."""

    mean_se: float
    max_se: float
    min_se: float
    item_count: int
    comparison_count: int
    items_at_cap: int
    isolated_items: int
    mean_comparisons_per_item: float
    min_comparisons_per_item: int
    max_comparisons_per_item: int

    def as_fields(self) -> dict[str, float | int]:
        """Return the fields by name, as they go into reports and events."""
        return asdict(self)


@dataclass(frozen=True)
class QualityFlags:
    """Warnings about the errors of a batch; they inform and never decide."""

    bt_se_inflated: bool
    comparison_coverage_sparse: bool
    has_isolated_items: bool

    def as_fields(self) -> dict[str, bool]:
        """Return the fields by name, as they go into reports and events."""
        return asdict(self)


def bt_se_summary(errors: FloatArray, comparisons_per_item: IndexArray, comparison_count: int) -> SummaryOfErrors:
    """Sum up the errors and numbers of comparisons of the same items (all, or anchors, or students).

    `errors` (n,) in logits, inf allowed; `comparisons_per_item` (n,); zeros throughout for no items.
    Raises `InvalidJudgements` if the lengths differ or an error is NaN or negative.
    """
    if errors.shape != comparisons_per_item.shape or not (errors >= 0).all():
        raise InvalidJudgements("errors must be one non-negative number an item")
    capped = np.minimum(errors, REPORT_CAP) if errors.size else np.zeros(1)
    numbers = comparisons_per_item if errors.size else np.zeros(1, dtype=np.int64)
    return SummaryOfErrors(
        mean_se=float(capped.mean()),
        max_se=float(capped.max()),
        min_se=float(capped.min()),
        item_count=int(errors.size),
        comparison_count=comparison_count,
        items_at_cap=int((errors >= REPORT_CAP).sum()),
        isolated_items=int((comparisons_per_item == 0).sum()),
        mean_comparisons_per_item=float(numbers.mean()),
        min_comparisons_per_item=int(numbers.min()),
        max_comparisons_per_item=int(numbers.max()),
    )


def wide_for_bands(summary: SummaryOfErrors, band_width: float) -> bool:
    """Return whether the mean error exceeds half a grade band: then neighbouring grades blur.

    `band_width` in logits, the mean distance of neighbouring grade centres. Absolute limits as those of
    `bt_quality_flags` do not know how wide the scale is; this one does. Raises `InvalidJudgements` for a width
    that is not positive.
    """
    if not band_width > 0:
        raise InvalidJudgements("the width of a grade band must be positive")
    return summary.mean_se > band_width / 2


def bt_quality_flags(summary: SummaryOfErrors) -> QualityFlags:
    """Return the flags: mean error > 0.4 or largest > 0.8; under 1 comparison an item; isolated items."""
    return QualityFlags(
        bt_se_inflated=summary.mean_se > INFLATED_MEAN or summary.max_se > INFLATED_MAX,
        comparison_coverage_sparse=summary.mean_comparisons_per_item < SPARSE_MEAN,
        has_isolated_items=summary.isolated_items > 0,
    )
