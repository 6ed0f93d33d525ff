import numpy as np
import pytest

from app.scoring.data import Judgements, Record
from app.scoring.errors import InvalidJudgements

AB = Record("a", "b", 1.0)


def test_items_are_all_ids_sorted_when_none_are_named() -> None:
    assert Judgements.from_records([Record("c", "a", 1.0), Record("a", "b", 0.0)]).items == ("a", "b", "c")


def test_items_keep_the_order_in_which_they_are_named() -> None:
    judgements = Judgements.from_records([AB], ["b", "z", "a"])
    assert (judgements.items, judgements.first[0], judgements.second[0]) == (("b", "z", "a"), 2, 0)


@pytest.mark.parametrize(
    "record",
    [
        Record("a", "a", 1.0),
        Record("a", "x", 1.0),
        Record("a", "b", float("nan")),
        Record("a", "b", 1.5),
        Record("a", "b", -0.1),
        Record("a", "b", 1.0, -1.0),
        Record("a", "b", 1.0, float("nan")),
        Record("a", "b", 1.0, float("inf")),
    ],
)
def test_a_verdict_that_breaks_a_rule_is_refused(record: Record) -> None:
    with pytest.raises(InvalidJudgements):
        Judgements.from_records([AB, record], ["a", "b"])


def test_an_unknown_item_is_named_in_the_refusal() -> None:
    with pytest.raises(InvalidJudgements, match="zebra"):
        Judgements.from_records([Record("a", "zebra", 1.0)], ["a", "b"])


def test_an_item_against_itself_is_named_in_the_refusal() -> None:
    with pytest.raises(InvalidJudgements, match="item b is compared with itself"):
        Judgements.from_records([AB, Record("b", "b", 1.0)], ["a", "b"])


@pytest.mark.parametrize("items", [[], ["a", "b", "a"]])
def test_no_items_or_a_repeated_item_are_refused(items: list[str]) -> None:
    with pytest.raises(InvalidJudgements):
        Judgements.from_records([], items)


@pytest.mark.parametrize("second", [[2], [-1], [0.5], [0, 1], [1, 1]])
def test_columns_with_a_wrong_index_type_or_length_are_refused(second: list[float]) -> None:
    with pytest.raises(InvalidJudgements):
        Judgements.from_arrays(["a", "b"], [0], second, [1.0])


def test_a_judge_outside_the_list_is_refused() -> None:
    one = np.array([0])
    with pytest.raises(InvalidJudgements, match="judge"):
        Judgements(("a", "b"), one, one + 1, np.ones(1), np.ones(1), np.array([1]), ("j",))


def test_both_orders_of_a_pair_are_summed_together() -> None:
    records = [AB, Record("b", "a", 1.0), Record("a", "b", 0.5), Record("b", "a", 0.0, 3.0)]
    pairs = Judgements.from_records(records).pairs
    assert (pairs.low.tolist(), pairs.high.tolist()) == ([0], [1])
    assert (pairs.total.tolist(), pairs.wins.tolist(), pairs.squares.tolist()) == ([6.0], [4.5], [4.25])


def test_ordered_pairs_keep_who_was_shown_first() -> None:
    pairs = Judgements.from_records([AB, Record("b", "a", 1.0), AB]).ordered_pairs
    assert (pairs.low.tolist(), pairs.high.tolist()) == ([0, 1], [1, 0])
    assert (pairs.total.tolist(), pairs.wins.tolist()) == ([2.0, 1.0], [2.0, 1.0])


def test_pairs_do_not_depend_on_the_order_of_the_verdicts() -> None:
    rng = np.random.default_rng(5)
    first = rng.integers(0, 9, 300)
    second = (first + rng.integers(1, 9, 300)) % 9
    outcome = rng.choice([0.0, 0.5, 1.0], 300)
    items = [str(item) for item in range(9)]
    pairs = Judgements.from_arrays(items, first, second, outcome).pairs
    order = rng.permutation(300)
    again = Judgements.from_arrays(items, first[order], second[order], outcome[order]).pairs
    for name in ("low", "high", "total", "wins", "squares"):
        assert np.array_equal(getattr(pairs, name), getattr(again, name))


def test_many_items_are_summed_as_few_items_are() -> None:
    few = Judgements.from_arrays(["a", "b", "c"], [0, 1, 2, 0], [1, 0, 1, 2], [1.0, 0.0, 0.5, 1.0])
    names = [str(item) for item in range(3_000)]
    many = Judgements.from_arrays(names, few.first, few.second, few.outcome)
    for name in ("low", "high", "total", "wins", "squares"):
        assert np.array_equal(getattr(few.pairs, name), getattr(many.pairs, name))


def test_a_verdict_without_weight_counts_nowhere() -> None:
    judgements = Judgements.from_records([AB, Record("a", "c", 1.0, 0.0)], ["a", "b", "c"])
    assert judgements.count == 1
    assert judgements.comparisons_per_item.tolist() == [1, 1, 0]
    assert judgements.pairs.high.tolist() == [1]


def test_scores_and_comparisons_are_weighted_sums_per_item() -> None:
    pairs = Judgements.from_records([Record("a", "b", 1.0, 2.0), Record("b", "c", 0.5)]).pairs
    assert pairs.scores.tolist() == [2.0, 0.5, 0.5]
    assert pairs.comparisons.tolist() == [2.0, 3.0, 1.0]


def test_kept_rows_keep_their_judges_and_all_items() -> None:
    records = [Record("a", "b", 1.0, judge="y"), Record("b", "c", 0.0), Record("a", "c", 1.0, judge="x")]
    kept = Judgements.from_records(records).keep(np.array([True, True, False]))
    assert (kept.items, kept.judges) == (("a", "b", "c"), ("x", "y"))
    assert kept.judge is not None
    assert kept.judge.tolist() == [1, -1]


def test_arrays_cannot_be_changed_afterwards() -> None:
    judgements = Judgements.from_records([AB])
    with pytest.raises(ValueError, match="read-only"):
        judgements.outcome[0] = 0.0


def test_copied_columns_leave_the_caller_free() -> None:
    outcome = np.ones(1)
    judgements = Judgements.from_arrays(["a", "b"], [0], [1], outcome)
    outcome[0] = 0.0
    assert judgements.outcome.tolist() == [1.0]
