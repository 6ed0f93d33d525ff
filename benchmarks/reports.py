"""What a report costs beside reading its verdicts and fitting them: of 12 anchors, and of 1,000 essays.

``python benchmarks/reports.py``. The floor is one fit of the same verdicts as ``cj-runner fit`` makes it, measured
in the same process right before: what the machine does besides slows both.
"""

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from app.runner.reports.compose import Subject, compose
from app.runner.reports.numbers.judging import fitted, judgements_of
from app.runner.reports.renderings import Form, rendering
from app.runner.results.answers import Answer
from tests.unit.reports.subjects import LEGACY, alignment, rows_of

SIZES = ((12, 0, 132), (100, 900, 20_000))
WAVES = 12
WORDS = "The argument is carried further, the examples are concrete, and the language is varied. " * 3
Result = TypeVar("Result")


def run(anchors: int, students: int, comparisons: int) -> Subject:
    """Return a run of so many essays and verdicts, drawn with a seed."""
    draw, size = np.random.default_rng(1), anchors + students
    names = [f"anchor_{at:04d}" for at in range(anchors)] + [f"student_{at:04d}" for at in range(students)]
    truth = np.concatenate([np.linspace(3, -3, anchors), draw.normal(0, 1.5, students)])
    first = draw.integers(0, size, comparisons)
    second = (first + draw.integers(1, size, comparisons)) % size
    won = draw.random(comparisons) < 1 / (1 + np.exp(truth[second] - truth[first]))
    answers = [
        Answer(
            sequence=at + 1,
            first=names[first[at]],
            second=names[second[at]],
            winner="a" if won[at] else "b",
            confidence=float(1 + at % 5),
            justification=WORDS,
            provider="mock",
            model="latent",
            waited=2.0,
            seconds=1.0,
            wave=1 + at * WAVES // comparisons,
        )
        for at in range(comparisons)
    ]
    grades = [LEGACY.grades[::-1][at * 9 // anchors] for at in range(anchors)]
    rows = rows_of(answers, dict(zip(names, grades, strict=False)))
    words = {name: 300 + len(name) + at % 200 for at, name in enumerate(names)}
    return replace(
        alignment(), kind="assessment" if students else "alignment", rows=rows, answers=answers, words=words
    )


def floor_of(subject: Subject) -> object:
    """Read the verdicts and fit them, with what belongs to a fit."""
    return fitted(judgements_of(subject.answers))


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    """Return the best of three in seconds, and what came of it."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        found = act()
        taken.append(time.perf_counter() - start)
    return min(taken), found


def main() -> None:
    """Print one line a size."""
    for anchors, students, comparisons in SIZES:
        subject = run(anchors, students, comparisons)
        floor, _ = timed(partial(floor_of, subject))
        numbers, report = timed(partial(compose, subject))
        print(f"{anchors + students} essays, {comparisons} comparisons: floor (one fit) {floor:.3f} s")
        print(f"  numbers {numbers:.3f} s, {numbers / floor:.1f} floors")
        for form in Form:
            spent, made = timed(partial(rendering, report, form))
            print(f"  {form} {spent:.3f} s, {spent / floor:.2f} floors, {len(made.body) / 1e6:.2f} MB")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
