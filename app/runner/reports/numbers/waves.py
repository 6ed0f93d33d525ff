"""Reliability as the verdicts came in, wave by wave, never without what qualifies it. PURE.

Fed by the answers of a run; feeds the report.
"""

from collections.abc import Sequence

import numpy as np

from app.runner.reports.numbers.judging import judgements_of
from app.runner.reports.shapes.course import Wave, Waves
from app.runner.results.answers import Answer
from app.scoring.agreement import kendall_tau_b
from app.scoring.bradley_terry import Fit, fit_penalised
from app.scoring.data import FloatArray, Judgements
from app.scoring.errors import NotEstimable
from app.scoring.reliability import posterior_ratio
from app.scoring.standard_errors import centred_errors

MOST_WAVES, MOST_WAVES_OF_MANY = 20, 10
PARTS = 10
MANY = 200
"""Essays from which fewer waves are fitted, and the posterior ratio, some ten fits each, for none of them."""


def waves(answers: Sequence[Answer]) -> Waves | None:
    """Return the course of the scale over so many waves at most, the first and the last among them."""
    verdicts = [item for item in answers if item.winner is not None]
    if not verdicts:
        return None
    told = all(item.wave is not None for item in verdicts)
    judgements = judgements_of(verdicts)
    most = MOST_WAVES if judgements.size <= MANY else MOST_WAVES_OF_MANY
    ends = _ends_of_waves(verdicts, most) if told else _ends_of_parts(verdicts)
    numbers = np.array([wave for wave, _ in ends])
    placed = _placed(verdicts, told=told)
    final = fit_penalised(judgements)
    found: list[Wave] = []
    former: Fit | None = None
    for wave, count in ends:
        so_far = judgements.keep(placed <= wave)
        fit = (
            final
            if wave == numbers[-1]
            else fit_penalised(so_far, start=None if former is None else former.scores())
        )
        found.append(_wave(wave, count, so_far, (former, fit, final)))
        former = fit
    return Waves(told=told, waves=tuple(found))


def _ends_of_waves(verdicts: Sequence[Answer], most: int) -> list[tuple[int, int]]:
    """Return waves and how many verdicts there were by their ends, thinned to the most that are shown."""
    numbers = np.array([item.wave for item in verdicts])
    every = np.unique(numbers)
    return [(int(wave), int((numbers <= wave).sum())) for wave in _thinned(every, most)]


def _ends_of_parts(verdicts: Sequence[Answer]) -> list[tuple[int, int]]:
    parts = min(PARTS, len(verdicts))
    return [(part, len(verdicts) * part // parts) for part in range(1, parts + 1)]


def _placed(verdicts: Sequence[Answer], *, told: bool) -> FloatArray:
    if told:
        return np.array([item.wave for item in verdicts], dtype=np.float64)
    parts, count = min(PARTS, len(verdicts)), len(verdicts)
    bounds = [count * part // parts for part in range(1, parts + 1)]
    return np.asarray(np.searchsorted(bounds, np.arange(count), side="right") + 1, dtype=np.float64)


def _thinned(every: FloatArray, most: int) -> FloatArray:
    if every.size <= most:
        return every
    return np.asarray(every[np.unique(np.linspace(0, every.size - 1, most).round().astype(int))])


def _wave(number: int, count: int, judgements: Judgements, fits: tuple[Fit | None, Fit, Fit]) -> Wave:
    former, fit, final = fits
    seen = judgements.comparisons_per_item > 0
    errors = centred_errors(judgements, fit)[seen]
    ssr = _ssr(fit.theta[seen], errors)
    small = judgements.size <= MANY
    return Wave(
        wave=number,
        verdicts=count,
        comparisons_per_essay=float(judgements.comparisons_per_item.mean()),
        ssr=ssr,
        separation=None if ssr is None or ssr >= 1 else float(np.sqrt(max(0.0, ssr) / (1.0 - ssr))),
        posterior=posterior_ratio(judgements).reliability if small else None,
        mean_se=float(errors.mean()),
        largest_se=float(errors.max()),
        largest_change=None if former is None else float(np.abs(fit.theta - former.theta).max()),
        tau_with_final=_tau(fit.theta[seen], final.theta[seen]),
    )


def _ssr(theta: FloatArray, errors: FloatArray) -> float | None:
    """Return scale separation reliability over the essays that were compared so far, None without spread."""
    if theta.size < 2 or theta.var(ddof=1) <= 0:
        return None
    return float(1.0 - (errors**2).mean() / theta.var(ddof=1))


def _tau(theta: FloatArray, final: FloatArray) -> float | None:
    try:
        return kendall_tau_b(theta, final)
    except NotEstimable:
        return None
