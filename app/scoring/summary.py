"""Everything that one file of decisions says: scale, fit statistics, reliability, order effect. PURE.

Fed by `decisions`; feeds the command `cj-runner fit`. What the data cannot carry is None, never a made-up number.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np

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
from app.scoring.standard_errors import centred_errors, own_information_errors

Method = Literal["ridge", "eps", "mle"]
Result = TypeVar("Result")
Json = dict[str, Any]


@dataclass(frozen=True)
class How:
    """How to fit: ``amount`` is the ridge or eps, None for its usual value; ``seed`` of halves and folds.

    ``with_order`` takes scores and errors from the fit that has an order effect beside them.
    """

    method: Method = "ridge"
    amount: float | None = None
    with_order: bool = False
    seed: int = 0


def summarise(judgements: Judgements, how: How = How()) -> Json:
    """Fit and describe. Raises `ScoringError`.

    Scores are centred; standard errors are those of the full covariance under that constraint for ``mle`` and
    ``ridge``, the own-information ones for ``eps``.
    """
    method, amount = how.method, how.amount
    fit, errors = _fitted(judgements, method, amount)
    if how.with_order:
        joint = fit_order_effect(judgements, fit.ridge)
        fit, errors = replace(fit, theta=joint.theta), joint.errors
    rng = np.random.default_rng(how.seed)
    misfit, triads, pairs = deviance(judgements, fit), cyclic_triads(judgements), judgements.pairs
    return {
        "method": method,
        "amount": fit.ridge if method != "eps" else (EPS if amount is None else amount),
        "items": _items(judgements, fit, errors),
        "judges": _judges(judgements, fit),
        **_reliability(judgements, fit, rng),
        "order_effect": _order_effect(judgements, fit),
        "judge_is_informative": _informative(judgements, rng),
        "cyclic_triads": {"count": triads.cyclic, "share": triads.share},
        "deviance": misfit.deviance,
        "degrees_of_freedom": misfit.degrees_of_freedom,
        "log_likelihood": fit.log_likelihood,
        "converged": True,
        "components": {
            "compared": int(compared_groups(pairs).max()) + 1 if judgements.size else 0,
            "strongly_connected": int(beaten_groups(pairs).max()) + 1 if judgements.size else 0,
        },
    }


def _reliability(judgements: Judgements, fit: Fit, rng: np.random.Generator) -> Json:
    found = _or_none(lambda: reliability_report(judgements, fit, rng))
    halves = None if found is None else found.split_half
    return {
        "ssr": None if found is None else found.separation.ssr,
        "separation": None if found is None else found.separation.ratio,
        "posterior_reliability": None if found is None else found.posterior.reliability,
        "split_half": None
        if halves is None
        else {
            "mean_r": halves.correlation,
            "spearman_brown": halves.stepped_up,
            "low": halves.low,
            "high": halves.high,
            "splits": halves.splits,
        },
    }


def _order_effect(judgements: Judgements, fit: Fit) -> Json | None:
    found = _or_none(lambda: fit_order_effect(judgements, fit.ridge))
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


def _fitted(judgements: Judgements, method: Method, amount: float | None) -> tuple[Fit, FloatArray]:
    if method == "eps":
        fit = fit_eps(judgements, EPS if amount is None else amount)
        return fit, own_information_errors(judgements, fit)
    ridge = PRODUCTION_RIDGE if amount is None else amount
    fit = fit_mle(judgements) if method == "mle" else fit_penalised(judgements, ridge)
    return fit, centred_errors(judgements, fit)


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
