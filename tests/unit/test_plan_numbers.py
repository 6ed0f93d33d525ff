"""How many comparisons a design leads to, and what they cost, as far as can be known beforehand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.plan.costs import NoPrice, Price, Texts, costs_of, tokens_of
from app.runner.plan.expected import Judged, expected
from app.runner.plan.spec import PlanRequest
from app.runner.runs.states import Mode

PRICE = Price("openai", "m", 2.0, 8.0, 0.5, "the test")


def request(**changes: Any) -> PlanRequest:
    return PlanRequest.model_validate({"assets": {"package_id": "pkg_1"}} | changes)


def test_a_mode_that_is_left_out_follows_from_the_assignment() -> None:
    assert request().mode is Mode.ANCHOR_ALIGN_TEST
    assert request(mode="plan").mode is Mode.ANCHOR_ALIGN_TEST
    assert request(assignment_id="00000000-0000-0000-0000-000000000001").mode is Mode.EXECUTE


def test_without_a_budget_only_the_engine_knows_how_many() -> None:
    found = expected(request(), Judged(12, 0))
    assert (found.pairs_possible, found.at_least, found.at_most, found.waves_at_most) == (66, None, None, None)
    assert found.per_wave == 6
    assert "engine's own budget" in found.reason


def test_a_stop_rule_may_end_it_earlier_but_not_before_its_least() -> None:
    wanted = request(budget={"max_comparisons": 50}, design={"stop": {"min_comparisons": 20}})
    found = expected(wanted, Judged(12, 0))
    assert (found.at_least, found.at_most, found.waves_at_most) == (20, 50, 9)
    assert "the stop rule stability may end it earlier" in found.reason


def test_both_orders_double_a_wave_and_not_the_pairs() -> None:
    found = expected(request(budget={"max_comparisons": 60}, design={"both_orders": True}), Judged(12, 0))
    assert (found.pairs_possible, found.per_wave, found.waves_at_most) == (66, 12, 5)


def test_students_meet_anchors_only_where_that_is_asked() -> None:
    bound = "00000000-0000-0000-0000-000000000001"
    wanted = request(assignment_id=bound, budget={"max_comparisons": 40}, design={"pairing": "anchors_only"})
    found = expected(wanted, Judged(12, 10))
    assert (found.pairs_possible, found.per_wave, found.waves_at_most) == (120, 10, 4)


@given(
    anchors=st.integers(2, 60),
    most=st.integers(2, 5000),
    both=st.booleans(),
    rule=st.sampled_from(["stability", "cap"]),
)
def test_waves_hold_all_comparisons(anchors: int, most: int, both: bool, rule: str) -> None:
    design = {"both_orders": both, "stop": {"rule": rule}}
    found = expected(request(budget={"max_comparisons": most}, design=design), Judged(anchors, 0))
    assert found.per_wave is not None
    assert found.waves_at_most is not None
    assert (found.waves_at_most - 1) * found.per_wave < most <= found.waves_at_most * found.per_wave
    assert found.at_most == most
    assert found.at_least in {None, most}


@given(lengths=st.lists(st.integers(1, 5000), min_size=2, max_size=20), most=st.integers(2, 1000))
def test_the_dearest_comparison_costs_at_least_what_a_usual_one_does(lengths: list[int], most: int) -> None:
    wanted = request(budget={"max_comparisons": most})
    texts = Texts(["x" * length for length in lengths], None, None)
    found = costs_of(wanted, texts, expected(wanted, Judged(len(lengths), 0)), PRICE)
    assert found.usd_at_most is not None
    assert found.usd_expected is not None
    assert found.usd_at_most >= found.usd_expected > 0


def test_tokens_count_the_prompts_and_the_task() -> None:
    texts = Texts(["x" * 1000, "x" * 3000], None, None)
    bare, _ = tokens_of(request(), texts)
    with_task, _ = tokens_of(request(), Texts(texts.essays, "t" * 4000, None))
    with_rubric, _ = tokens_of(request(llm={"rubric": {"text": "r" * 4000}}), texts)
    assert with_task.prompt - bare.prompt == pytest.approx(1000, abs=20)
    assert with_rubric.prompt - bare.prompt == pytest.approx(1000, abs=20)
    short, most = tokens_of(request(llm={"max_tokens": 50}), texts)
    assert (short.answer, most.answer) == (50, 50)


def test_costs_without_a_budget_have_no_total() -> None:
    wanted = request()
    found = costs_of(wanted, Texts(["x" * 900] * 3, None, None), expected(wanted, Judged(3, 0)), PRICE)
    assert found.usd_per_comparison is not None
    assert (found.usd_expected, found.usd_at_most) == (None, None)


def test_what_is_not_counted_is_said() -> None:
    wanted = request(llm={"provider": "openai", "reasoning_effort": "high", "system_prompt": {"text": "s"}})
    found = costs_of(wanted, Texts(["x"], None, None), expected(wanted, Judged(2, 0)), NoPrice("nobody knows"))
    assert found.reason == "nobody knows"
    assert any("reasoning" in text for text in found.assumptions)
    assert not any("engine's own system prompt" in text for text in found.assumptions)
