"""Agreement of people and a run as markdown: the answer, then where they differ and why. PURE.

Fed by the document of ``numbers.people``; feeds the API. Names and words are strangers' text: all is escaped.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.comparison_rows import counted, number, share
from app.runner.reports.markdown import cell, table
from app.runner.reports.shapes.comparison import EssayName
from app.runner.reports.shapes.people import DisputedPair, Estimate, RunAgreement

MOST_JUDGES = 50


def markdown(found: RunAgreement) -> str:
    """Return the agreement as markdown."""
    parts = [
        [f"# People and run: {cell(found.batch_label)}"],
        [f"**Run:** `{found.run_id}`, revision {found.revision}"],
        [cell(found.sentence)],
        [f"> {cell(note)}  " for note in found.notes],
        ["## Numbers", "", *table(("Measure", "Value"), number_rows(found), right=(1,))],
        _distances(found),
        _judges(found),
        _essays(found),
        _disputes(found),
        _unmatched(found),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def estimate(found: Estimate | None) -> str:
    """Return a coefficient with its interval and the pairs behind it."""
    if found is None:
        return "not estimable"
    if found.low is None or found.high is None:
        return f"{found.value:.3f} ({found.count} pairs, too few for an interval)"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f}; {found.count} pairs)"


def number_rows(found: RunAgreement) -> list[Sequence[str]]:
    """Return one row a measure."""
    counts, own, scales = found.counts, found.agreement, found.scales
    rows: list[Sequence[str]] = [
        ("Verdicts of people (ties among them)", f"{counts.verdicts} ({counts.ties})"),
        ("Undecided rows, left out", str(counts.undecided)),
        ("Rows with unknown essays, left out", str(counts.unmatched)),
        ("People", str(counts.judges)),
        ("Pairs judged by both", str(own.pairs)),
        ("Pairs of people that the run did not judge", str(counts.not_judged_by_run)),
        ("Tied pairs: by people, by the run", f"{own.tied_by_people}, {own.tied_by_run}"),
        ("Same winner, of the pairs both decided", share(own.raw)),
        ("Single verdicts of people with the run's majority", share(own.verdicts)),
        ("Cohen's kappa, quadratic weights", estimate(own.kappa)),
        ("Krippendorff's alpha, people and run", estimate(own.alpha)),
        ("Krippendorff's alpha, people alone", estimate(own.alpha_people)),
        ("The better grade won: by people", share(own.people_with_grades)),
        ("The better grade won: by the run", share(own.run_with_grades)),
    ]
    if scales is None:
        return [*rows, ("Scales", f"not compared: {found.no_scales}")]
    told = f"Pearson {number(scales.pearson)}, Spearman {number(scales.spearman)}, tau-b {number(scales.tau_b)}"
    return [*rows, (f"Scales over {scales.essays} essays", told)]


def distance_rows(found: RunAgreement) -> list[Sequence[str]]:
    """Return one row a distance of grades."""
    return [
        (
            "no grade" if row.distance is None else str(row.distance),
            str(row.pairs),
            share(row.agreement),
            share(row.people_with_grades),
            share(row.run_with_grades),
        )
        for row in found.by_distance
    ]


def judge_rows(found: RunAgreement) -> list[Sequence[str]]:
    """Return one row a person, at most fifty."""
    return [
        (row.judge, str(row.pairs), str(row.tied), share(row.with_run), share(row.with_people), number(row.kappa))
        for row in found.by_judge[:MOST_JUDGES]
    ]


DISTANCES = (
    "Steps between the grades",
    "Pairs",
    "Same winner",
    "Better grade won: people",
    "Better grade won: run",
)
JUDGES = ("Person", "Pairs", "Tied", "With the run", "With the other people", "Kappa with the run")
ESSAYS = ("Essay", "Grade", "People", "Run", "Difference, z")


def essay_rows(found: RunAgreement) -> list[Sequence[str]]:
    """Return one row an essay, those that differ most first."""
    return [
        (
            one.name,
            one.grade or "",
            f"{one.people:.2f}",
            f"{one.run:.2f}",
            f"{one.people - one.run:+.2f}, {one.z:+.1f}",
        )
        for one in found.essays
    ]


def _distances(found: RunAgreement) -> list[str]:
    rows = distance_rows(found)
    return ["## By distance of grades", "", *table(DISTANCES, rows, right=(0, 1))] if rows else []


def _judges(found: RunAgreement) -> list[str]:
    rows = judge_rows(found)
    if not rows:
        return []
    hidden = len(found.by_judge) - len(rows)
    more = ["", f"{hidden} more not shown."] if hidden else []
    return ["## By person", "", *table(JUDGES, rows, right=(1, 2, 5)), *more]


def _essays(found: RunAgreement) -> list[str]:
    rows = essay_rows(found)
    told = "Scores in logits, each scale centred over the essays that both compared."
    return ["## Essays that differ most", "", *table(ESSAYS, rows, right=(2, 3, 4)), "", told] if rows else []


def _disputes(found: RunAgreement) -> list[str]:
    if not found.disputes_total:
        return ["## Where they differ", "", "On no pair."]
    lines = ["## Where they differ", "", f"{counted(found.disputes_total, 'pair')} with another winner."]
    for place, one in enumerate(found.disputes, start=1):
        lines += ["", f"### {place}. {_named(one.first)} or {_named(one.second)}?", "", *_dispute(one)]
    hidden = found.disputes_total - len(found.disputes)
    return [*lines, "", f"{counted(hidden, 'more pair')} not shown."] if hidden > 0 else lines


def _named(essay: EssayName) -> str:
    return f"{cell(essay.name)} ({cell(essay.grade)})" if essay.grade else cell(essay.name)


def people_words(found: DisputedPair) -> str:
    """Return how people voted, and who."""
    tied = f", {found.people_tied} tied" if found.people_tied else ""
    names = [
        f"{', '.join(judges[:10])}{' …' if len(judges) > 10 else ''} for {essay.name}"
        for judges, essay in ((found.judges_for_first, found.first), (found.judges_for_second, found.second))
        if judges
    ]
    return f"{found.people_for_first} to {found.people_for_second}{tied} ({'; '.join(names)})"


def run_words(found: DisputedPair) -> str:
    """Return how the run voted, and with whom the experts' grades are."""
    experts = {"first": "; the grades are with people", "second": "; the grades are with the run"}
    times = found.run_for_first + found.run_for_second
    return f"{found.run_for_second} of {times}{experts.get(found.experts or '', '')}"


def _dispute(found: DisputedPair) -> Iterator[str]:
    yield f"- **People: {_named(found.first)}**, {cell(people_words(found))}"
    yield f"- **Run: {_named(found.second)}**, {cell(run_words(found))}"
    for one in found.verdicts:
        won = found.first if one.winner == "first" else found.second
        shown = found.first if one.shown_first == "first" else found.second
        sure = "" if one.confidence is None else f", confidence {one.confidence:g}"
        words = cell(one.justification or "(no justification)")
        yield f"  - for {cell(won.name)} ({cell(shown.name)} shown first{sure}): {words}"


def _unmatched(found: RunAgreement) -> list[str]:
    if not found.unmatched:
        return []
    rows = [(one.name, str(one.rows)) for one in found.unmatched]
    return ["## Essays that the run does not have", "", *table(("Name in the file", "Rows"), rows, right=(1,))]
