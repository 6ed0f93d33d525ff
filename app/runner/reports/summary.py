"""The first lines of a report: what a reader who reads nothing else must know, in sentences. PURE.

Fed by the numbers of a report; feeds every rendering, so that all of them say the same.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.boundary_sentences import of_boundaries
from app.runner.reports.shapes.alignment import Alignment, Target
from app.runner.reports.shapes.document import Report, Sentence, Setting
from app.runner.reports.shapes.judge import JudgeQuality
from app.runner.reports.shapes.students import Students

MOST_NAMED = 8
CLEAR = 1.96
ALIKE_ENOUGH, COIN_TRIADS = 0.8, 0.1
SAME = 1e-4


def sentences(report: Report) -> Iterator[Sentence]:
    """Yield the sentences, the answer to the reader's first question first."""
    if report.missing.reason is not None:
        yield _bad(f"Incomplete: {report.missing.reason}. The numbers rest on what came in.")
    if report.boundary is not None:
        yield from of_boundaries(report.boundary)
        yield from _of_temperature(report.settings)
        yield _plain(_spending(report))
        return
    if report.students is not None:
        yield from _grades(report.students)
    if report.kind == "alignment" or report.alignment.coverage.anchors:
        yield from _agreement(report.alignment)
    yield from _essays_missing(report)
    if report.judge is not None:
        yield from _judging(report.judge)
    yield from _warnings(report)
    yield _plain(_spending(report))


def _of_temperature(settings: Sequence[Setting]) -> Iterator[Sentence]:
    """Say where repetitions say less than they seem to."""
    used = next((item.effective or item.asked for item in settings if item.name == "temperature"), None)
    if used in {"0", "0.0"}:
        yield _plain(
            "The judge was asked with temperature 0: it repeats itself, so that repetitions say little "
            "of how sure it is."
        )


def _good(text: str) -> Sentence:
    return Sentence(tone="good", text=text)


def _bad(text: str) -> Sentence:
    return Sentence(tone="bad", text=text)


def _plain(text: str) -> Sentence:
    return Sentence(tone="plain", text=text)


def _grades(students: Students) -> Iterator[Sentence]:
    number = len(students.lines)
    graded = sum(item.count for item in students.by_grade)
    if not graded:
        why = f": {students.no_grades_because}" if students.no_grades_because else ""
        yield _bad(f"None of the {_essays(number)} has a grade{why}. Ranks and scores are there.")
        return
    fell = ", ".join(f"{item.name}: {item.count}" for item in students.by_grade)
    yield _plain(f"{graded} of {number} essays have a projected grade ({fell}).")
    if students.unsure:
        yield _bad(
            f"{len(students.unsure)} of these grades are unsure (low confidence, or a probability below 50%); "
            f"read these essays yourself: {_named(students.unsure)}."
        )
    else:
        yield _good("Every grade has a probability of at least 50% and no low confidence.")


def _agreement(found: Alignment) -> Iterator[Sentence]:
    withheld = found.coverage.withheld
    if withheld is not None:
        yield Sentence(tone="unknown", text=f"Nothing is said about agreement with the experts: {withheld}.")
        return
    missed, number = found.missed, sum(target.met is not None for target in found.targets)
    if missed:
        named = "; ".join(map(_missed, missed))
        yield _bad(f"{len(missed)} of {number} targets of agreement with the experts missed: {named}.")
    else:
        yield _good(f"All {number} targets of agreement with the experts are met.")
    tau = "not estimable" if found.tau_a is None else f"{found.tau_a:.3f}"
    majority, every = found.majority_inversions or 0, found.inverted_pairs or 0
    more = f", in {every - majority} more at least once" if every > majority else ""
    yield _plain(
        f"Over {found.coverage.anchors} anchors Kendall's tau-a is {tau} (1 is the experts' order, 0 is chance); "
        f"in {_pairs(majority)} of anchors the worse grade won by majority{more}."
    )


def _missed(target: Target) -> str:
    value = target.value
    shown = "not computed" if value is None else f"{value:.3f}" if target.key == "tau_a" else f"{value:.0f}"
    return f"{target.name} {shown}, wanted {target.wanted}"


def _essays_missing(report: Report) -> Iterator[Sentence]:
    if report.missing.essays:
        number = len(report.missing.essays)
        yield _bad(f"Not judged: {_essays(number)}: {_named(report.missing.essays)}.")
    never = report.alignment.coverage.never_compared
    if never:
        yield _bad(f"Never compared, so without a place on the scale: {_named(never)}.")


def _judging(judge: JudgeQuality) -> Iterator[Sentence]:
    effect, swaps, invalid = judge.order_effect, judge.swap_consistency, judge.invalid
    if effect is not None and abs(effect.estimate) > CLEAR * effect.se:
        side = "first" if effect.estimate > 0 else "second"
        yield _bad(
            f"The judge favours the essay shown {side} ({effect.estimate:+.2f} logits, SE {effect.se:.2f}): "
            "ask each pair in both orders."
        )
    if swaps is not None and swaps.share < ALIKE_ENOUGH:
        yield _bad(
            f"Asked in both orders, the judge kept to its verdict in {swaps.share:.0%} of {swaps.count:.0f} pairs."
        )
    if judge.triads.share is not None and judge.triads.share > COIN_TRIADS:
        yield _bad(
            f"{judge.triads.share:.0%} of the triads are cycles (a coin: 25%): the verdicts contradict each other."
        )
    if judge.reliability.judge_is_informative is False:
        yield _bad("The scores do not foretell unseen verdicts better than a coin does.")
    if invalid.failed:
        yield _plain(f"{invalid.failed} of {invalid.answers} answers had no verdict.")


def _warnings(report: Report) -> Iterator[Sentence]:
    if report.judge is not None and report.judge.reliability.components > 1:
        yield _bad(
            f"The comparisons fall apart into {report.judge.reliability.components} groups that never met: "
            "scores of different groups cannot be compared."
        )
    for flag in report.course.flags:
        if flag.raised:
            yield _plain(f"Flag {flag.name}: {flag.meaning}")
    if report.refit is not None and report.refit.score > SAME and report.missing.reason is None:
        yield _plain(
            "The engine's scores differ from a fit of the listed comparisons "
            f"by up to {report.refit.score:.3f} logits."
        )


def _spending(report: Report) -> str:
    answers, verdicts = report.missing.answers, report.missing.answers - report.missing.failed
    cap = "" if report.cost.cap_usd is None else f" of at most {report.cost.cap_usd:.2f}"
    stop = report.course.stopped_because
    return (
        f"{verdicts} verdicts from {answers} answers for {report.cost.usd:.4f} USD{cap}; asking stopped: {stop}."
    )


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _pairs(number: int) -> str:
    return f"{number} pair{'' if number == 1 else 's'}"


def _essays(number: int) -> str:
    return f"{number} essay{'' if number == 1 else 's'}"
