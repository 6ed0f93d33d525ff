"""The comparison of runs as markdown, to be pasted into a pull request: the answer first, then the reasons. PURE.

Fed by the document of ``numbers.comparing``; feeds the API. Names and words of judges are strangers' text: all of
it is escaped.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.comparison_rows import (
    bootstraps,
    counted,
    metric_rows,
    number,
    pair_sentences,
    run_rows,
    signed,
    spread_cells,
)
from app.runner.reports.markdown import cell, fenced, table
from app.runner.reports.shapes.comparison import (
    Against,
    ComparedEssay,
    Dispute,
    DisputeSide,
    EssayName,
    PromptDifference,
    RunComparison,
)

MOST_MOVES = 20
PROMPT_NAMES = {"system_prompt": "System prompt", "rubric": "Judge rubric"}


def markdown(found: RunComparison) -> str:
    """Return the comparison as markdown."""
    parts = [
        [f"# Runs compared: {', '.join(f'{run.letter} {cell(run.batch_label)}' for run in found.runs)}"],
        [f"- {cell(one.sentence)}" for one in found.against],
        [f"> {cell(note)}  " for note in found.notes],
        _runs(found),
        _settings(found),
        *map(_prompt, found.settings.prompts),
        ["## Numbers", "", *table(("Metric", *_letters(found)), metric_rows(found), right=_columns(found))],
        _taus(found),
        *map(_disputes, found.against),
        _moves(found),
        _left_out(found),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _letters(found: RunComparison) -> list[str]:
    return [run.letter for run in found.runs]


def _columns(found: RunComparison) -> range:
    return range(1, len(found.runs) + 1)


def _runs(found: RunComparison) -> list[str]:
    headings = ("", "Run", "Label", "Mode", "Ended as", "Judge", "Essays", "Revision")
    rows = table(headings, run_rows(found), right=(6, 7))
    told = f"Shared: {found.shared_essays} essays, {found.shared_anchors} of them anchors."
    return ["## Runs", "", *rows, "", told]


def _settings(found: RunComparison) -> list[str]:
    settings = found.settings
    rows = [
        (one.name, *("not set" if value is None else value for value in one.values))
        for one in settings.differences
    ]
    same = ", ".join(settings.same)
    lines = ["## What was set otherwise", ""]
    lines += table(("Setting", *_letters(found)), rows) if rows else ["No setting."]
    return [*lines, "", f"The same in all: {cell(same)}."] if same else lines


def _prompt(found: PromptDifference) -> list[str]:
    rows = [
        (one.letter, one.name or "(the engine's own)" if one.sha256 is None else one.name or "(text)", one.sha256)
        for one in found.prompts
    ]
    shown = [(letter, name, "none" if digest is None else digest[:16]) for letter, name, digest in rows]
    lines = [f"### {PROMPT_NAMES[found.role]}", "", *table(("", "Name", "SHA-256 begins"), shown)]
    for change in found.changes:
        if change.lines:
            lines += ["", *_diff(change.lines)]
        if change.cut:
            lines += ["", f"The change of {change.letter} is too long to be shown whole."]
    return lines


def _diff(lines: Sequence[str]) -> list[str]:
    first, *rest = fenced("\n".join(lines))
    return [first.replace("text", "diff"), *rest]


def _taus(found: RunComparison) -> list[str]:
    rows = [
        (
            one.letter,
            {"tau_a": "tau-a", "tau_b": "tau-b"}[tau.statistic],
            number(tau.baseline),
            number(tau.other),
            signed(tau.difference),
            *spread_cells(tau.over_essays),
            *spread_cells(tau.over_pairs),
        )
        for one in found.against
        for tau in one.taus
    ]
    if not rows:
        return []
    headings = ("Run", "Over shared anchors", "A", "Run's own", "Difference")
    more = ("Other essays, 95 %", "Better", "Other pairs, 95 %", "Better")
    return ["## How sure", "", *table((*headings, *more), rows, right=range(2, 9)), "", bootstraps(found)]


def _disputes(found: Against) -> list[str]:
    lines = [f"## Where {found.letter} and A differ", "", *(f"- {line}" for line in pair_sentences(found))]
    for place, one in enumerate(found.disputes, start=1):
        lines += ["", f"### {place}. {_named(one.first)} or {_named(one.second)}?", "", *_dispute(one)]
    hidden = found.disputes_total - len(found.disputes)
    return [*lines, "", f"{counted(hidden, 'more pair')} not shown."] if hidden > 0 else lines


def _named(essay: EssayName) -> str:
    return f"{cell(essay.name)} ({cell(essay.grade)})" if essay.grade else cell(essay.name)


def _dispute(found: Dispute) -> Iterator[str]:
    for side in (found.baseline, found.other):
        yield from _side(found, side)


def _side(found: Dispute, side: DisputeSide) -> Iterator[str]:
    winner = found.first if side.for_first > side.for_second else found.second
    experts = {True: ", with the experts", False: ", against the experts", None: ""}[side.with_experts]
    tally = f"{max(side.for_first, side.for_second)} of {side.for_first + side.for_second}"
    yield f"- **{side.letter}: {_named(winner)}** ({tally}{experts})"
    for one in side.verdicts:
        won = found.first if one.winner == "first" else found.second
        shown = found.first if one.shown_first == "first" else found.second
        sure = "" if one.confidence is None else f", confidence {one.confidence:g}"
        words = cell(one.justification or "(no justification)")
        yield f"  - for {cell(won.name)} ({cell(shown.name)} shown first{sure}): {words}"


def _moves(found: RunComparison) -> list[str]:
    moved = [essay for essay in found.essays if any(move.ranks for move in essay.moves)]
    if not moved:
        return ["## Ranks", "", "No essay has another rank."]
    headings = ["Essay", "Grade"]
    for letter in _letters(found):
        headings += [f"Rank {letter}", f"Score {letter} (SE)"]
    headings += [f"{run.letter} - A" for run in found.runs[1:]]
    rows = [_move_row(essay) for essay in moved[:MOST_MOVES]]
    lines = ["## Ranks", "", *table(headings, rows, right=range(2, len(headings)))]
    hidden = len(moved) - len(rows)
    more = "" if hidden <= 0 else f" {counted(hidden, 'more essay')} moved."
    told = "Ranks and scores are among the shared essays; ranks gained are above 0, the difference of scores (z)."
    return [*lines, "", told + more]


def _move_row(essay: ComparedEssay) -> list[str]:
    row = [essay.name, essay.grade or ""]
    for one in essay.standings:
        row += [str(one.rank), f"{one.score:.2f} ({one.standard_error:.2f})"]
    for move in essay.moves:
        z = "" if move.z is None else f", z {move.z:+.1f}"
        row.append(f"{move.ranks:+d} ({move.score:+.2f}{z})")
    return row


def _left_out(found: RunComparison) -> list[str]:
    rows = [
        f"- {one.letter}: {counted(one.count, 'essay')} ({cell(', '.join(one.names[:10]))}"
        f"{', …' if one.count > 10 else ''})"
        for one in found.left_out
        if one.count
    ]
    return ["## Essays that not all runs have", "", *rows] if rows else []
