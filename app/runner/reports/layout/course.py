"""The sections on how the scores came about: asking, errors, flags, waves, graph, what is missing, cost. PURE.

Fed by the numbers of a report; feeds ``whole``.
"""

from app.runner.reports.blocks import Block, Figure, Section, Table, Words
from app.runner.reports.plots.course import wave_plot
from app.runner.reports.plots.matrix import COUNTED, matrix
from app.runner.reports.shapes.course import Course, ErrorGroup, Graph, Wave, Waves
from app.runner.reports.shapes.document import Missing, Refit, Report
from app.runner.reports.wording import count, money, number, percent

CAPPED = "In this table a standard error above 2 logits counts as 2."
WAVES_TOLD = (
    "Each line is the scale of all verdicts up to there, fitted anew. SSR alone proves nothing: it rises with "
    "adaptive pairing and with one judge who agrees with itself. Look at it with the posterior ratio, the error "
    "and whether ranks still move (tau-b with the final ranks, largest change of a score)."
)
WAVES_CUT = "The answers do not say their wave, so they are cut into equal parts in the order in which they came."


def course_section(found: Course) -> Section | None:
    """Return what the engine said of its work, None where it said nothing."""
    rows = _asking(found)
    blocks: list[Block] = [Table("How the comparisons were asked", ("Fact", "Value"), rows)] if rows else []
    if found.flags:
        rows_of_flags = [(flag.name, "raised" if flag.raised else "no", flag.meaning) for flag in found.flags]
        blocks.append(Table("Quality flags of the engine", ("Flag", "State", "What raises it"), rows_of_flags))
    if found.inverted_grades:
        pairs = ", ".join(f"{low} and {high}" for low, high in found.inverted_grades)
        blocks.append(Words(f"Grades whose anchors score in the wrong order: {pairs}."))
    if found.errors:
        headings = ("Essays", "Number", "Mean SE", "Least SE", "Largest SE", "Comparisons an essay")
        rows_of_errors = [_errors(item) for item in found.errors]
        blocks += [Table("Standard errors (bt_se_summary)", headings, rows_of_errors, (1, 2, 3, 4)), Words(CAPPED)]
    return Section("How the scores came about", blocks) if blocks else None


def _asking(found: Course) -> list[tuple[str, str]]:
    orders = " in both orders" if found.both_orders else ""
    counts = [(found.succeeded, "verdicts"), (found.asked_again, "asked again")]
    counts += [(found.failed, "failed at last"), (found.given_up, "given up")]
    known = ", ".join(f"{value} {name}" for value, name in counts if value is not None)
    within = "" if found.waves is None else f" in {found.waves} wave{'' if found.waves == 1 else 's'}"
    rows = []
    if found.policy is not None:
        rows.append(("Pairing policy", f"{found.policy}{orders}"))
    if found.stop_rule is not None:
        rows.append(("Stop rule", found.stop_rule))
    rows.append(("Asking stopped because of", found.stopped_because))
    if found.asked is not None:
        rows.append(("Comparisons asked", f"{found.asked}{within} ({known})"))
    if found.couples_in_both_orders:
        alike = f"{percent(found.couples_alike)} of {found.couples_in_both_orders} couples"
        rows.append(("Verdicts in both orders alike, couple by couple", alike))
    if found.no_grades_because is not None:
        rows.append(("No grades because", found.no_grades_because))
    return rows


def _errors(item: ErrorGroup) -> tuple[str, ...]:
    spread = f"{count(item.fewest_comparisons)} to {count(item.most_comparisons)}"
    errors = (number(item.mean_se), number(item.least_se), number(item.largest_se))
    return item.group, str(item.essays), *errors, f"{spread}, mean {number(item.mean_comparisons, 1)}"


def wave_section(found: Waves | None) -> Section | None:
    """Return reliability wave by wave, None without a verdict."""
    if found is None:
        return None
    headings = (
        *("Wave" if found.told else "Part", "Verdicts", "An essay", "SSR", "G", "Posterior", "Mean SE"),
        *("Largest SE", "Largest change", "Tau-b with final"),
    )
    table = Table(
        "Reliability as verdicts came in", headings, [_wave(item) for item in found.waves], tuple(range(1, 10))
    )
    blocks: list[Block] = [Figure("Reliability and error as verdicts came in", lambda: wave_plot(found)), table]
    blocks.append(Words(WAVES_TOLD if found.told else f"{WAVES_CUT} {WAVES_TOLD}"))
    return Section("Reliability by wave", blocks)


