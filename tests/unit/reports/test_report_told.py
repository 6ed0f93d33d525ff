"""What a report says about its own scores: policy, stopping, consistency, errors, flags."""

from typing import Any

from app.runner.reports.blocks import Layout
from app.runner.reports.layout.course import course_section
from app.runner.reports.md import to_markdown
from app.runner.reports.numbers.told import course, stopped

SUMMARY: dict[str, Any] = {
    "mean_se": 0.61,
    "max_se": 1.2,
    "min_se": 0.5,
    "item_count": 12,
    "mean_comparisons_per_item": 11.0,
    "min_comparisons_per_item": 10,
    "max_comparisons_per_item": 12,
}
TOLD: dict[str, Any] = {
    "design_policy": "nearest",
    "both_orders": True,
    "stop_rule": "precision",
    "waves": 11,
    "comparisons_asked": 67,
    "comparisons_succeeded": 64,
    "comparisons_failed": 2,
    "comparisons_retried": 1,
    "comparisons_given_up": 0,
    "swap_consistency": {"n": 32, "inconsistent": 8, "share": 0.75},
    "bt_se_summary": SUMMARY,
    "bt_quality_flags": {
        "bt_se_inflated": True,
        "comparison_coverage_sparse": False,
        "has_isolated_items": False,
    },
    "calibration_info": {
        "refused": None,
        "bt_se_summary": {"all": SUMMARY, "anchors": SUMMARY, "students": {"item_count": 0}},
        "inverted_grades": [["C+", "B"]],
        "se_wide_for_bands": True,
    },
}


def section(**changes: Any) -> str:
    found = course_section(course(TOLD | changes, "precision", graded=True))
    assert found is not None
    return to_markdown(Layout("title", (), (), [found]))


def test_policy_rule_and_counts_stand_in_the_report() -> None:
    text = section()
    assert "| Pairing policy | nearest in both orders |" in text
    assert "| Stop rule | precision |" in text
    assert "67 in 11 waves (64 verdicts, 1 asked again, 2 failed at last, 0 given up)" in text


def test_couples_in_both_orders_are_told_as_the_engine_counts_them() -> None:
    assert "75% of 32 couples" in section()
    assert "couples" not in section(swap_consistency={"n": 0, "inconsistent": 0, "share": None})


def test_every_flag_is_explained_whether_it_is_raised_or_not() -> None:
    text = section()
    assert "| bt_se_inflated | raised | standard errors are large" in text
    assert "| se_wide_for_bands | raised |" in text
    assert "Grades whose anchors score in the wrong order: C+ and B." in text
    assert "| has_isolated_items | no | some essays were never compared" in text
    assert "raised" not in section(bt_quality_flags={"bt_se_inflated": False}, calibration_info={})


def test_a_flag_of_another_engine_is_named_and_not_explained() -> None:
    assert "| odd_flag | raised | not known here |" in section(bt_quality_flags={"odd_flag": True})


def test_errors_are_shown_for_each_group_that_has_essays() -> None:
    line = "| 12 | 0.610 | 0.500 | 1.200 | 10 to 12, mean 11.0 |"
    assert f"| all {line}" in section()
    assert "students" not in section()
    mixed = section(calibration_info={"bt_se_summary": dict.fromkeys(("all", "anchors", "students"), SUMMARY)})
    assert f"| anchors {line}" in mixed
    assert f"| students {line}" in mixed


def test_why_there_are_no_grades_is_said() -> None:
    calibration = {"refused": "anchors of at least two grades are needed"}
    assert "| No grades because | anchors of at least two grades are needed |" in section(
        calibration_info=calibration
    )


def test_facts_of_a_strange_shape_are_left_out() -> None:
    strange = {"calibration_info": 5, "bt_quality_flags": [], "swap_consistency": "x", "waves": "many"}
    found = course(strange | {"inverted_grades": 3, "comparisons_asked": True}, None, graded=True)
    assert (found.waves, found.asked, found.flags, found.errors) == (None, None, (), ())


def test_why_asking_stopped_is_said_in_words() -> None:
    assert stopped("cost_cap") == "cost_cap: the budget of money was used up"
    assert stopped("something_new") == "something_new"
    assert stopped(None) == "unknown"
