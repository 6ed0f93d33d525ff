"""Which cells start: never more at once than wanted, never more money than the cap, in the order of the matrix."""

from hypothesis import given
from hypothesis import strategies as st

from app.runner.experiments.schedule import LEAST_USD, Money, Waiting, affordable, plan, share_of

Usd = st.floats(0, 10).map(lambda value: round(value, 4))
Needs = st.one_of(st.none(), Usd)
Queue = st.lists(st.tuples(Needs, st.booleans()), max_size=12).map(
    lambda cells: [
        Waiting(number, need, fixed and need is not None) for number, (need, fixed) in enumerate(cells, start=1)
    ]
)


@given(Queue, Usd, Usd, Usd, st.integers(0, 4), st.integers(1, 5))
def test_the_cap_and_the_concurrency_hold_whatever_waits(
    waiting: list[Waiting], cap: float, spent: float, held: float, running: int, concurrency: int
) -> None:
    made = plan(waiting, Money(cap, spent, held), running=running, concurrency=concurrency)
    given_out = sum(start.hold_usd for start in made.starts)
    assert given_out <= max(0.0, cap - spent - held) + 1e-9
    assert len(made.starts) <= max(0, concurrency - running)
    assert all(start.hold_usd >= LEAST_USD for start in made.starts)
    assert not (running and made.skips), "while a run goes on, its money may come back"


@given(Queue, Usd, st.integers(1, 5))
def test_where_nothing_goes_on_something_happens_to_the_first_cell(
    waiting: list[Waiting], cap: float, concurrency: int
) -> None:
    made = plan(waiting, Money(cap), running=0, concurrency=concurrency)
    touched = [*(start.number for start in made.starts), *(skip.number for skip in made.skips)]
    assert sorted(touched) == list(range(1, len(touched) + 1))
    assert bool(touched) is bool(waiting)


@given(Queue, Usd)
def test_every_cell_is_started_or_skipped_in_the_end_and_the_cap_was_enough(
    waiting: list[Waiting], cap: float
) -> None:
    left, spent, rounds = list(waiting), 0.0, 0
    while left:
        made = plan(left, Money(cap, spent), running=0, concurrency=2)
        spent += sum(start.hold_usd for start in made.starts)
        done = {start.number for start in made.starts} | {skip.number for skip in made.skips}
        left = [cell for cell in left if cell.number not in done]
        rounds += 1
        assert rounds <= len(waiting)
    assert spent <= cap + 1e-9


def test_unknown_needs_share_what_is_left_in_equal_parts() -> None:
    waiting = [Waiting(number) for number in (1, 2, 3, 4)]
    made = plan(waiting, Money(2.0), running=0, concurrency=4)
    assert [round(start.hold_usd, 9) for start in made.starts] == [0.5] * 4


def test_a_need_of_nothing_is_treated_as_unknown() -> None:
    assert share_of([Waiting(1, 0.0), Waiting(2, 0.0)], Money(1.0)) == 0.5


def test_known_needs_are_given_more_in_proportion_where_there_is_more() -> None:
    assert share_of([Waiting(1, 1.0), Waiting(2, 3.0)], Money(8.0)) == 2.0
    assert share_of([Waiting(1, 1.0), Waiting(2, 3.0)], Money(3.0)) == 1.0


def test_the_callers_own_limit_is_given_exactly() -> None:
    assert share_of([Waiting(1, 0.2, fixed=True), Waiting(2, 0.2, fixed=True)], Money(100.0)) == 0.2


def test_a_cell_waits_while_another_may_give_money_back_and_is_skipped_when_none_does() -> None:
    waiting = [Waiting(2, 0.6, fixed=True), Waiting(3, 0.6, fixed=True)]
    held = plan(waiting, Money(1.0, spent=0.0, held=0.6), running=1, concurrency=2)
    assert (held.starts, held.skips) == ([], [])
    over = plan(waiting, Money(1.0, spent=0.6), running=0, concurrency=2)
    assert [skip.number for skip in over.skips] == [2, 3]
    assert over.skips[0].left_usd == 0.4


def test_a_cheaper_cell_may_start_after_a_dearer_one_was_skipped() -> None:
    waiting = [Waiting(1, 5.0, fixed=True), Waiting(2, 0.5, fixed=True)]
    made = plan(waiting, Money(1.0), running=0, concurrency=1)
    assert [skip.number for skip in made.skips] == [1]
    assert [start.number for start in made.starts] == [2]


def test_how_many_cells_a_cap_does_for_is_told_beforehand() -> None:
    assert affordable([Waiting(number, 0.3, fixed=True) for number in range(1, 6)], 1.0) == 3
    assert affordable([Waiting(number) for number in range(1, 6)], 1.0) == 5
