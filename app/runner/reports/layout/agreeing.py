"""Agreement of people and a run laid out: the answer first, then where they differ, with the judge's words. PURE.

Fed by the document of ``numbers.people``; feeds markdown and the page.
"""

from collections.abc import Sequence

from app.runner.reports.blocks import Block, Layout, Quotes, Section, Table, Words
from app.runner.reports.layout.comparing_rows import share
from app.runner.reports.layout.quoting import named, quotes
from app.runner.reports.shapes.document import Sentence
from app.runner.reports.shapes.people import DisputedPair, Estimate, RunAgreement
from app.runner.reports.wording import counted, number

EXPERTS = {"first": "people", "second": "the run", "tied": "neither", None: "no grade"}
MOST_NAMED = 10


def agreement_layout(found: RunAgreement) -> Layout:
    """Return the agreement laid out."""
    notes = [Sentence(tone="plain", text=note) for note in found.notes]
    facts = [("Run", found.run_id), ("Revision", str(found.revision)), ("Verdicts", ", ".join(found.verdict_sets))]
    sections = [_numbers(found), _disputes(found), _essays(found), _distances(found), _judges(found)]
    return Layout(
        f"People and run: {found.batch_label}",
        [Sentence(tone="plain", text=found.sentence), *notes],
        [*facts, ("Seed and draws of the intervals", f"{found.seed}, {found.draws}")],
        [section for section in (*sections, _unmatched(found)) if section is not None],
    )


def estimate(found: Estimate | None) -> str:
    """Return a coefficient with its interval and the pairs behind it."""
    if found is None:
        return "not estimable"
    if found.low is None or found.high is None:
        return f"{number(found.value)} ({counted(found.count, 'pair')}, too few for an interval)"
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)}; {counted(found.count, 'pair')})"


def _numbers(found: RunAgreement) -> Section:
    counts, own, scales = found.counts, found.agreement, found.scales
    rows = [
        ("Verdicts of people (ties among them)", f"{counts.verdicts} ({counts.ties})"),
        ("Rows left out: undecided, unknown essay, one essay twice", _left_out(found)),
        ("People", str(counts.judges)),
        ("Pairs judged by both", str(own.pairs)),
        ("Pairs of people that the run did not judge", str(counts.not_judged_by_run)),
        ("Tied pairs: by people, by the run", f"{own.tied_by_people}, {own.tied_by_run}"),
        ("Same winner, of the pairs that both decided", share(own.raw)),
        ("Single verdicts of people with the run's majority", share(own.verdicts)),
        ("Cohen's kappa, quadratic weights", estimate(own.kappa)),
        ("Krippendorff's alpha, people and run", estimate(own.alpha)),
        ("Krippendorff's alpha, people alone", estimate(own.alpha_people)),
        ("The better grade won: by people", share(own.people_with_grades)),
        ("The better grade won: by the run", share(own.run_with_grades)),
    ]
    if scales is None:
        rows.append(("Scales", f"not compared: {found.no_scales}"))
    else:
        told = f"Pearson {number(scales.pearson)}, Spearman {number(scales.spearman)}"
        rows.append((f"Scales over {scales.essays} essays", f"{told}, tau-b {number(scales.tau_b)}"))
    words = (
        "Majorities decide on pairs. Intervals of shares are Wilson's, those of coefficients percentiles over "
        "draws of pairs; both are 95 %. A tie counts as half way between the two essays."
    )
    table = Table("How far people and run agree", ("Measure", "Value"), rows, (1,))
    return Section("Numbers", [table, Words(words)])


def _left_out(found: RunAgreement) -> str:
    return f"{found.counts.undecided}, {found.counts.unmatched}, {found.counts.same_essay}"


def _disputes(found: RunAgreement) -> Section:
    if not found.disputes_total:
        return Section("Where they differ", [Words("On no pair.")])
    if not found.disputes:
        return Section("Where they differ", [Words(f"On {counted(found.disputes_total, 'pair')}.")])
    headings = ("Number", "People prefer", "The run prefers", "Votes of people", "Votes of the run", "Grades with")
    rows = [_dispute(place, one) for place, one in enumerate(found.disputes, start=1)]
    words = [
        quote
        for place, one in enumerate(found.disputes, start=1)
        for quote in quotes(str(place), one.first, one.second, one.verdicts)
    ]
    blocks: list[Block] = [
        Table("Pairs with another winner, the clearest first", headings, rows, (0,)),
        Quotes("The run's own words on these pairs, in full", words),
    ]
    hidden = found.disputes_total - len(found.disputes)
    if hidden > 0:
        blocks.append(Words(f"{counted(hidden, 'more pair')} not shown."))
    return Section("Where they differ", blocks)


def _dispute(place: int, one: DisputedPair) -> Sequence[str]:
    tied = f", {one.people_tied} tied" if one.people_tied else ""
    sides = [
        f"{', '.join(judges[:MOST_NAMED])}{' …' if len(judges) > MOST_NAMED else ''} for {essay.name}"
        for judges, essay in ((one.judges_for_first, one.first), (one.judges_for_second, one.second))
        if judges
    ]
    people = f"{one.people_for_first} to {one.people_for_second}{tied} ({'; '.join(sides)})"
    run = f"{one.run_for_second} of {one.run_for_first + one.run_for_second}"
    return (str(place), named(one.first), named(one.second), people, run, EXPERTS[one.experts])


def _essays(found: RunAgreement) -> Section | None:
    rows = [
        (named(one), number(one.people, 2), number(one.run, 2), f"{one.people - one.run:+.2f}", f"{one.z:+.1f}")
        for one in found.essays
    ]
    if not rows:
        return None
    headings = ("Essay", "By people", "By the run", "Difference", "z")
    told = Words("Scores in logits, each scale centred over the essays that both compared.")
    return Section("Essays that differ most", [Table("Scores by both", headings, rows, (1, 2, 3, 4)), told])


def _distances(found: RunAgreement) -> Section | None:
    rows = [
        (
            "no grade" if row.distance is None else str(row.distance),
            str(row.pairs),
            share(row.agreement),
            share(row.people_with_grades),
            share(row.run_with_grades),
        )
        for row in found.by_distance
    ]
    if not rows:
        return None
    headings = ("Steps", "Pairs", "Same winner", "Better grade won: people", "Better grade won: run")
    return Section("By distance of grades", [Table("Pairs by steps between their grades", headings, rows, (1,))])


def _judges(found: RunAgreement) -> Section | None:
    rows = [
        (row.judge, str(row.pairs), str(row.tied), share(row.with_run), share(row.with_people), number(row.kappa))
        for row in found.by_judge
    ]
    if not rows:
        return None
    headings = ("Person", "Pairs", "Tied", "With the run", "With the other people", "Kappa with the run")
    return Section("By person", [Table("Each person", headings, rows, (1, 2, 5))])


def _unmatched(found: RunAgreement) -> Section | None:
    rows = [(one.name, str(one.rows)) for one in found.unmatched]
    if not rows:
        return None
    table = Table("Names in the files that no essay of the run has", ("Name", "Rows"), rows, (1,))
    return Section("Essays that the run does not have", [table])
