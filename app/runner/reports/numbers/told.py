"""How the scores came about: what the engine says beside them, with what it means. PURE.

Fed by the facts that cj's result carries (``assessment_metadata``); feeds the report. A fact that another engine
does not give is null; nothing is filled in.
"""

from collections.abc import Iterator, Mapping

from app.runner.reports.shapes.course import Course, ErrorGroup, Flag

Told = Mapping[str, object]
STOPPED = {
    "stability": "the scores no longer moved",
    "precision": "the wanted standard error was reached",
    "cap": "the budget of comparisons was used up",
    "cost_cap": "the budget of money was used up",
    "all_at_once": "everything was asked in one wave",
    "no_pairs_left": "there was no pair left to ask",
    "small_net_cap": "every pair of this small set was asked as often as is allowed",
    "timeout": "the time was up; the verdicts so far were enough",
    "insufficient_essays": "there were fewer than two essays to compare",
}
FLAGS = {
    "bt_se_inflated": "standard errors are large: mean above 0.4 or one above 0.8 logits. Usual below some 40 "
    "comparisons an essay; scores are then rough, and more comparisons are the cure.",
    "comparison_coverage_sparse": "fewer than one comparison an essay on average: the scores say next to nothing.",
    "has_isolated_items": "some essays were never compared: their score is the mean of all and means nothing.",
}
WIDE = "se_wide_for_bands"
WIDE_MEANS = (
    "the mean standard error is wider than half a grade band: neighbouring grades cannot be told apart, "
    "whatever the label says."
)
INVERTED = "inverted_grades"
INVERTED_MEANS = "anchors of a lower grade score above anchors of a higher one: grades between them are doubtful."
GROUPS = ("all", "anchors", "students")


def stopped(reason: str | None) -> str:
    """Return why asking stopped, in words, with the engine's own name of it."""
    if reason is None:
        return "unknown"
    return f"{reason}: {STOPPED[reason]}" if reason in STOPPED else reason


def course(told: Told, reason: str | None, *, graded: bool) -> Course:
    """Return what the engine said; ``reason`` is why asking stopped, ``graded`` whether grades were wanted."""
    calibration = _mapping(told.get("calibration_info"))
    swaps, refused = _mapping(told.get("swap_consistency")), calibration.get("refused")
    orders = told.get("both_orders")
    return Course(
        policy=_text(told.get("design_policy")),
        both_orders=orders if isinstance(orders, bool) else None,
        stop_rule=_text(told.get("stop_rule")),
        stopped=reason,
        stopped_because=stopped(reason),
        waves=_whole(told.get("waves")),
        asked=_whole(told.get("comparisons_asked")),
        succeeded=_whole(told.get("comparisons_succeeded")),
        asked_again=_whole(told.get("comparisons_retried")),
        failed=_whole(told.get("comparisons_failed")),
        given_up=_whole(told.get("comparisons_given_up")),
        couples_in_both_orders=_whole(swaps.get("n")),
        couples_alike=_number(swaps.get("share")),
        errors=tuple(_errors(told, calibration)),
        flags=tuple(_flags(told, calibration)),
        inverted_grades=tuple(_pairs(calibration.get(INVERTED))),
        no_grades_because=_text(refused) if graded else None,
    )


def _flags(told: Told, calibration: Told) -> Iterator[Flag]:
    for name, raised in _mapping(told.get("bt_quality_flags")).items():
        yield Flag(name=str(name), raised=bool(raised), meaning=FLAGS.get(str(name), "not known here"))
    if WIDE in calibration:
        yield Flag(name=WIDE, raised=bool(calibration[WIDE]), meaning=WIDE_MEANS)
    if INVERTED in calibration:
        yield Flag(name=INVERTED, raised=bool(calibration[INVERTED]), meaning=INVERTED_MEANS)


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    for pair in value if isinstance(value, list | tuple) else ():
        if isinstance(pair, list | tuple) and len(pair) == 2:
            yield str(pair[0]), str(pair[1])


def _errors(told: Told, calibration: Told) -> Iterator[ErrorGroup]:
    """Yield the summary of each group that has essays; a group that is all of them is named ``all``."""
    groups = _mapping(calibration.get("bt_se_summary")) or {"all": told.get("bt_se_summary")}
    present = [name for name in GROUPS if _mapping(groups.get(name)).get("item_count")]
    for name in present if len(present) == len(GROUPS) else present[:1]:
        summary = _mapping(groups[name])
        yield ErrorGroup(
            group=name,
            essays=_whole(summary.get("item_count")) or 0,
            mean_se=_number(summary.get("mean_se")),
            least_se=_number(summary.get("min_se")),
            largest_se=_number(summary.get("max_se")),
            fewest_comparisons=_number(summary.get("min_comparisons_per_item")),
            mean_comparisons=_number(summary.get("mean_comparisons_per_item")),
            most_comparisons=_number(summary.get("max_comparisons_per_item")),
        )


def _mapping(value: object) -> Told:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
