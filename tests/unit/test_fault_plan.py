"""The plan of a soak's faults: the same seed gives the same one, and a short soak sees many kinds."""

from hypothesis import given
from hypothesis import strategies as some

from tests.chaos.fault_plan import WEIGHTS, plan

KINDS = {weight.kind for weight in WEIGHTS}


@given(seed=some.integers(0, 10**9), seconds=some.floats(1, 4000))
def test_the_same_seed_gives_the_same_plan_in_order_and_within_its_time(seed: int, seconds: float) -> None:
    made = plan(seed, seconds)
    assert made == plan(seed, seconds)
    assert [fault.at_s for fault in made] == sorted(fault.at_s for fault in made)
    assert all(fault.at_s >= 0 and fault.at_s + fault.lasts_s <= seconds + 0.02 for fault in made)


def test_another_seed_gives_another_plan() -> None:
    assert plan(1, 600) != plan(2, 600)


def test_every_kind_happens_once_before_any_happens_again() -> None:
    first = [fault.kind for fault in plan(5, 600)[: len(KINDS)]]
    assert set(first) == KINDS


def test_faults_come_as_often_as_wished_on_average() -> None:
    assert 100 < len(plan(3, 600, every_s=5.0)) < 140


def test_each_fault_happens_where_its_kind_can() -> None:
    places = {weight.kind: set(weight.targets) for weight in WEIGHTS}
    assert all(fault.target in places[fault.kind] for fault in plan(11, 3600))
