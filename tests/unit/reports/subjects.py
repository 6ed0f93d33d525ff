"""Two small runs whose every number is known, and the files that their reports must equal.

Write the files anew: ``.venv/bin/python -m tests.unit.reports.subjects``, then read the difference.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from math import exp
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from app.contracts.grade_scales import SCALES
from app.runner.reports.compose import Subject, compose
from app.runner.reports.renderings import Form, rendering
from app.runner.reports.shapes.document import About, Missing, PromptShown, Report, Setting
from app.runner.results.answers import Answer, duels_of
from app.runner.results.scoresheet import ScoreRow, own_fit
from app.scoring.standard_errors import bt_quality_flags, bt_se_summary

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LEGACY = SCALES["eng5_np_legacy_9_step"]
GRADES = ("A", "A", "B", "B", "C+", "C-", "D+", "D-", "E+", "E-", "F+", "F+")
GOLDEN = Path(__file__).parents[2] / "data" / "reports"
WORDS = (
    "The argument is carried further and the examples are concrete.",
    "More varied vocabulary; fewer slips of tense.",
    "Both answer the task,\nbut this one keeps to a single thread.",
)
CENTRES = {grade: -2.8 + 0.7 * place for place, grade in enumerate(LEGACY.grades)}
BANDS = {grade: -2.45 + 0.7 * place for place, grade in enumerate(LEGACY.grades[1:])}


def verdicts(names: Sequence[str], seed: int = 5) -> list[Answer]:
    """Return every pair in both orders, the earlier better by half a logit a place; each fortieth answer fails."""
    draw = Random(seed)
    place = {name: at for at, name in enumerate(names)}
    found = []
    pairs = [*combinations(names, 2), *((b, a) for a, b in combinations(names, 2))]
    for number, (first, second) in enumerate(pairs, start=1):
        ahead = 0.5 * (place[second] - place[first]) + 0.2
        won = draw.random() < 1 / (1 + exp(-ahead))
        failed = number % 40 == 0
        found.append(
            Answer(
                sequence=number,
                first=first,
                second=second,
                winner=None if failed else "a" if won else "b",
                confidence=None if failed else float(1 + number % 5),
                justification=None if failed else WORDS[number % 3],
                error_code="TIMEOUT" if failed else None,
                provider="mock",
                model="latent",
                prompt_tokens=800,
                completion_tokens=50,
                cost_usd=0.001,
                waited=2.5,
                seconds=1.25 + 0.25 * (number % 4),
                wave=1 + (number - 1) * 4 // len(pairs),
            )
        )
    return found


def chances_of(score: float) -> dict[str, float]:
    """Return a probability of each grade that falls off with the distance from its band."""
    weights = {grade: exp(-((score - place) ** 2)) for grade, place in CENTRES.items()}
    total = sum(weights.values())
    return {grade: weight / total for grade, weight in weights.items() if weight / total > 0.005}


def rows_of(answers: Sequence[Answer], grades: Mapping[str, str]) -> list[ScoreRow]:
    """Return rows of our own fit; who has no grade is a student."""
    duels = duels_of(answers)
    scores = own_fit(duels)
    wins, losses = Counter(duel.winner for duel in duels), Counter(duel.loser for duel in duels)
    ranked = sorted(scores, key=lambda item: (-scores[item][0], item))
    rows = []
    for rank, item in enumerate(ranked, start=1):
        anchor = item in grades
        chances = {} if anchor else chances_of(scores[item][0])
        row = ScoreRow(
            essay_id=item,
            name=item,
            file_name=f"{item}.txt",
            is_anchor=anchor,
            expert_grade=grades.get(item),
            theta=scores[item][0],
            standard_error=scores[item][1],
            rank=rank,
            comparisons=wins[item] + losses[item],
            wins=wins[item],
            losses=losses[item],
            grade=None if anchor else max(chances, key=lambda grade: chances[grade], default=None),
            probabilities=chances,
            confidence=None if anchor or not chances else "LOW" if max(chances.values()) < 0.4 else "MID",
        )
        rows.append(row)
    return rows


def engine_of(answers: Sequence[Answer], rows: Sequence[ScoreRow], **calibration: Any) -> dict[str, Any]:
    """Return what our engine says of such a run."""
    groups = {
        "all": rows,
        "anchors": [r for r in rows if r.is_anchor],
        "students": [r for r in rows if not r.is_anchor],
    }
    succeeded = sum(item.winner is not None for item in answers)
    summaries = {
        name: bt_se_summary(
            np.array([row.standard_error for row in some], dtype=np.float64),
            np.array([row.comparisons for row in some], dtype=np.int64),
            succeeded,
        )
        for name, some in groups.items()
    }
    return {
        "design_policy": "nearest",
        "both_orders": True,
        "stop_rule": "precision",
        "waves": 4,
        "comparisons_asked": len(answers),
        "comparisons_succeeded": succeeded,
        "comparisons_failed": len(answers) - succeeded,
        "comparisons_retried": 0,
        "comparisons_given_up": 0,
        "swap_consistency": {"n": 64, "inconsistent": 16, "share": 0.75},
        "bt_se_summary": summaries["all"].as_fields(),
        "bt_quality_flags": bt_quality_flags(summaries["all"]).as_fields(),
        "calibration_info": {"bt_se_summary": {name: item.as_fields() for name, item in summaries.items()}}
        | calibration,
    }


def about(mode: str, **changes: Any) -> About:
    facts: dict[str, Any] = {
        "run_id": "run_019c0f6e5a1b7c3d8e4f5a6b7c8d9e0f",
        "batch_uuid": "00000000-0000-4000-8000-000000000007",
        "batch_label": "spring",
        "mode": mode,
        "status": "completed",
        "reason": None,
        "partial": False,
        "revision": 1,
        "revision_why": None,
        "grade_scale": LEGACY.id,
        "course_code": "ENG5",
        "language": "en",
        "scores_source": "engine",
        "runner_version": "0.1.0",
        "git_sha": None,
        "started_at": NOW,
        "finished_at": NOW,
    }
    return About(**(facts | changes))


def missing(answers: Sequence[Answer], **changes: Any) -> Missing:
    facts: dict[str, Any] = {
        "reason": None,
        "essays": (),
        "answers_expected": len(answers),
        "answers": len(answers),
        "failed": sum(item.winner is None for item in answers),
        "results": 1,
        "completions": 1,
    }
    return Missing(**(facts | changes))


PROMPTS = (
    PromptShown(
        role="system prompt", name="001_fair", sha256="5" * 64, text="Weigh both texts.\n```\nBe fair.\n```"
    ),
    PromptShown(role="judge rubric", name=None, sha256=None, text=None),
)
SETTINGS = (
    Setting(name="model", asked=None, effective="latent"),
    Setting(name="temperature", asked="0.0", effective=None),
)


def subject(kind: str, names: Sequence[str], grades: Mapping[str, str], **changes: Any) -> Subject:
    """Return a run over these essays, the best first; those with a grade are anchors."""
    answers = verdicts(names)
    students = [name for name in names if name not in grades]
    rows = rows_of(answers, grades)
    calibration = (
        {"grade_boundaries": BANDS, "grade_centers": CENTRES, "inverted_grades": [], "se_wide_for_bands": True}
        if students
        else {}
    )
    facts: dict[str, Any] = {
        "kind": kind,
        "title": f"{'Anchor alignment' if kind == 'alignment' else 'Assessment run'}: spring",
        "generated_at": NOW,
        "about": about("anchor-align-test" if kind == "alignment" else "execute"),
        "missing": missing(answers),
        "rows": rows,
        "answers": answers,
        "scale": LEGACY,
        "engine": engine_of(answers, rows, **calibration),
        "words": {name: 420 - 20 * at + (37 * at) % 50 for at, name in enumerate(names)},
        "stop_reason": "precision",
        "cost_cap": 2.0,
        "settings": SETTINGS,
        "prompts": PROMPTS,
    }
    return Subject(**(facts | changes))


ANCHORS = {f"anchor_{at:02d}": grade for at, grade in enumerate(GRADES, start=1)}


def alignment(**changes: Any) -> Subject:
    return subject("alignment", list(ANCHORS), ANCHORS, **changes)


def assessment(**changes: Any) -> Subject:
    names = [
        name for pair in zip(ANCHORS, (f"student_{at:02d}" for at in range(12)), strict=True) for name in pair
    ]
    return subject("assessment", names[:18], ANCHORS, **changes)


@cache
def alignment_report() -> Report:
    """Return the report of the usual alignment, made once."""
    return compose(alignment())


@cache
def assessment_report() -> Report:
    """Return the report of the usual assessment, made once."""
    return compose(assessment())


def golden() -> Iterator[tuple[str, Report]]:
    """Yield the reports that are kept, by the name of their files."""
    yield "alignment", alignment_report()
    yield "assessment", assessment_report()


def write() -> None:
    """Write the files anew."""
    for name, report in golden():
        for form in (Form.MARKDOWN, Form.JSON):
            (GOLDEN / f"{name}.{form}").write_bytes(rendering(report, form).body)


if __name__ == "__main__":
    write()
