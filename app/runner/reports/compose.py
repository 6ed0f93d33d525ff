"""From everything known of a run to its report: all numbers, once. PURE.

Fed by ``of_run`` and by the command line, which say whose report it is; feeds every rendering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.contracts.grade_scales import GradeScale
from app.runner.reports.numbers.alignment import align
from app.runner.reports.numbers.grading import students
from app.runner.reports.numbers.graph import graph
from app.runner.reports.numbers.judging import judge_quality
from app.runner.reports.numbers.told import course
from app.runner.reports.numbers.waves import waves
from app.runner.reports.shapes.document import (
    About,
    Cost,
    Essay,
    JudgeCost,
    Missing,
    PromptShown,
    Refit,
    Report,
    Setting,
)
from app.runner.reports.summary import sentences
from app.runner.results.answers import Answer, duels_of
from app.runner.results.scoresheet import ScoreRow, own_fit


@dataclass(frozen=True)
class Subject:
    """What a report is made of: ``rows`` in rank order, all ``answers``, the engine's facts, words by essay id."""

    kind: Literal["alignment", "assessment"]
    title: str
    generated_at: datetime
    about: About
    missing: Missing
    rows: Sequence[ScoreRow]
    answers: Sequence[Answer]
    scale: GradeScale
    engine: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    stop_reason: str | None = None
    cost_cap: float | None = None
    no_grades_because: str | None = None
    settings: Sequence[Setting] = ()
    prompts: Sequence[PromptShown] = ()


def compose(subject: Subject) -> Report:
    """Return the report; the same subject gives the same report."""
    rows, answers = subject.rows, subject.answers
    duels = duels_of(answers)
    report = Report(
        kind=subject.kind,
        title=subject.title,
        generated_at=subject.generated_at,
        about=subject.about,
        summary=(),
        missing=subject.missing,
        alignment=align(rows, duels, subject.scale),
        students=students(rows, subject.scale, subject.engine, subject.no_grades_because),
        essays=tuple(map(_essay, rows)),
        judge=judge_quality(answers, rows, subject.words, subject.scale),
        course=course(subject.engine, subject.stop_reason, graded=subject.kind == "assessment"),
        waves=waves(answers),
        graph=graph(rows, duels),
        refit=_refit(rows, subject.answers),
        cost=_cost(answers, subject.cost_cap, len(rows)),
        settings=tuple(subject.settings),
        prompts=tuple(subject.prompts),
    )
    return report.model_copy(update={"summary": tuple(sentences(report))})


def _essay(row: ScoreRow) -> Essay:
    low, high = row.interval
    return Essay(
        essay_id=row.essay_id,
        name=row.name,
        role="anchor" if row.is_anchor else "student",
        grade=row.expert_grade if row.is_anchor else row.grade,
        score=row.theta,
        standard_error=row.standard_error,
        low=low,
        high=high,
        rank=row.rank,
    )


def _refit(rows: Sequence[ScoreRow], answers: Sequence[Answer]) -> Refit | None:
    """Return how far the scores are from our own fit, over the essays that were compared."""
    own = own_fit(duels_of(answers))
    shared = [(row, own[row.essay_id]) for row in rows if row.essay_id in own]
    if not shared:
        return None
    return Refit(
        score=max(abs(row.theta - score) for row, (score, _) in shared),
        standard_error=max(abs(row.standard_error - error) for row, (_, error) in shared),
    )


def _cost(answers: Sequence[Answer], cap: float | None, essays: int) -> Cost:
    sums: dict[tuple[str, str], list[float]] = {}
    for item in answers:
        mine = sums.setdefault((item.provider, item.model), [0, 0, 0.0])
        mine[0] += item.prompt_tokens
        mine[1] += item.completion_tokens
        mine[2] += item.cost_usd
    total = sum(found[2] for found in sums.values())
    return Cost(
        usd=round(total, 6),
        cap_usd=cap,
        usd_an_essay=total / essays if essays else None,
        judges=tuple(
            JudgeCost(
                provider=provider,
                model=model,
                prompt_tokens=int(found[0]),
                completion_tokens=int(found[1]),
                usd=round(found[2], 6),
            )
            for (provider, model), found in sorted(sums.items())
        ),
    )
