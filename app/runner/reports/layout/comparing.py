"""The comparison of runs laid out: the answer first, then what was set otherwise, then the numbers. PURE.

Fed by the document of ``numbers.comparing``; feeds markdown and the page.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from app.runner.reports.blocks import Block, Bullets, Code, Figure, Layout, Quotes, Section, Table, Words
from app.runner.reports.layout.comparing_rows import (
    bootstraps,
    metric_rows,
    pair_sentences,
    run_rows,
    signed,
    spread_cells,
)
from app.runner.reports.layout.quoting import named, quotes
from app.runner.reports.plots.moves import MOST_ROWS, move_plot
from app.runner.reports.shapes.comparison import (
    Against,
    ComparedEssay,
    DisputeSide,
    Outcome,
    PromptDifference,
    RunComparison,
)
from app.runner.reports.shapes.document import Sentence
from app.runner.reports.wording import counted, number

Tone = Literal["good", "bad", "unknown", "plain"]
TONES: Mapping[Outcome, Tone] = {"better": "good", "same": "plain", "worse": "bad", "leans_worse": "bad"}
PROMPTS = {"system_prompt": "system prompt", "rubric": "judge rubric"}
STATISTICS = {"tau_a": "tau-a", "tau_b": "tau-b"}
EXPERTS = {True: ", with the experts", False: ", against the experts", None: ""}


def comparison_layout(found: RunComparison) -> Layout:
    """Return the comparison laid out."""
    title = f"Runs compared: {', '.join(f'{run.letter} {run.batch_label}' for run in found.runs)}"
    answers = [Sentence(tone=TONES.get(one.verdict, "unknown"), text=one.sentence) for one in found.against]
    notes = [Sentence(tone="plain", text=note) for note in found.notes]
    facts = [(run.letter, run.run_id) for run in found.runs]
    facts += [("Shared essays", str(found.shared_essays)), ("Shared anchors", str(found.shared_anchors))]
    sections = [
        _settings(found),
        _numbers(found),
        _taus(found),
        *(_differences(one) for one in found.against),
        _ranks(found),
        _runs(found),
        _left_out(found),
    ]
    return Layout(title, [*answers, *notes], facts, [section for section in sections if section is not None])


def _letters(found: RunComparison) -> list[str]:
    return [run.letter for run in found.runs]


def _columns(found: RunComparison) -> Sequence[int]:
    return range(1, len(found.runs) + 1)


def _settings(found: RunComparison) -> Section:
    settings = found.settings
    rows = [
        (one.name, *("not set" if value is None else value for value in one.values))
        for one in settings.differences
    ]
    blocks: list[Block] = []
    for prompt in settings.prompts:
        blocks += _prompt(prompt)
    if rows:
        blocks.append(Table("Settings that differ", ("Setting", *_letters(found)), rows))
    elif not blocks:
        blocks.append(Words("No setting and no prompt: the runs differ by chance, or by when they were made."))
    if settings.same:
        blocks.append(Code("Settings that are the same in all runs", "\n".join(settings.same)))
    return Section("What was set otherwise", blocks)


def _prompt(found: PromptDifference) -> list[Block]:
    role = PROMPTS[found.role]
    rows = [
        (one.letter, *(("the engine's own", "") if one.sha256 is None else (one.name or "a text", one.sha256)))
        for one in found.prompts
    ]
    blocks: list[Block] = [Table(f"The {role}", ("Run", "Name", "SHA-256 of the text"), rows)]
    for change in found.changes:
        if change.lines:
            blocks.append(Code(f"What {change.letter} has otherwise in the {role}", "\n".join(change.lines)))
        if change.cut:
            blocks.append(Words(f"The change of {change.letter} is too long to be shown whole."))
    return blocks


def _numbers(found: RunComparison) -> Section:
    rows = metric_rows(found)
    return Section("Numbers", [Table("Runs side by side", ("Metric", *_letters(found)), rows, _columns(found))])


def _taus(found: RunComparison) -> Section | None:
    rows = [
        (
            f"{one.letter}, {STATISTICS[tau.statistic]}",
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
        return None
    headings = ("Run, over the shared anchors", "A", "Its own", "Difference")
    more = ("Other essays, 95 %", "Better", "Other pairs, 95 %", "Better")
    table = Table("Differences of Kendall's tau from A", (*headings, *more), rows, range(1, 8))
    return Section("How sure", [table, Words(bootstraps(found))])


def _differences(found: Against) -> Section:
    said = Bullets([Sentence(tone="plain", text=line) for line in pair_sentences(found)])
    title = f"Where {found.letter} and A differ"
    if not found.disputes:
        return Section(title, [said])
    rows = [
        (str(place), named(one.first), named(one.second), _side(one.baseline), _side(one.other))
        for place, one in enumerate(found.disputes, start=1)
    ]
    headings = ("Number", "A prefers", f"{found.letter} prefers", "Votes in A", f"Votes in {found.letter}")
    table = Table("Pairs with another winner, the clearest first", headings, rows, (0,))
    words = [
        quote
        for place, one in enumerate(found.disputes, start=1)
        for side in (one.baseline, one.other)
        for quote in quotes(f"{place}. {side.letter}", one.first, one.second, side.verdicts)
    ]
    blocks: list[Block] = [said, table, Quotes("The judges' own words on these pairs, in full", words)]
    hidden = found.disputes_total - len(found.disputes)
    if hidden > 0:
        blocks.append(Words(f"{counted(hidden, 'more pair')} not shown."))
    return Section(title, blocks)


def _side(side: DisputeSide) -> str:
    most, every = max(side.for_first, side.for_second), side.for_first + side.for_second
    return f"{most} of {every}{EXPERTS[side.with_experts]}"


def _ranks(found: RunComparison) -> Section:
    headings = ["Essay", "Grade"]
    for letter in _letters(found):
        headings += [f"Rank {letter}", f"Score {letter} (SE)"]
    headings += [f"{run.letter} from A" for run in found.runs[1:]]
    rows = [_essay(essay) for essay in found.essays]
    table = Table("Shared essays, by the largest move", headings, rows, range(2, len(headings)))
    moved = sum(any(move.ranks for move in essay.moves) for essay in found.essays)
    told = Words(
        f"{counted(moved, 'essay')} with another rank in some run. Ranks and scores (logits) are among the shared "
        "essays; in the last columns ranks gained are above 0, then the difference of scores and the same in "
        "standard errors (z)."
    )
    if len(found.runs) > 2 or len(found.essays) > MOST_ROWS:
        return Section("Ranks", [table, told])
    figure = Figure("Scores of the shared essays in A and B, best in A first", lambda: move_plot(found.essays))
    return Section("Ranks", [table, told, figure])


def _essay(essay: ComparedEssay) -> list[str]:
    row = [essay.name, essay.grade or ""]
    for one in essay.standings:
        row += [str(one.rank), f"{number(one.score, 2)} ({number(one.standard_error, 2)})"]
    for move in essay.moves:
        z = "" if move.z is None else f", z {move.z:+.1f}"
        row.append(f"{move.ranks:+d} ({move.score:+.2f}{z})")
    return row


def _runs(found: RunComparison) -> Section:
    headings = ("Run", "Id", "Label", "Mode", "Ended as", "Judge", "Essays", "Revision")
    return Section("Runs", [Table("The runs", headings, run_rows(found), (6, 7))])


def _left_out(found: RunComparison) -> Section | None:
    rows = [
        (one.letter, str(one.count), ", ".join(one.names[:20]) + (", …" if one.count > 20 else ""))
        for one in found.left_out
        if one.count
    ]
    if not rows:
        return None
    return Section("Left out", [Table("Essays that not all runs have", ("Run", "Essays", "Names"), rows, (1,))])
