"""Judgements in: fed by the collected verdicts of a batch; feeds every fit and statistic of this package.

`Judgements` holds one row a verdict, in the order shown to the judge. `Pairs` holds the same facts summed
for each unordered pair of items: a Bradley-Terry fit needs no more, and a million verdicts shrink to a few
thousand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.scoring.errors import InvalidJudgements, NotEstimable

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]

DENSE_KEYS = 4_000_000
"""Up to this many possible pairs (2,000 items) sums are made by counting into a full table of pairs."""


def tally(place: IndexArray, amount: FloatArray, size: int) -> FloatArray:
    """Return for each of `size` places the sum of the amounts that belong to it."""
    return np.asarray(np.bincount(place, amount, size), dtype=np.float64)


class Record(NamedTuple):
    """One verdict: `outcome` is 1 if the essay shown first won, 0 if it lost, 0.5 for a tie."""

    first: str
    second: str
    outcome: float
    weight: float = 1.0
    judge: str | None = None


@dataclass(frozen=True, eq=False)
class Pairs:
    """Sums over all verdicts on one unordered pair, sorted by (`low`, `high`); arrays have one entry a pair.

    `total` is the sum of weights, `wins` the weighted score of the item `low`, `squares` the weighted sum of
    its squared outcomes (equal to `wins` where there are no ties). Pairs with zero weight are left out.
    """

    size: int
    low: IndexArray
    high: IndexArray
    total: FloatArray
    wins: FloatArray
    squares: FloatArray

    def add_up(self, of_low: FloatArray, of_high: FloatArray) -> FloatArray:
        """Return for each item the sum over its pairs; shape (n,)."""
        return tally(self.low, of_low, self.size) + tally(self.high, of_high, self.size)

    @cached_property
    def scores(self) -> FloatArray:
        """Weighted wins (ties count half) of each item; shape (n,)."""
        return self.add_up(self.wins, self.total - self.wins)

    @cached_property
    def comparisons(self) -> FloatArray:
        """Weighted number of comparisons of each item; shape (n,)."""
        return self.add_up(self.total, self.total)


@dataclass(frozen=True, eq=False)
class Judgements:
    """All verdicts on a set of items.

    `items`: ids, in the caller's order, which all results follow. `first`, `second`: indices into `items` by
    the position shown; `outcome` for the first, in [0, 1]; `weight` >= 0, a verdict with weight 2 counts
    as two; `judge`: indices into `judges`, -1 where the judge is not known, or None. Arrays have shape (m,)
    and become read-only.

    Raises `InvalidJudgements` for repeated ids, an index outside `items`, an item against itself, NaN, an
    outcome outside [0, 1], a negative or infinite weight, or arrays of different length.

    `order_known` false: the source names winner and loser and not which of the two was shown first; what
    asks for the order is then refused.
    """

    items: tuple[str, ...]
    first: IndexArray
    second: IndexArray
    outcome: FloatArray
    weight: FloatArray
    judge: IndexArray | None = None
    judges: tuple[str, ...] = ()
    order_known: bool = True

    def __post_init__(self) -> None:
        _check_items(self.items)
        _check_indices(self)
        _check_numbers(self)
        for field in fields(self):
            array = getattr(self, field.name)
            if isinstance(array, np.ndarray):
                array.setflags(write=False)

    @classmethod
    def from_arrays(
        cls,
        items: Sequence[str],
        first: ArrayLike,
        second: ArrayLike,
        outcome: ArrayLike,
        weight: ArrayLike | None = None,
    ) -> Self:
        """Copy columns of indices and outcomes; without `weight` each verdict counts once."""
        outcomes = np.array(outcome, dtype=np.float64)
        weights = np.ones(outcomes.shape) if weight is None else np.array(weight, dtype=np.float64)
        return cls(tuple(items), _indices(first), _indices(second), outcomes, weights)

    @classmethod
    def from_records(
        cls, records: Iterable[Record], items: Sequence[str] | None = None, *, order_known: bool = True
    ) -> Self:
        """Read records by item id. Without `items` they are all ids that occur, sorted.

        Raises `InvalidJudgements` for an id that is not in `items`.
        """
        rows = list(records)
        if items is None:
            items = sorted({row.first for row in rows} | {row.second for row in rows})
        place = {item: index for index, item in enumerate(items)}
        judges = sorted({row.judge for row in rows if row.judge is not None})
        seat: dict[str | None, int] = {judge: index for index, judge in enumerate(judges)}
        return cls(
            tuple(items),
            _places(place, [row.first for row in rows]),
            _places(place, [row.second for row in rows]),
            np.array([row.outcome for row in rows], dtype=np.float64),
            np.array([row.weight for row in rows], dtype=np.float64),
            np.array([seat.get(row.judge, -1) for row in rows], dtype=np.int64) if judges else None,
            tuple(judges),
            order_known,
        )

    @property
    def size(self) -> int:
        """Number of items n."""
        return len(self.items)

    @property
    def count(self) -> int:
        """Number of verdicts with a weight above zero."""
        return int(np.count_nonzero(self.weight))

    @cached_property
    def comparisons_per_item(self) -> IndexArray:
        """Number of verdicts (weight above zero, not weighted) in which each item took part; shape (n,)."""
        counted = self.weight > 0
        return np.bincount(self.first[counted], minlength=self.size) + np.bincount(
            self.second[counted], minlength=self.size
        )

    @cached_property
    def pairs(self) -> Pairs:
        """The same facts summed for each unordered pair."""
        shown_low_first = self.first < self.second
        low = np.where(shown_low_first, self.first, self.second)
        high = np.where(shown_low_first, self.second, self.first)
        return _sum_pairs(self.size, low, high, np.where(shown_low_first, self.outcome, 1.0 - self.outcome), self)

    @cached_property
    def ordered_pairs(self) -> Pairs:
        """The same facts summed for each ordered pair: here `low` is the item shown first."""
        return _sum_pairs(self.size, self.first, self.second, self.outcome, self)

    def keep(self, rows: NDArray[np.bool_] | IndexArray) -> Self:
        """Return the verdicts that `rows` (mask or indices, repeats allowed) picks; all items stay."""
        return replace(
            self,
            first=self.first[rows],
            second=self.second[rows],
            outcome=self.outcome[rows],
            weight=self.weight[rows],
            judge=None if self.judge is None else self.judge[rows],
        )

    def reweighted(self, weight: FloatArray) -> Self:
        """Return the same verdicts with other weights, shape (m,)."""
        return replace(self, weight=weight.copy())

    def require_order(self) -> None:
        """Raise `NotEstimable` unless the source says which item was shown first."""
        if not self.order_known:
            raise NotEstimable("the judgements do not say which item was shown first")


def _indices(values: ArrayLike) -> IndexArray:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise InvalidJudgements("the items of a verdict must be given as whole numbers (indices)")
    return array.astype(np.int64)


def _places(place: dict[str, int], ids: list[str]) -> IndexArray:
    unknown = sorted({item for item in ids if item not in place})
    if unknown:
        raise InvalidJudgements(f"unknown items in the judgements: {', '.join(unknown[:5])}")
    return np.array([place[item] for item in ids], dtype=np.int64)


def _check_items(items: tuple[str, ...]) -> None:
    if not items:
        raise InvalidJudgements("there are no items to score")
    if len(set(items)) != len(items):
        raise InvalidJudgements("an item id occurs more than once")


def _check_indices(judgements: Judgements) -> None:
    first, second, judge = judgements.first, judgements.second, judgements.judge
    columns = [first, second, judgements.outcome, judgements.weight, *([] if judge is None else [judge])]
    if any(column.shape != (first.size,) for column in columns):
        raise InvalidJudgements("the columns of the judgements differ in length")
    if not first.size:
        return
    if min(first.min(), second.min()) < 0 or max(first.max(), second.max()) >= judgements.size:
        raise InvalidJudgements("a verdict names an item that is not in the list of items")
    if (first == second).any():
        item = judgements.items[int(first[np.argmax(first == second)])]
        raise InvalidJudgements(f"item {item} is compared with itself")
    if judge is not None and (judge.min() < -1 or judge.max() >= len(judgements.judges)):
        raise InvalidJudgements("a verdict names a judge that is not in the list of judges")


def _check_numbers(judgements: Judgements) -> None:
    outcome, weight = judgements.outcome, judgements.weight
    if outcome.size and not (outcome.min() >= 0.0 and outcome.max() <= 1.0):
        raise InvalidJudgements("an outcome must lie between 0 (the first lost) and 1 (the first won)")
    if weight.size and not (weight.min() >= 0.0 and weight.max() < np.inf):
        raise InvalidJudgements("a weight must be a finite number and not negative")


def _sum_pairs(size: int, low: IndexArray, high: IndexArray, outcome: FloatArray, judgements: Judgements) -> Pairs:
    """Group verdicts by the key low * n + high; groups come out sorted, whatever the order of rows."""
    key, weight = low * size + high, judgements.weight
    if size * size <= DENSE_KEYS:
        keys, group, groups = np.arange(size * size), key, size * size
    else:
        keys, group = np.unique(key, return_inverse=True)
        groups = keys.size
    won = weight * outcome
    total = tally(group, weight, groups)
    used = np.flatnonzero(total > 0)
    return Pairs(
        size,
        keys[used] // size,
        keys[used] % size,
        total[used],
        tally(group, won, groups)[used],
        tally(group, won * outcome, groups)[used],
    )
