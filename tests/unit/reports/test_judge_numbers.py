"""What the answers say about the judge: the numbers are those of ``cj-runner fit`` on the exported comparisons."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.numbers.decisions import fitted
from app.runner.reports.compose import Subject, compose
from app.runner.reports.numbers.judging import invalid, judge_quality, length_preference
from app.runner.reports.numbers.waves import MOST_WAVES, waves
from app.runner.reports.shapes.document import Report
from app.runner.results.answers import Answer, noted
from app.scoring.summary import How
from tests.unit.reports.subjects import (
    ANCHORS,
    LEGACY,
    alignment,
    alignment_report,
    assessment,
    rows_of,
    verdicts,
)

NAMES = list(ANCHORS)


@pytest.mark.parametrize("subject", [alignment(), assessment()], ids=["alignment", "assessment"])
def test_every_number_is_that_of_a_fit_of_the_exported_comparisons(subject: Subject, tmp_path: Path) -> None:
    report = compose(subject)
    path = tmp_path / "comparisons.csv"
    lines = [f"{item.first},{item.second},{item.winner}" for item in subject.answers if item.winner is not None]
    path.write_text("\n".join(["a,b,choice", *lines]))
    told = fitted(path, {}, How())
    judge = report.judge
    assert judge is not None
    scores = {essay.essay_id: [essay.score, essay.standard_error] for essay in report.essays}
    assert set(scores) == {row["id"] for row in told["items"]}
    for row in told["items"]:
        assert scores[row["id"]] == pytest.approx([row["theta"], row["se"]])
    assert (judge.reliability.ssr, judge.reliability.separation) == (told["ssr"], told["separation"])
    assert judge.reliability.posterior == told["posterior_reliability"]
    assert judge.reliability.judge_is_informative == told["judge_is_informative"]
    assert judge.order_effect is not None
    assert judge.order_effect.estimate == told["order_effect"]["estimate"]
    assert judge.order_effect.se == told["order_effect"]["se"]
    assert judge.swap_consistency is not None
    assert judge.swap_consistency.model_dump() == told["swap_consistency"]
    assert (judge.triads.cyclic, judge.triads.share) == tuple(told["cyclic_triads"].values())
    assert (judge.deviance, judge.log_likelihood) == (told["deviance"], told["log_likelihood"])
    assert report.waves is not None
    assert report.waves.waves[-1].ssr == pytest.approx(told["ssr"])


def quality(answers: list[Answer]) -> Report:
    return compose(alignment(answers=answers, rows=rows_of(answers, ANCHORS)))


def test_the_report_says_how_far_the_scores_are_from_their_own_comparisons() -> None:
    rows = rows_of(verdicts(NAMES), ANCHORS)
    moved = compose(alignment(rows=[replace(row, theta=row.theta + 0.25) for row in rows]))
    assert moved.refit is not None
    assert moved.refit.score == pytest.approx(0.25)
    same = alignment_report().refit
    assert same is not None
    assert same.score < 1e-9


def test_answers_without_a_verdict_are_counted_by_their_code() -> None:
    found = invalid(verdicts(NAMES))
    assert (found.answers, found.failed) == (132, 3)
    assert [(item.name, item.count) for item in found.by_code] == [("TIMEOUT", 3)]
    assert invalid([]).share is None


def test_preference_for_the_longer_is_held_against_the_experts_on_the_same_verdicts() -> None:
    answers = [Answer(1, "anchor_01", "anchor_05", "b"), Answer(2, "anchor_05", "anchor_01", "a")]
    rows = rows_of(answers, ANCHORS)
    found = length_preference(answers, rows, {"anchor_01": 100, "anchor_05": 200}, LEGACY)
    assert found is not None
    assert (found.longer_won.share, found.longer_won.count) == (1.0, 2.0)
    assert found.experts is not None
    assert found.experts.share == 0.0
    assert found.excess == 1.0


def test_without_lengths_nothing_is_said_about_them() -> None:
    assert length_preference(verdicts(NAMES), [], {}, LEGACY) is None


def test_anchors_of_one_grade_say_nothing_about_the_experts_preference() -> None:
    answers = [Answer(1, "anchor_01", "anchor_02", "b")]
    found = length_preference(answers, rows_of(answers, ANCHORS), {"anchor_01": 1, "anchor_02": 2}, LEGACY)
    assert found is not None
    assert (found.longer_won.share, found.experts, found.excess) == (1.0, None, None)


def test_one_judge_has_no_split_half_and_it_is_said_why() -> None:
    judge = alignment_report().judge
    assert judge is not None
    assert judge.reliability.split_half is None
    assert "one judge" in (judge.reliability.no_split_half or "")
    assert [line.left_out_agreement for line in judge.judges] == [None]


def test_several_judges_are_held_against_one_another() -> None:
    answers = [replace(item, model=f"m{item.sequence % 2}") for item in verdicts(NAMES)]
    judge = quality(answers).judge
    assert judge is not None
    assert judge.reliability.split_half is not None
    assert [line.judge for line in judge.judges] == ["mock/m0", "mock/m1"]
    assert all(line.left_out_agreement is not None and line.left_out_agreement > 0.5 for line in judge.judges)


def test_confidence_is_shown_with_what_it_is_worth() -> None:
    judge = alignment_report().judge
    assert judge is not None
    assert sum(item.count for item in judge.confidence) == judge.verdicts
    assert [item.confidence for item in judge.confidence] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_judge_with_fine_shades_of_confidence_is_shown_by_whole_levels() -> None:
    answers = [replace(item, confidence=1 + (item.sequence % 41) / 10) for item in verdicts(NAMES)]
    judge = quality(answers).judge
    assert judge is not None
    assert [item.confidence for item in judge.confidence] == [1, 2, 3, 4, 5]
    assert sum(item.count for item in judge.confidence) == judge.verdicts


def test_no_verdict_gives_no_numbers() -> None:
    failed = [replace(item, winner=None) for item in verdicts(NAMES)]
    assert judge_quality(failed, [], {}, LEGACY) is None
    assert waves(failed) is None


def test_answers_that_do_not_know_their_wave_are_cut_into_parts() -> None:
    found = waves([replace(item, wave=None) for item in verdicts(NAMES)])
    assert found is not None
    assert (found.told, len(found.waves), found.waves[-1].verdicts) == (False, 10, 129)


def test_many_waves_are_thinned_and_the_first_and_last_stay() -> None:
    found = waves([replace(item, wave=item.sequence) for item in verdicts(NAMES)])
    assert found is not None
    assert len(found.waves) == MOST_WAVES
    assert (found.waves[0].wave, found.waves[-1].wave) == (1, 132)
    assert found.waves[-1].tau_with_final == 1.0


def test_a_callback_says_its_wave_its_time_and_its_settings() -> None:
    raw = (
        b'{"data": {"response_time_ms": 1500, "request_metadata": {"comparison_iteration": 3, '
        b'"effective_settings": {"model_override": "m"}}}}'
    )
    found = noted(raw, settings=True)
    assert (found.wave, found.seconds, found.effective) == (3, 1.5, {"model_override": "m"})
    silent = noted(b'{"data": {}}', settings=False)
    assert (silent.wave, silent.seconds, silent.effective) == (None, None, None)
