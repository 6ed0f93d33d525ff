"""Everything that one file of decisions says: scale, fit statistics, reliability, order effect. PURE.

Fed by `decisions`; feeds the command `cj-runner fit`. What the data cannot carry is None, never a made-up number.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from app.scoring.bias import swap_consistency
from app.scoring.bradley_terry import EPS, PRODUCTION_RIDGE, Fit, fit_eps, fit_mle, fit_penalised
from app.scoring.cycles import cyclic_triads
from app.scoring.data import FloatArray, Judgements
from app.scoring.errors import ScoringError
from app.scoring.goodness import deviance
from app.scoring.graph import beaten_groups, compared_groups
from app.scoring.misfit import item_fit, judge_fit
from app.scoring.order_effect import fit_order_effect
from app.scoring.prediction import judge_is_informative
from app.scoring.reliability import reliability_report
from app.scoring.standard_errors import usual_errors

Method = Literal["ridge", "eps", "mle"]
Result = TypeVar("Result")
Json = dict[str, Any]


@dataclass(frozen=True)
class How:
    """How to fit: ``amount`` is the ridge or eps, None for its usual value; ``seed`` of halves and folds.

    ``with_order`` takes scores, errors and misfit from the fit that has an order effect beside them.
    ``pairing`` is how the pairs were chosen, for the reader of reliabilities; None where nobody said so.
    """

    method: Method = "ridge"
    amount: float | None = None
    with_order: bool = False
    seed: int = 0
    pairing: str | None = None


def summarise(judgements: Judgements, how: How = How()) -> Json:
    """Fit and describe. Raises `ScoringError`.

    Scores are centred; standard errors, and with them ``ssr`` and ``separation``, are those of the full
    covariance under that constraint for ``mle`` and ``ridge``, the own-information ones for ``eps``.
    ``deviance`` is always that of the model without an order effect, whose saturated model knows no order.
    """
    plain = _fitted(judgements, how)
    fit, errors = plain, usual_errors(judgements, plain)
    if how.with_order:
        joint = fit_order_effect(judgements, plain.ridge)
        fit, errors = joint.scale, joint.errors
    rng = np.random.default_rng(how.seed)
    misfit, triads, pairs = deviance(judgements, plain), cyclic_triads(judgements), judgements.pairs
    return {
        "method": how.method,
        "amount": fit.ridge if how.method != "eps" else (EPS if how.amount is None else how.amount),
        "items": _items(judgements, fit, errors),
        "judges": _judges(judgements, fit),
        "pairing": how.pairing,
        "order_known": judgements.order_known,
        **_reliability(judgements, fit, errors, rng),
        "swap_consistency": _swaps(judgements),
        "order_effect": _order_effect(judgements, plain),
        "judge_is_informative": _informative(judgements, rng),
        "cyclic_triads": {"count": triads.cyclic, "share": triads.share},
        "deviance": misfit.deviance,
        "degrees_of_freedom": misfit.degrees_of_freedom,
        "log_likelihood": fit.log_likelihood,
        "converged": True,
        "components": {
            "compared": int(compared_groups(pairs).max()) + 1,
            "strongly_connected": int(beaten_groups(pairs).max()) + 1,
        },
    }


def _reliability(judgements: Judgements, fit: Fit, errors: FloatArray, rng: np.random.Generator) -> Json:
    found = _or_none(lambda: reliability_report(judgements, fit, rng, errors=errors))
    halves = None if found is None else found.split_half
    return {
        "ssr": None if found is None else found.separation.ssr,
        "separation": None if found is None else found.separation.ratio,
        "observed_separation": None if found is None else found.separation.observed_ratio,
        "posterior_reliability": None if found is None else found.posterior.reliability,
        "split_half": None
        if halves is None
        else {
            "mean_r": halves.correlation,
            "spearman_brown": halves.stepped_up,
            "low": halves.low,
            "high": halves.high,
            "splits": halves.splits,
            "judges": halves.clusters,
        },
    }


def _swaps(judgements: Judgements) -> Json | None:
    found = _or_none(lambda: swap_consistency(judgements))
    return None if found is None else asdict(found)


def _order_effect(judgements: Judgements, fit: Fit) -> Json | None:
    ridge = PRODUCTION_RIDGE if fit.method == "eps" else fit.ridge
    found = _or_none(lambda: fit_order_effect(judgements, ridge))
    if found is None:
        return None
    return {
        "estimate": found.order_effect,
        "se": found.order_effect_error,
        "likelihood_ratio": found.likelihood_ratio,
        "p_value": found.p_value,
    }


def _informative(judgements: Judgements, rng: np.random.Generator) -> bool | None:
    found = _or_none(lambda: judge_is_informative(judgements, rng))
    return None if found is None else found.informative


def _fitted(judgements: Judgements, how: How) -> Fit:
    if how.method == "eps":
        return fit_eps(judgements, EPS if how.amount is None else how.amount)
    if how.method == "mle":
        return fit_mle(judgements)
    return fit_penalised(judgements, PRODUCTION_RIDGE if how.amount is None else how.amount)


def _or_none(compute: Callable[[], Result]) -> Result | None:
    try:
        return compute()
    except ScoringError:
        return None


def _items(judgements: Judgements, fit: Fit, errors: FloatArray) -> list[Json]:
    statistics = item_fit(judgements, fit)
    wins, counts = judgements.pairs.scores, judgements.pairs.comparisons
    return [
        {
            "id": item,
            "n": float(counts[at]),
            "wins": float(wins[at]),
            "losses": float(counts[at] - wins[at]),
            "theta": float(fit.theta[at]),
            "se": float(errors[at]),
            "outfit": _number(statistics.outfit[at]),
            "infit": _number(statistics.infit[at]),
        }
        for at, item in enumerate(judgements.items)
    ]


def _judges(judgements: Judgements, fit: Fit) -> list[Json]:
    if judgements.judge is None:
        return []
    found = judge_fit(judgements, fit)
    return [
        {
            "id": name,
            "n": float(found.comparisons[at]),
            "infit": _number(found.infit[at]),
            "outfit": _number(found.outfit[at]),
        }
        for at, name in enumerate(found.names)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
