"""Which cells start now, and which never will: what concurrency and money allow. PURE.

What is spent, what is held for running cells and what the next cell is given never exceed the cap together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

LEAST_USD = 1e-6
"""A share below this is none: no judge could be asked once for it."""


@dataclass(frozen=True)
class Waiting:
    """A cell that waits; ``need_usd`` is what its run needs at most, None where nobody can say.

    A ``fixed`` need is the caller's own limit: the cell gets exactly that.
    """

    number: int
    need_usd: float | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Money:
    """USD: the cap, what ended runs cost, what running ones may still cost."""

    cap: float
    spent: float = 0.0
    held: float = 0.0

    @property
    def left(self) -> float:
        """What can still be given to cells; never below 0."""
        return max(0.0, self.cap - self.spent - self.held)


@dataclass(frozen=True)
class Start:
    """A cell that starts, with its share of the money."""

    number: int
    hold_usd: float


@dataclass(frozen=True)
class Skip:
    """A cell for which the money does not do: ``short_of_usd`` is its share, more than what is left."""

    number: int
    short_of_usd: float
    left_usd: float


@dataclass
class Plan:
    """What is to be done now."""

    starts: list[Start] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)


def plan(waiting: Sequence[Waiting], money: Money, *, running: int, concurrency: int) -> Plan:
    """Return what starts and what is skipped, in the order of the cells.

    A cell whose share is not left waits while any other goes on, since that may cost less than is held for it;
    when none does, it is skipped, and the next one is looked at.
    """
    made, left = Plan(), list(waiting)
    while left and running + len(made.starts) < concurrency:
        given = sum(start.hold_usd for start in made.starts)
        now = Money(money.cap, money.spent, money.held + given)
        share = share_of(left, now)
        if LEAST_USD <= share <= now.left * (1 + 1e-12):
            made.starts.append(Start(left.pop(0).number, min(share, now.left)))
        elif running or made.starts:
            break
        else:
            made.skips.append(Skip(left.pop(0).number, share, now.left))
    return made


def share_of(waiting: Sequence[Waiting], money: Money) -> float:
    """Return what the first of the waiting cells is given.

    Its own limit where the caller set one; else what it needs, or more where all that is left does for more, in
    proportion to needs; where needs are not known, or nothing, an equal part of what is left.
    """
    first = waiting[0]
    if not first.need_usd:
        return money.left / len(waiting)
    if first.fixed:
        return first.need_usd
    needs = [cell.need_usd for cell in waiting if cell.need_usd]
    if len(needs) < len(waiting):
        return first.need_usd
    return first.need_usd * max(1.0, money.left / sum(needs))


def affordable(waiting: Sequence[Waiting], cap: float) -> int:
    """Return how many of the cells are started under a cap if each costs all that it is given."""
    left, spent, started = list(waiting), 0.0, 0
    while left:
        made = plan(left, Money(cap, spent), running=0, concurrency=1)
        spent += sum(start.hold_usd for start in made.starts)
        started += len(made.starts)
        left = left[len(made.starts) + len(made.skips) :]
    return started
