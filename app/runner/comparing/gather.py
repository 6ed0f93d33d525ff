"""Runs read back for a comparison: scores as their latest revision has them, and the answers behind them.

Fed by rows; feeds ``reports.numbers``. The words of judges are read afterwards, and only those that are shown, so
that runs of many verdicts are never held with all they say.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_events import AssessmentResult
from app.db.unit import Database
from app.errors import InvalidInput, NotReady
from app.runner.assets import store as packages
from app.runner.finish.collected import Which, announced
from app.runner.reports.numbers.judged import FIELD, JudgedRun
from app.runner.results.answers import Answer, answer, duels_of, noted
from app.runner.results.scoresheet import ScoreSheet, score_sheet
from app.runner.runs import essays
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import RunRequest
from app.runner.runs.store import Run
from app.runner.tables import comparisons, run_events

CHUNK = 5_000
REVISED = "run.artefact_revised"
_SHOWN = tuple(column for column in comparisons.c if column.name not in {"raw", "run_id", "justification"})


def check_size(runs: Sequence[Run], most: int) -> None:
    """Raise ``InvalidInput`` for more answers than can be held against each other at once."""
    answers = sum(run.comparisons_received + run.comparisons_late for run in runs)
    if answers > most:
        message = f"have {answers} answers together, and at most {most} are compared at once: name fewer runs"
        raise InvalidInput.at(FIELD, message)


def check_ended(runs: Sequence[Run]) -> None:
    """Raise ``NotReady`` naming the runs that go on."""
    going_on = [f"{run.id} is {run.status}" for run in runs if not run.is_final]
    if going_on:
        raise NotReady(f"{', '.join(going_on)}: runs are compared when they have ended")


async def judged(database: Database, run: Run) -> JudgedRun:
    """Return a run that ended, with its scores; raises ``InvalidInput`` for one that has none."""
    async with database.transaction() as connection:
        judged_essays = await essays.of_run(connection, run.id)
        told = await announced(connection, run.id)
        until = await _until(connection, run)
        package = await packages.get(connection, run.package_id)
        effective = await _effective(connection, run.id)
    answers = await _answers(database, Which(run.id, until))
    sheet = await asyncio.to_thread(_sheet, judged_essays, told.result, answers)
    if not sheet.rows:
        why = "" if run.status_reason is None else f" ({run.status_reason})"
        raise InvalidInput.at(FIELD, f"{run.id} ended as {run.status}{why} without any score")
    return JudgedRun(
        run_id=run.id,
        batch_label=run.batch_label,
        mode=run.mode,
        status=run.status,
        status_reason=run.status_reason,
        revision=run.revision,
        created_at=run.created_at,
        request=RunRequest.model_validate(run.spec),
        package_sha256=package.sha256,
        effective=effective,
        source=sheet.source,
        stop_reason=sheet.stop_reason,
        rows=sheet.rows,
        keys=keys_of(judged_essays, told.result),
        answers=answers,
    )


async def texts(database: Database, wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], str | None]:
    """Return the justifications of some answers by run id and number."""
    found: dict[tuple[str, int], str | None] = {}
    for run_id, numbers in wanted.items():
        ordered = sorted(numbers)
        for start in range(0, len(ordered), CHUNK):
            some = comparisons.c.sequence.in_(ordered[start : start + CHUNK])
            rows = select(comparisons.c.sequence, comparisons.c.justification)
            async with database.transaction() as connection:
                for row in await connection.execute(rows.where(comparisons.c.run_id == run_id, some)):
                    found[run_id, row.sequence] = row.justification
    return found


def keys_of(judged_essays: Sequence[RunEssay], result: AssessmentResult | None) -> dict[str, str]:
    """Return which essay each travelling id is, in any run: the hash of its text.

    Of essays with the same text in one run the name tells them apart; anchors that only the engine knows are told
    by their label.
    """
    often = Counter(essay.text_sha256 for essay in judged_essays)
    found = {
        essay.essay_id: essay.text_sha256 if often[essay.text_sha256] == 1 else f"{essay.text_sha256}/{essay.stem}"
        for essay in judged_essays
    }
    by_stem = {essay.stem: found[essay.essay_id] for essay in judged_essays if essay.role == "anchor"}
    known = None if result is None else result.assessment_metadata.get("anchors")
    for anchor in known if isinstance(known, list) else []:
        label = str(anchor.get("label"))
        found[str(anchor.get("id"))] = by_stem.get(label, f"label/{label}")
    return found


def _sheet(
    judged_essays: Sequence[RunEssay], result: AssessmentResult | None, answers: Sequence[Answer]
) -> ScoreSheet:
    return score_sheet(judged_essays, result, duels_of(answers))


async def _until(connection: AsyncConnection, run: Run) -> int | None:
    """Return the number of the last answer that the latest revision has; None for one without late answers.

    Numbers have no gaps, so that it is how many answers the revision counted.
    """
    if run.revision < 2:
        return None
    wanted = select(run_events.c.data).where(run_events.c.run_id == run.id, run_events.c.type == REVISED)
    data = (await connection.execute(wanted.order_by(run_events.c.number.desc()).limit(1))).scalar()
    counted = None if data is None else data.get("comparisons")
    return counted if isinstance(counted, int) else None


async def _effective(connection: AsyncConnection, run_id: str) -> Mapping[str, object]:
    first = select(comparisons.c.raw).where(comparisons.c.run_id == run_id).order_by(comparisons.c.sequence)
    raw = (await connection.execute(first.limit(1))).scalar()
    return {} if raw is None else noted(raw, settings=True).effective or {}


async def _answers(database: Database, which: Which) -> list[Answer]:
    found: list[Answer] = []
    last = 0
    while True:
        wanted = (
            select(*_SHOWN)
            .where(*which.conditions(), comparisons.c.sequence > last)
            .order_by(comparisons.c.sequence)
            .limit(CHUNK)
        )
        async with database.transaction() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        found.extend(answer(dict(row) | {"justification": None}, None) for row in rows)
        if len(rows) < CHUNK:
            return found
        last = found[-1].sequence
