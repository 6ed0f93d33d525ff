"""The sections about anchors: targets, metrics, each anchor, inversions with the judge's own words. PURE.

Fed by the numbers of the alignment; feeds ``whole`` and the command line's report.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.blocks import Block, Figure, Quotes, Section, Table, Words
from app.runner.reports.plots.scores import Point, score_plot
from app.runner.reports.shapes.alignment import Alignment, AnchorLine, Graded, Inversion, Kind, Target
from app.runner.reports.wording import NOT_COMPUTED, count, interval, number, percent, rank, span

CAUTION = (
    "Scores are in logits, centred at 0 over all essays of the run; an interval is score ± 1.96 SE. A rank with = "
    "is shared by anchors of the same score. Expected is the rank that the grade gives, anchors of one grade in "
    "the order of their scores; in brackets the ranks that the grade allows."
)
MEANING = (
    "Tau-a compares ranks with expected ranks, so that ties of grades cost nothing and it can reach 1; tau-b and "
    "rho compare ranks with the grades; the ceiling is the largest tau-a that any ranking can have against the "
    "plain grades. A/B regression counts anchors of the two top grades that rank below any anchor of a lower "
    "grade than those two."
)
UNEQUAL = (
    "The targets are meant for an alignment run. Here the anchors were judged among students, by pairs that were "
    "chosen for the students' sake: compare with alignment runs with care."
)
KINDS: dict[Kind, str] = {
    "majority": "majority: the worse grade won more often than not",
    "even": "even: won and lost equally often",
    "single": "single: the upset was outvoted",
}
SHORT: dict[Kind, str] = {"majority": "majority", "even": "even", "single": "single upset"}
RESULTS = {True: "met", False: "missed", None: NOT_COMPUTED}


def target_section(found: Alignment, *, among_students: bool = False) -> Section:
    """Return which targets are met; ``among_students``: whether the anchors were judged among students."""
    rows = [(item.name, target_value(item), item.wanted, RESULTS[item.met]) for item in found.targets]
    table = Table("Targets of agreement with the experts", ("Target", "Value", "Wanted", "Result"), rows, (1, 2))
    blocks: list[Block] = [table]
    if found.coverage.withheld is not None:
        blocks.append(Words(f"Agreement is not computed: {found.coverage.withheld}."))
    if among_students:
        blocks.append(Words(UNEQUAL))
    return Section("Targets", blocks)


def target_value(target: Target) -> str:
    """Return the value of a target as people read it."""
    return number(target.value) if target.key == "tau_a" else count(target.value)


def metric_section(found: Alignment, failed: int) -> Section:
    """Return the metrics; ``failed`` are answers without a verdict."""
    rows = metric_rows(found, failed)
    return Section(
        "Agreement with the experts",
        [Table("Metrics of agreement", ("Metric", "Value"), rows, (1,)), Words(MEANING)],
    )


def metric_rows(found: Alignment, failed: int) -> list[tuple[str, str]]:
    """Return the lines of metrics that every alignment report has."""
    covered = found.coverage
    return [
        ("Successful comparisons", str(found.comparisons)),
        ("Comparisons between two anchors", str(found.among_anchors)),
        ("Failed comparisons", str(failed)),
        ("Inverted pairs (at least one upset)", count(found.inverted_pairs)),
        ("Inverted pairs (by majority)", count(found.majority_inversions)),
        ("Inverted pairs (as often as not)", count(found.even_inversions)),
        ("Single upsets (outvoted)", count(found.single_upsets)),
        ("Zero-win anchors", _named(found.zero_wins)),
        ("Kendall's tau-a", number(found.tau_a)),
        ("Kendall's tau-b", number(found.tau_b)),
        ("Ceiling of tau-a against grades", number(found.tau_a_ceiling)),
        ("Spearman's rho against grades", number(found.spearman)),
        (f"A/B regression ({' and '.join(found.top_grades)})", _regressions(found)),
        ("Mean SE of the anchors", number(found.mean_error)),
        ("Anchors with a grade on the scale", f"{percent(covered.share)} ({covered.graded} of {covered.anchors})"),
    ]


def _named(items: Sequence[Graded]) -> str:
    return f"{len(items)}: {', '.join(map(graded, items))}" if items else "0"


def _regressions(found: Alignment) -> str:
    return NOT_COMPUTED if found.top_regressions is None else _named(found.top_regressed)


def graded(item: Graded) -> str:
    """Return an essay with its grade."""
    return f"{item.name} ({item.grade or 'no grade'})"


def anchor_section(found: Alignment) -> Section | None:
    """Return one line an anchor, in the order of the expected ranks, with a plot."""
    if not found.anchors:
        return None
    headings = (
        "Anchor",
        "Grade",
        "Score",
        "SE",
        "95% interval",
        "Rank",
        "Expected",
        "Wins",
        "Losses",
        "Win rate",
    )
    table = Table(
        "Anchors, best expert grade first",
        (*headings, "Source"),
        [_anchor(line) for line in found.anchors],
        (2, 3, 5, 6, 7, 8, 9),
    )
    points = [
        Point(line.name, line.grade or "?", line.score, line.low, line.high, "anchor")
        for line in sorted(found.anchors, key=lambda line: (line.rank, line.expected))
    ]
    figure = Figure("Scores of the anchors with 95% intervals, best score first", lambda: score_plot(points))
    return Section("Per-anchor results", [table, Words(CAUTION), figure])


def _anchor(line: AnchorLine) -> tuple[str, ...]:
    allowed = (
        "" if line.expected_first == line.expected_last else f" ({span(line.expected_first, line.expected_last)})"
    )
    return (
        line.name,
        line.grade or "UNKNOWN",
        number(line.score),
        number(line.standard_error, 2),
        interval(line.low, line.high),
        rank(line.rank, tied=line.tied),
        f"{line.expected}{allowed}",
        str(line.wins),
        str(line.losses),
        "never compared" if line.win_rate is None else percent(line.win_rate),
        line.file_name or "",
    )


def inversion_section(found: Alignment) -> Section | None:
    """Return the pairs in which the worse grade won, each with every verdict for it in full."""
    if not found.inversions:
        return None
    table = Table(
        "Pairs of anchors in which the worse grade won, best grade first",
        ("Higher grade", "Lower grade (winner)", "Upsets", "Kind", "Confidence"),
        [_inversion(item) for item in found.inversions],
        (2, 4),
    )
    quotes = Quotes(
        f"The judge's own words on {sum(item.upsets for item in found.inversions)} upsets, in full",
        [quote for item in found.inversions for quote in _quotes(item)],
    )
    kinds = [KINDS[kind] for kind in KINDS if any(item.kind == kind for item in found.inversions)]
    words = Words(f"Upsets: verdicts for the worse grade, of all comparisons of the pair. {'; '.join(kinds)}.")
    return Section("Direct inversions", [table, words, quotes])


def _inversion(item: Inversion) -> tuple[str, ...]:
    sure = [verdict.confidence for verdict in item.verdicts if verdict.confidence is not None]
    shown = ", ".join(f"{value:.1f}" for value in sure) or "none"
    return graded(item.better), graded(item.worse), f"{item.upsets} of {item.times}", SHORT[item.kind], shown


def _quotes(item: Inversion) -> Iterator[tuple[str, str]]:
    for verdict in item.verdicts:
        number_of = "" if verdict.sequence is None else f"Comparison {verdict.sequence}: "
        sure = "" if verdict.confidence is None else f", confidence {verdict.confidence:.1f}"
        yield (
            f"{number_of}{graded(item.worse)} over {graded(item.better)}{sure}",
            verdict.justification or "(no words)",
        )
