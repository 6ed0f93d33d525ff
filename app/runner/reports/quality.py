"""How the scores came about and how far they carry: the report's section beside every agreement. PURE.

Fed by the facts that cj's result carries (``assessment_metadata``); feeds ``render``. A fact that another
engine does not give is left out; nothing is filled in.
"""

from collections.abc import Mapping

from app.runner.reports.markdown import table

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
    "bt_se_inflated": "standard errors are large (usual below some 40 comparisons an essay)",
    "comparison_coverage_sparse": "fewer than one comparison an essay",
    "has_isolated_items": "essays that were never compared",
}
CAPPED = "In this table a standard error above 2 logits counts as 2."
GROUPS = ("all", "anchors", "students")


def stopped(reason: str | None) -> str:
    """Return why asking stopped, in words, with the engine's own name of it."""
    if reason is None:
        return "unknown"
    return f"{reason}: {STOPPED[reason]}" if reason in STOPPED else reason


def quality_section(told: Told, *, graded: bool) -> list[str]:
    """Return the section, or nothing where the engine said nothing; ``graded``: whether grades were wanted."""
    rows = [*_asking(told), *_consistency(told), *_warnings(told)]
    refusal = _mapping(told.get("calibration_info")).get("refused")
    if graded and refusal:
        rows.append(("No grades because", refusal))
    if not rows:
        return []
    lines = ["## How the scores came about", "", *table(("Fact", "Value"), rows)]
    errors = _error_table(told)
    return [*lines, "", *errors] if errors else lines


def _asking(told: Told) -> list[tuple[str, object]]:
    orders = " in both orders" if told.get("both_orders") is True else ""
    policy, rule, waves = told.get("design_policy"), told.get("stop_rule"), told.get("waves")
    asked = told.get("comparisons_asked")
    counts = [("verdicts", "comparisons_succeeded"), ("asked again", "comparisons_retried")]
    counts += [("failed at last", "comparisons_failed"), ("given up", "comparisons_given_up")]
    known = [f"{told[key]} {name}" for name, key in counts if told.get(key) is not None]
    rows: list[tuple[str, object]] = []
    if policy is not None:
        rows.append(("Pairing policy", f"{policy}{orders}"))
    if rule is not None:
        rows.append(("Stop rule", rule))
    if asked is not None:
        within = "" if waves is None else f" in {waves} wave{'' if waves == 1 else 's'}"
        rows.append(("Comparisons asked", f"{asked}{within} ({', '.join(known)})"))
    return rows


def _consistency(told: Told) -> list[tuple[str, object]]:
    swaps = told.get("swap_consistency")
    if not isinstance(swaps, Mapping):
        return []
    share, number = swaps.get("share"), swaps.get("n")
    if not isinstance(share, float):
        return [("Swap consistency", "not measured: no pair was judged in both orders")]
    return [("Swap consistency", f"{share:.0%} of {number} pairs judged alike in both orders")]


def _warnings(told: Told) -> list[tuple[str, object]]:
    flags, calibration = _mapping(told.get("bt_quality_flags")), _mapping(told.get("calibration_info"))
    if not flags and not calibration:
        return []
    raised = [FLAGS.get(name, name) for name, is_raised in flags.items() if is_raised]
    if calibration.get("se_wide_for_bands"):
        raised.append("the mean standard error is wider than half a grade band")
    inverted = calibration.get("inverted_grades")
    if isinstance(inverted, list) and inverted:
        pairs = ", ".join(" and ".join(map(str, pair)) for pair in inverted)
        raised.append(f"anchors score against their grades: {pairs}")
    return [("Flags", "; ".join(raised) or "none")]


def _error_table(told: Told) -> list[str]:
    groups = _mapping(_mapping(told.get("calibration_info")).get("bt_se_summary"))
    groups = groups or {"all": told.get("bt_se_summary")}
    present = [name for name in GROUPS if _mapping(groups.get(name)).get("item_count")]
    named = present if len(present) == len(GROUPS) else present[:1]  # one group alone is all of them
    shown = [_errors_of(name, _mapping(groups[name])) for name in named]
    headings = ("Essays", "Number", "Mean SE", "Least SE", "Largest SE", "Comparisons an essay")
    return [*table(headings, shown, right=(1, 2, 3, 4)), "", CAPPED] if shown else []


def _errors_of(name: str, summary: Told) -> tuple[object, ...]:
    errors = [f"{_float(summary.get(key)):.3f}" for key in ("mean_se", "min_se", "max_se")]
    least, mean, most = (summary.get(f"{key}_comparisons_per_item", "?") for key in ("min", "mean", "max"))
    number = f"{mean:.1f}" if isinstance(mean, float) else mean
    return name, summary["item_count"], *errors, f"{least} to {most}, mean {number}"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
