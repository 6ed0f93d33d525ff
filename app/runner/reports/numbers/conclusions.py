"""What the numbers of a comparison say, in words, and what a reader must know before believing them. PURE.

Fed by the differences of taus and by the runs; feeds ``comparing``. The words go no further than the intervals do.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.numbers.judged import LETTERS, JudgedRun, names_pair
from app.runner.reports.numbers.tau_differences import FEW, FEWEST, Draws
from app.runner.reports.shapes.comparison import Outcome, Spread, TauDifference
from app.runner.runs.states import RunState

SAME = 1e-12
WORDS: dict[Outcome, str] = {
    "better": "{letter} orders the {anchors} shared anchors better than A",
    "leans_better": "{letter} leans towards ordering the {anchors} shared anchors better than A, not surely",
    "not_shown": "No difference between {letter} and A is shown on {anchors} shared anchors",
    "leans_worse": "{letter} leans towards ordering the {anchors} shared anchors worse than A, not surely",
    "worse": "{letter} orders the {anchors} shared anchors worse than A",
    "same": "{letter} and A order the {anchors} shared anchors equally well",
}


def conclude(letter: str, taus: Sequence[TauDifference], no_taus: str | None, anchors: int) -> tuple[Outcome, str]:
    """Return whether a run is better than the baseline by tau-b, and the same as a sentence."""
    found = next((item for item in taus if item.statistic == "tau_b"), None)
    if found is None:
        return "not_computed", f"{letter} and A cannot be held against the experts: {no_taus}."
    outcome = _outcome(found)
    words = WORDS[outcome].format(letter=letter, anchors=anchors)
    change = f"Kendall's tau-b {found.baseline:.3f} to {found.other:.3f}, {found.difference:+.3f}"
    told = [
        _spread("other essays like these", found.over_essays),
        _spread("other pairs of these essays", found.over_pairs),
    ]
    return outcome, f"{words}: {change}{''.join(told)}.{_caution(anchors, outcome)}"


def _outcome(found: TauDifference) -> Outcome:
    signs = [_sign(item) for item in (found.over_essays, found.over_pairs) if item is not None]
    if abs(found.difference) <= SAME and not any(signs):
        return "same"
    ups, downs = signs.count(1), signs.count(-1)
    if len(signs) == 2 and 2 in (ups, downs):
        return "better" if ups else "worse"
    if bool(ups) != bool(downs):
        return "leans_better" if ups else "leans_worse"
    return "not_shown"


def _sign(spread: Spread) -> int:
    return 1 if spread.low > SAME else -1 if spread.high < -SAME else 0


def _spread(what: str, spread: Spread | None) -> str:
    if spread is None:
        return ""
    return f"; {what}: {spread.low:+.3f} to {spread.high:+.3f}, better in {spread.better:.0%} of the draws"


def _caution(anchors: int, outcome: Outcome) -> str:
    if anchors >= FEW:
        return ""
    if anchors < FEWEST:
        return f" With fewer than {FEWEST} anchors nothing can be said of other essays."
    return "" if outcome == "same" else f" With {anchors} anchors the interval over essays is too narrow."


def notes(
    runs: Sequence[JudgedRun], keys: Sequence[str], anchors: Sequence[str], draws: Draws, wanted: int
) -> tuple[str, ...]:
    """Return what a reader must know."""
    return tuple(_notes(runs, keys, anchors, draws, wanted))


def _notes(
    runs: Sequence[JudgedRun], keys: Sequence[str], anchors: Sequence[str], draws: Draws, wanted: int
) -> Iterator[str]:
    named = list(zip(LETTERS, runs, strict=False))
    for letter, run in named:
        if run.status is not RunState.COMPLETED:
            why = "" if run.status_reason is None else f" ({run.status_reason})"
            yield f"{letter} ended as {run.status}{why}: its numbers rest on incomplete data."
    if len({run.request.grade_scale for run in runs}) > 1:
        yield "The runs read grades on different scales."
    strange = sum(not names_pair(run.by_key[key], runs[0].by_key[key]) for run in runs[1:] for key in keys)
    if strange:
        yield f"{strange} essays of the same text have another name or grade than in A; A's are shown."
    if len(anchors) < FEW:
        yield (
            f"The runs share {len(anchors)} anchors. Intervals over so few essays are too narrow: take them "
            "as the least uncertainty, not as all of it."
        )
    if draws.pairs < wanted:
        yield f"Pairs were drawn {draws.pairs} times instead of {wanted}: refitting so many essays takes long."
    if len({run.package_sha256 for run in runs}) > 1:
        yield "The runs were made on different packages; essays are the same where their texts are."
