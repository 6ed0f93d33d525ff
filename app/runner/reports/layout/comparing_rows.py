"""The rows and sentences of a comparison of runs: texts, not yet escaped. PURE.

Fed by the document of ``numbers.comparing``; feeds its layout.
"""

from collections.abc import Callable, Sequence

from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.comparison import Against, RunComparison, RunMetrics, Spread
from app.runner.reports.wording import NOT_COMPUTED, count, counted, number, percent, seconds

Metric = tuple[str, Callable[[RunMetrics], str]]


BOOTSTRAPS = (
    "Intervals are 95 % percentiles of paired draws (seed {seed}). Other essays: the shared anchors are drawn "
    "again with replacement, the same for all runs ({essays} draws): would other essays like these tell the same? "
    "Other pairs: the pairs that were judged are drawn again, each with all verdicts on it, the same for all "
    "runs, and all scales fitted anew ({pairs} draws): would these essays, had other pairs of them been asked? "
    "Better is the share of draws in which the run has a larger tau than A."
)


def bootstraps(found: RunComparison) -> str:
    """Return what was drawn, and which question that answers."""
    drawn = found.resampling
    return BOOTSTRAPS.format(seed=drawn.seed, essays=drawn.draws_over_essays, pairs=drawn.draws_over_pairs)


def signed(value: float | None) -> str:
    """Return a difference with its sign."""
    return NOT_COMPUTED if value is None else f"{value:+.3f}"


def share(found: Rate | None) -> str:
    """Return a share with its interval and the cases behind it."""
    if found is None:
        return "no case"
    return f"{percent(found.share)} ({percent(found.low)} to {percent(found.high)}; {found.count:.0f})"


def spread_cells(found: Spread | None) -> tuple[str, str]:
    """Return the interval and the share of draws that are better."""
    if found is None:
        return "not estimable", ""
    return f"{found.low:+.3f} to {found.high:+.3f}", percent(found.better)


def run_rows(found: RunComparison) -> list[Sequence[str]]:
    """Return one row a run."""
    return [
        (
            run.letter,
            run.run_id,
            run.batch_label,
            run.mode.value,
            run.status.value if run.status_reason is None else f"{run.status.value} ({run.status_reason})",
            f"{run.provider} {run.model}".strip(),
            str(run.essays),
            str(run.revision),
        )
        for run in found.runs
    ]


def _invalid(own: RunMetrics) -> str:
    codes = ", ".join(f"{one.count} {one.name}" for one in own.invalid.by_code)
    told = f"{own.invalid.failed} of {own.invalid.answers}"
    return f"{told} ({codes})" if codes else told


def _order(own: RunMetrics) -> str:
    found = own.order_effect
    return "not estimable" if found is None else f"{found.estimate:+.3f} (SE {found.se:.3f})"


METRICS: tuple[Metric, ...] = (
    ("Kendall's tau-a", lambda own: number(own.tau_a)),
    ("Kendall's tau-b", lambda own: number(own.tau_b)),
    ("Ceiling of tau-a against grades", lambda own: number(own.tau_a_ceiling)),
    ("Spearman's rho against grades", lambda own: number(own.spearman)),
    ("Inverted pairs (by majority)", lambda own: count(own.majority_inversions)),
    ("Inverted pairs (at least one upset)", lambda own: count(own.inverted_pairs)),
    ("Zero-win anchors", lambda own: count(own.zero_win_anchors)),
    ("A/B regressions", lambda own: count(own.top_regressions)),
    ("Mean SE of the anchors, logits", lambda own: number(own.mean_se_anchors)),
    ("Mean SE of all essays, logits", lambda own: number(own.mean_se)),
    ("Verdicts", lambda own: str(own.verdicts)),
    ("Invalid answers", _invalid),
    ("Mean confidence", lambda own: number(own.mean_confidence, 2)),
    ("Order effect, first shown, logits", _order),
    ("First shown won", lambda own: share(own.first_pick)),
    ("Same winner in both orders", lambda own: share(own.swap_consistency)),
    ("Cyclic triads", lambda own: NOT_COMPUTED if own.cyclic_triads is None else percent(own.cyclic_triads)),
    ("Cost, USD", lambda own: number(own.spent.usd, 4)),
    ("Cost of a verdict, USD", lambda own: number(own.spent.usd_a_verdict, 6)),
    ("Tokens in / out", lambda own: f"{own.spent.prompt_tokens} / {own.spent.completion_tokens}"),
    ("Answer after, median", lambda own: seconds(None if own.waiting is None else own.waiting.median)),
    ("Answer after, 90 % within", lambda own: seconds(None if own.waiting is None else own.waiting.p90)),
)


def metric_rows(found: RunComparison) -> list[Sequence[str]]:
    """Return one row a metric and one a target, with a cell for each run."""
    rows: list[Sequence[str]] = [(name, *(shown(own) for own in found.metrics)) for name, shown in METRICS]
    words = {True: "met", False: "missed", None: NOT_COMPUTED}
    for place, target in enumerate(found.metrics[0].targets):
        met = (words[own.targets[place].met] for own in found.metrics)
        rows.append((f"Target: {target.name} {target.wanted}", *met))
    if any(own.withheld for own in found.metrics):
        rows.append(("Why not computed", *(own.withheld or "" for own in found.metrics)))
    return rows


def pair_sentences(found: Against) -> list[str]:
    """Return what there is to say of the pairs that both runs judged."""
    counts, scales, letter = found.pairs, found.scales, found.letter
    both = f"{counted(counts.judged_by_both, 'pair')} judged by both: {counts.same_winner} with the same winner, "
    told = [
        f"{both}{counts.other_winner} with another one, {counts.undecided} undecided in one of the two.",
        f"Same winner: {share(counts.agreement)} of the pairs that both decided.",
    ]
    experts = counts.baseline_with_experts + counts.other_with_experts
    if experts:
        told.append(
            f"Of the pairs with another winner the experts' grades part {experts}: in "
            f"{counts.other_with_experts} they are with {letter}, in {counts.baseline_with_experts} with A."
        )
    told.append(
        f"The scales: Spearman {number(scales.spearman)}, tau-b {number(scales.tau_b)}; the spread of {letter} is "
        f"{number(scales.spread_ratio, 2)} times that of A; {scales.moved} essays moved by more than 1.96 SE."
    )
    return told
