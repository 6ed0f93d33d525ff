"""Small runs as comparisons see them, written down verdict by verdict."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.runner.reports.numbers.judged import JudgedRun
from app.runner.results.answers import Answer, duels_of
from app.runner.results.scoresheet import ScoreRow, score_sheet
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState

GRADES = {"ant": "A", "bee": "B", "cat": "C+", "dog": "C-", "eel": "D+", "fox": "E-"}
"""Six anchors, best first, each with a grade of its own on the usual scale."""
Won = tuple[str, str]
"""Winner and loser; the winner is shown first in every second verdict."""


def essays_of(grades: Mapping[str, str], run_id: str, students: Sequence[str] = ()) -> list[RunEssay]:
    return [
        RunEssay(
            essay_id=f"{name}_{run_id}",
            position=place,
            role="student" if name in students else "anchor",
            artefact_id=name.upper(),
            stem=name,
            file_name=f"{name}.txt",
            source_path=f"anchor_essays/{name}.txt",
            checksum="0" * 64,
            text_sha256=f"text of {name}",
            grade=grade or None,
            storage_id="s",
        )
        for place, (name, grade) in enumerate(grades.items())
    ]


def answers_of(wins: Sequence[Won], run_id: str) -> list[Answer]:
    found = []
    for number, (winner, loser) in enumerate(wins, start=1):
        first, second = (winner, loser) if number % 2 else (loser, winner)
        answer = Answer(
            sequence=number,
            first=f"{first}_{run_id}",
            second=f"{second}_{run_id}",
            winner="a" if number % 2 else "b",
            confidence=3.0,
            provider="mock",
            model="latent",
            prompt_tokens=100,
            completion_tokens=10,
            cost_usd=0.001,
            waited=1.0 + number % 3,
        )
        found.append(answer)
    return found


def judged_run(run_id: str, wins: Sequence[Won], grades: Mapping[str, str] = GRADES, **changes: Any) -> JudgedRun:
    essays = essays_of(grades, run_id, changes.pop("students", ()))
    answers = answers_of(wins, run_id) + changes.pop("more_answers", [])
    sheet = score_sheet(essays, None, duels_of(answers))
    values: dict[str, Any] = {
        "run_id": run_id,
        "batch_label": f"label {run_id}",
        "mode": Mode.ANCHOR_ALIGN_TEST,
        "status": RunState.COMPLETED,
        "status_reason": None,
        "revision": 1,
        "created_at": datetime(2026, 1, 2, tzinfo=UTC),
        "request": request(**changes.pop("request", {})),
        "package_sha256": "a" * 64,
        "effective": {"provider_override": "mock"},
        "source": sheet.source,
        "stop_reason": "cap",
        "rows": list[ScoreRow](sheet.rows),
        "keys": {essay.essay_id: essay.text_sha256 for essay in essays},
        "answers": answers,
    }
    return JudgedRun(**(values | changes))


def request(**changes: Any) -> RunRequest:
    body: dict[str, Any] = {
        "mode": "anchor-align-test",
        "batch_label": "any",
        "assets": {"package_id": "pkg_1"},
        "llm": {
            "provider": "mock",
            "model": "latent",
            "rubric": {"name": "one", "text": "Weigh content.\nBe fair."},
        },
    }
    return RunRequest.model_validate(body | changes)


def round_robin(order: str | Sequence[str], times: int = 1, upsets: Sequence[Won] = ()) -> list[Won]:
    """Return all pairs ``times`` times, the earlier of the order winning, but for the upsets (winner, loser)."""
    names = order.split() if isinstance(order, str) else list(order)
    turned = {frozenset(pair): pair for pair in upsets}
    pairs = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    return [turned.get(frozenset(pair), pair) for _ in range(times) for pair in pairs]


BEST_FIRST = "ant bee cat dog eel fox"
