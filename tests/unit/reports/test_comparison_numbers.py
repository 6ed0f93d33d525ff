"""Runs compared: numbers by hand, a run and its twin, mirrors, and what few anchors allow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.runner.reports.html.render import to_html
from app.runner.reports.layout.comparing import comparison_layout
from app.runner.reports.md import to_markdown
from app.runner.reports.numbers.comparing import How, compare, lay_out
from app.runner.reports.numbers.judged import JudgedRun
from app.runner.reports.shapes.comparison import RunComparison, Spread
from app.runner.runs.states import RunState
from tests.unit.judged_runs import BEST_FIRST, GRADES, judged_run, round_robin

HOW = How(draws=200)
WORSE = round_robin("ant cat bee dog fox eel")
BEST = round_robin(BEST_FIRST)


def compared(*runs: JudgedRun, how: How = HOW) -> RunComparison:
    laid = lay_out(runs)
    wanted = laid.wanted_texts(how.limit)
    texts = {(run_id, one): f"words {one} of {run_id}" for run_id, some in wanted.items() for one in some}
    return compare(laid, texts, how)


def test_taus_ranks_and_disputes_are_those_that_a_hand_computes() -> None:
    found = compared(judged_run("a", WORSE), judged_run("b", BEST))
    before, after = found.metrics
    # Two of 15 pairs are the wrong way round: (13 - 2) / 15.
    assert (before.tau_a, before.tau_b) == (pytest.approx(11 / 15), pytest.approx(11 / 15))
    assert (after.tau_a, after.tau_b) == (pytest.approx(1.0), pytest.approx(1.0))
    # Spearman: 1 - 6 * 4 / (6 * 35).
    assert before.spearman == pytest.approx(1 - 24 / 210)
    assert (before.majority_inversions, after.majority_inversions) == (2, 0)
    [against] = found.against
    assert [tau.difference for tau in against.taus] == [pytest.approx(4 / 15)] * 2
    assert (against.pairs.judged_by_both, against.pairs.same_winner, against.pairs.other_winner) == (15, 13, 2)
    assert (against.pairs.baseline_with_experts, against.pairs.other_with_experts) == (0, 2)
    assert [(one.first.name, one.second.name) for one in against.disputes] == [("cat", "bee"), ("fox", "eel")]
    dispute = against.disputes[0]
    assert (dispute.baseline.for_first, dispute.baseline.for_second) == (1, 0)
    assert (dispute.other.for_first, dispute.other.for_second) == (0, 1)
    assert (dispute.baseline.with_experts, dispute.other.with_experts) == (False, True)
    assert dispute.other.verdicts[0].justification == f"words {dispute.other.verdicts[0].sequence} of b"
    moves = {essay.name: essay.moves[0].ranks for essay in found.essays}
    assert moves == {"ant": 0, "bee": 1, "cat": -1, "dog": 0, "eel": 1, "fox": -1}


def test_a_run_and_its_twin_do_not_differ_in_anything() -> None:
    found = compared(judged_run("a", WORSE), judged_run("b", WORSE))
    [against] = found.against
    assert against.verdict == "same"
    nothing = Spread(low=0.0, high=0.0, better=0.0, equal=1.0, worse=0.0, draws=200)
    for tau in against.taus:
        assert (tau.difference, tau.over_pairs) == (0.0, nothing)
        assert tau.over_essays is not None
        assert (tau.over_essays.low, tau.over_essays.high, tau.over_essays.equal) == (0.0, 0.0, 1.0)
    assert (against.disputes_total, against.scales.moved, against.scales.spearman) == (0, 0, pytest.approx(1.0))
    assert all(move.ranks == 0 and move.score == 0.0 for essay in found.essays for move in essay.moves)
    assert (found.settings.differences, found.settings.prompts) == ((), ())


upset_pairs = st.lists(st.sampled_from([(b, a) for a, b in BEST]), max_size=6, unique=True)


@settings(max_examples=15)
@given(first=upset_pairs, second=upset_pairs, seed=st.integers(0, 1000))
def test_swapping_two_runs_mirrors_the_answer(
    first: list[tuple[str, str]], second: list[tuple[str, str]], seed: int
) -> None:
    one = judged_run("a", round_robin(BEST_FIRST, upsets=first))
    other = judged_run("b", round_robin(BEST_FIRST, upsets=second))
    how = How(seed=seed, draws=200)
    there, back = compared(one, other, how=how).against[0], compared(other, one, how=how).against[0]
    for tau, mirrored in zip(there.taus, back.taus, strict=True):
        assert mirrored.difference == pytest.approx(-tau.difference)
        for spread, turned in ((tau.over_essays, mirrored.over_essays), (tau.over_pairs, mirrored.over_pairs)):
            assert spread is not None
            assert turned is not None
            assert (turned.low, turned.high) == (pytest.approx(-spread.high), pytest.approx(-spread.low))
            assert (turned.better, turned.equal, turned.worse) == (spread.worse, spread.equal, spread.better)
    assert there.pairs.other_winner == back.pairs.other_winner == there.disputes_total
    assert there.pairs.baseline_with_experts == back.pairs.other_with_experts


def test_the_verdict_follows_both_intervals() -> None:
    names = [f"e{place:02d}" for place in range(24)]
    ladder = ("A", "B", "C+", "C-", "D+", "D-", "E+", "E-")
    grades = {name: ladder[place // 3] for place, name in enumerate(names)}
    good = judged_run("b", round_robin(names, 2), grades)
    shuffled = names[12:] + names[:12]
    bad = judged_run("a", round_robin(shuffled, 2), grades)
    [against] = compared(bad, good).against
    assert against.verdict == "better"
    assert "B orders the 24 shared anchors better than A" in against.sentence
    assert compared(good, bad).against[0].verdict == "worse"


def test_with_fewer_than_five_anchors_no_interval_over_essays_is_given() -> None:
    grades = dict(list(GRADES.items())[:4])
    found = compared(
        judged_run("a", round_robin("bee ant cat dog"), grades),
        judged_run("b", round_robin("ant bee cat dog"), grades),
    )
    assert [tau.over_essays for tau in found.against[0].taus] == [None, None]
    assert "nothing can be said of other essays" in found.against[0].sentence
    assert any("4 anchors" in note for note in found.notes)


def test_without_grades_there_is_no_tau_and_the_reason_is_said() -> None:
    grades = GRADES | {"bee": ""}
    found = compared(judged_run("a", WORSE, grades), judged_run("b", BEST, grades))
    [against] = found.against
    assert (against.verdict, against.taus) == ("not_computed", ())
    assert against.no_taus == "1 of 6 shared anchors have no grade on the scale: bee"
    assert against.disputes_total == 2


def test_settings_and_prompts_that_differ_come_alone_with_the_change_of_the_text() -> None:
    llm = {"provider": "mock", "model": "latent", "rubric": {"name": "two", "text": "Weigh language.\nBe fair."}}
    other = judged_run("b", BEST, request={"llm": llm, "design": {"seed": 7}, "labels": {"a": "b"}})
    found = compared(judged_run("a", BEST), other)
    assert [(one.name, one.values) for one in found.settings.differences] == [("design.seed", ("0", "7"))]
    [prompt] = found.settings.prompts
    assert [one.name for one in prompt.prompts] == ["one", "two"]
    assert prompt.changes[0].lines[3:] == ("-Weigh content.", "+Weigh language.", " Be fair.")


def test_a_run_that_did_not_complete_is_told_of() -> None:
    broken = judged_run("b", BEST, status=RunState.TIMED_OUT, status_reason="deadline")
    found = compared(judged_run("a", BEST), broken)
    assert found.notes[0] == "B ended as timed_out (deadline): its numbers rest on incomplete data."


def test_runs_with_fewer_than_two_common_essays_are_named() -> None:
    one, other = judged_run("a", BEST), judged_run("b", BEST)
    moved = JudgedRun(**(other.__dict__ | {"keys": {key: f"other {key}" for key in other.keys}}))
    with pytest.raises(InvalidInput, match="a and b have fewer than two essays in common"):
        lay_out([one, moved])


def test_three_runs_are_each_held_against_the_first() -> None:
    found = compared(judged_run("a", WORSE), judged_run("b", BEST), judged_run("c", WORSE))
    assert [(one.letter, one.verdict == "same") for one in found.against] == [("B", False), ("C", True)]
    assert [len(essay.moves) for essay in found.essays] == [2] * 6


def test_page_and_markdown_begin_with_the_answer() -> None:
    layout = comparison_layout(compared(judged_run("a", WORSE), judged_run("b", BEST)))
    text, page = to_markdown(layout), to_html(layout)
    assert text.splitlines()[2].startswith("- ❔ No difference between B and A is shown on 6 shared anchors")
    assert page.index("No difference between B and A") < page.index("What was set otherwise")
    assert "<svg" in page
    assert "words" in page
