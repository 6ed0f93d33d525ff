"""What a report says about its own scores: policy, stopping, consistency, errors, flags."""

from typing import Any

from app.runner.reports.quality import quality_section, stopped

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
    return "\n".join(quality_section(TOLD | changes, graded=True))


def test_policy_rule_and_counts_stand_in_the_report() -> None:
    text = section()
    assert "| Pairing policy | nearest in both orders |" in text
    assert "| Stop rule | precision |" in text
    assert "67 in 11 waves (64 verdicts, 1 asked again, 2 failed at last, 0 given up)" in text


def test_swap_consistency_is_said_or_said_to_be_unknown() -> None:
    assert "75% of 32 pairs judged alike in both orders" in section()
    assert "not measured" in section(swap_consistency={"n": 0, "inconsistent": 0, "share": None})


def test_only_raised_flags_are_named_in_words() -> None:
    text = section()
    assert "standard errors are large" in text
    assert "wider than half a grade band" in text
    assert "anchors score against their grades: C+ and B" in text
    assert "never compared" not in text
    assert "| Flags | none |" in section(bt_quality_flags={"bt_se_inflated": False}, calibration_info={})


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


def test_an_engine_that_says_nothing_gets_no_section() -> None:
    assert quality_section({}, graded=True) == []


def test_why_asking_stopped_is_said_in_words() -> None:
    assert stopped("cost_cap") == "cost_cap: the budget of money was used up"
    assert stopped("something_new") == "something_new"
    assert stopped(None) == "unknown"