def _wave(item: Wave) -> tuple[str, ...]:
    return (
        str(item.wave),
        str(item.verdicts),
        number(item.comparisons_per_essay, 1),
        number(item.ssr),
        number(item.separation, 2),
        number(item.posterior),
        number(item.mean_se),
        number(item.largest_se),
        "first" if item.largest_change is None else number(item.largest_change),
        number(item.tau_with_final),
    )


def graph_section(found: Graph | None) -> Section | None:
    """Return who was compared with whom, None where nothing was."""
    if found is None:
        return None
    rows = [
        ("Comparisons", str(found.comparisons)),
        ("Pairs compared", f"{found.pairs} of {found.possible} ({percent(found.pairs / found.possible)})"),
        ("Pairs compared more than once", str(found.repeated)),
        ("Comparisons an essay", f"{found.fewest} to {found.most}, mean {number(found.mean, 1)}"),
        (
            "Groups that never met",
            "none: all essays are tied together" if found.components == 1 else str(found.components),
        ),
    ]
    caption = "Who was compared with whom, in rank order: the darker, the more often"
    blocks: list[Block] = [
        Table("The comparison graph", ("Fact", "Value"), rows),
        Figure(caption, lambda: matrix(found)),
        _counts(found),
    ]
    return Section("Comparison graph", blocks)


def _counts(found: Graph) -> Table:
    """Return the matrix as a table: wins of the row among comparisons, or the counts of each bin with itself."""
    numbers = [str(at + 1) for at in range(len(found.bins))]
    if len(found.bins) <= COUNTED:
        rows = [
            (f"{numbers[at]} {item.label}", *(_won(found, at, to) for to in range(len(found.bins))))
            for at, item in enumerate(found.bins)
        ]
        caption = "Wins of the row among its comparisons with the column"
        return Table(caption, ("Essay", *numbers), rows, tuple(range(1, len(numbers) + 1)), folded=True)
    rows = []
    for at, item in enumerate(found.bins):
        near = sum(found.counts[at][to] for to in range(max(0, at - 1), min(len(found.bins), at + 2)))
        rows.append((item.label, str(sum(found.counts[at])), str(sum(found.wins[at])), str(near)))
    headings = ("Essays", "Comparisons", "Won", "With themselves and neighbours")
    return Table("Comparisons of each row", headings, rows, (1, 2, 3), folded=True)


def _won(found: Graph, row: int, column: int) -> str:
    met = found.counts[row][column]
    return f"{found.wins[row][column]}/{met}" if met else ""


def missing_section(missing: Missing, refit: Refit | None) -> Section:
    """Return what is missing, said also where nothing is."""
    expected = "not told" if missing.answers_expected is None else str(missing.answers_expected)
    rows = [
        ("Why the run is incomplete", missing.reason or "it is complete"),
        ("Essays that were not judged", ", ".join(missing.essays) or "none"),
        ("Answers that came in", f"{missing.answers}, expected {expected}"),
        ("Answers without a verdict", str(missing.failed)),
    ]
    if missing.results is not None and missing.completions is not None:
        rows.append(("Announcements", f"{missing.completions} completions, {missing.results} results"))
    if refit is not None:
        shown = f"score {number(refit.score, 6)}, SE {number(refit.standard_error, 6)} logits"
        rows.append(("Largest difference to cj-runner fit of these comparisons", shown))
    return Section("What is missing", [Table("Completeness", ("Fact", "Value"), rows)])


def cost_section(report: Report) -> Section:
    """Return what it cost, judge by judge."""
    cost = report.cost
    rows = [
        (item.provider, item.model, str(item.prompt_tokens), str(item.completion_tokens), money(item.usd))
        for item in cost.judges
    ]
    tokens_in = sum(item.prompt_tokens for item in cost.judges)
    tokens_out = sum(item.completion_tokens for item in cost.judges)
    rows.append(("all", "", str(tokens_in), str(tokens_out), money(cost.usd)))
    cap = "none" if cost.cap_usd is None else f"{cost.cap_usd:.2f} USD"
    words = Words(
        f"Money cap: {cap}. {money(cost.usd_an_essay)} an essay. Failed answers are paid for and counted."
    )
    headings = ("Provider", "Model", "Tokens in", "Tokens out", "Cost")
    return Section("Cost", [Table("Cost by judge", headings, rows, (2, 3, 4)), words])
