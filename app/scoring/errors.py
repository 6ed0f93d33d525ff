"""Refusals of the statistics package: raised by every module here, answered at the edge of the engine.

A quantity that the data cannot carry is refused with a reason; it is never replaced by a made-up number.
"""

from collections.abc import Sequence

from app.errors import AppError

_NAMED_ITEMS = 5


class ScoringError(AppError):
    """Base of the refusals of the statistics package."""

    code = "scoring_failed"
    status = 422
    title = "The judgements cannot be scored"
    way_out = "Give more judgements, or those that the detail misses; a penalised fit (ridge) needs fewer."


class InvalidJudgements(ScoringError):
    """The judgements break a rule: unknown item, an item against itself, a number that is no outcome."""

    code = "invalid_judgements"
    title = "The judgements are not valid"


class NotConnected(ScoringError):
    """The comparisons do not tie all items to one scale.

    ``components`` holds the separate groups of item ids, largest group first. For a maximum likelihood
    fit they are the strongly connected components of the graph "lost to": between two of them all wins
    go one way (or there are none), so their distance has no finite estimate (Ford 1957).
    """

    code = "comparisons_not_connected"
    title = "The comparisons do not connect all items"

    def __init__(self, components: Sequence[tuple[str, ...]]) -> None:
        shown = "; ".join(_name_group(group) for group in components[:_NAMED_ITEMS])
        more = f"; and {len(components) - _NAMED_ITEMS} more" if len(components) > _NAMED_ITEMS else ""
        super().__init__(
            f"{len(components)} groups of items cannot stand on one scale without a penalty: {shown}{more}"
        )
        self.components = tuple(components)


def _name_group(group: tuple[str, ...]) -> str:
    more = f" and {len(group) - _NAMED_ITEMS} more" if len(group) > _NAMED_ITEMS else ""
    return ", ".join(group[:_NAMED_ITEMS]) + more


class NotConverged(ScoringError):
    """The iteration stopped before the estimate was good enough."""

    code = "scoring_not_converged"
    title = "The fit did not converge"


class NotEstimable(ScoringError):
    """There are too few data, or data without variation, for the quantity that was asked for."""

    code = "not_estimable"
    title = "The quantity cannot be estimated from these data"
