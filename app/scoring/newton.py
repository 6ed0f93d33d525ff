"""Newton's method for concave functions: fed by the fits with value and slope; feeds them the maximum."""

from collections.abc import Callable

import numpy as np

from app.scoring.data import FloatArray
from app.scoring.errors import NotConverged

MOST_STEPS = 200
STEP_TOLERANCE = 1e-9
RUNAWAY = 500.0

Value = Callable[[FloatArray], float]
SlopeAndStep = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def climb(start: FloatArray, value_at: Value, newton_at: SlopeAndStep) -> tuple[FloatArray, int]:
    """Return the maximum of a concave function and the number of steps taken to it.

    `newton_at` gives the gradient and the Newton step there. A step is halved until it gains at least 1e-4
    of what its slope promises (Armijo 1966), so this converges from anywhere; the end is a step below 1e-9,
    after which the error is of the order of its square. Raises `NotConverged` where there is no maximum.
    """
    at, value = start, value_at(start)
    for steps in range(1, MOST_STEPS + 1):
        slope, step = newton_at(at)
        at, value = _advance(at, step, float(slope @ step), value, value_at)
        if np.abs(step).max() < STEP_TOLERANCE:
            return at, steps
        if np.abs(at).max() > RUNAWAY:
            break
    raise NotConverged("the estimate grows without limit; use a penalty")


def _advance(
    at: FloatArray, step: FloatArray, rise: float, value: float, value_at: Value
) -> tuple[FloatArray, float]:
    slack = 1e-12 * (1.0 + abs(value))
    fraction = 1.0
    while fraction > 1e-10:
        reached = at + fraction * step
        gained = value_at(reached)
        if gained >= value + 1e-4 * fraction * rise - slack:
            return reached, gained
        fraction /= 2
    raise NotConverged("no step improves the fit; the data may be numerically degenerate")
