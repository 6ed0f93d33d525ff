"""The metrics of one run, from what the database has of it.

Fed by runs that ended; feeds the cells. The numbers are those of the alignment report.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.contracts.grade_scales import SCALES
from app.db.unit import Database
from app.runner.experiments.measures import Measured
from app.runner.finish.collected import Which, announced, verdicts
from app.runner.reports.numbers.alignment import align
from app.runner.reports.shapes.alignment import Alignment
from app.runner.results.scoresheet import Duel, ScoreSheet, score_sheet
from app.runner.runs import essays, store
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import comparisons


@dataclass(frozen=True)
class _Material:
    run: Run
    sheet: ScoreSheet
    duels: Sequence[Duel]
    latency_s: float | None


async def measured(database: Database, run_id: str) -> Measured:
    """Return the metrics of a run that ended; raises ``NotFound`` and ``Gone``."""
    spent = func.extract("epoch", comparisons.c.completed_at - comparisons.c.requested_at)
    async with database.transaction() as connection:
        run = await store.get(connection, run_id)
        judged = await essays.of_run(connection, run_id)
        told = await announced(connection, run_id)
        latency = (
            await connection.execute(
                select(func.avg(spent)).where(comparisons.c.run_id == run_id, comparisons.c.winner.is_not(None))
            )
        ).scalar_one()
    duels = [
        Duel(row[f"essay_{winner}_id"], row[f"essay_{'b' if winner == 'a' else 'a'}_id"], None, None)
        async for row in verdicts(database, Which(run_id))
        if (winner := row["winner"]) is not None
    ]
    sheet = await asyncio.to_thread(score_sheet, judged, told.result, duels)
    material = _Material(run, sheet, duels, None if latency is None else float(latency))
    return await asyncio.to_thread(_measured, material)


def _measured(material: _Material) -> Measured:
    run, scale = material.run, SCALES[RunRequest.model_validate(material.run.spec).grade_scale]
    found = align(material.sheet.rows, material.duels, scale)
    ended = run.finished_at or run.updated_at
    return Measured(
        **_agreement(found),
        comparisons=len(material.duels),
        comparisons_failed=run.comparisons_failed,
        latency_ms=None if material.latency_s is None else round(1000 * material.latency_s, 1),
        duration_s=round((ended - run.created_at).total_seconds(), 3),
        cost_usd=round(run.cost_usd, 6),
        stop_reason=material.sheet.stop_reason,
        partial=run.status is not RunState.COMPLETED,
    )


def _agreement(found: Alignment) -> dict[str, float | int | None]:
    targets = [target.met for target in found.targets if target.met is not None]
    return {
        "tau_a": found.tau_a,
        "tau_b": found.tau_b,
        "spearman": found.spearman,
        "inversions": found.majority_inversions,
        "zero_wins": len(found.zero_wins),
        "top_regressions": found.top_regressions,
        "targets_met": sum(targets),
        "targets": len(targets),
        "mean_se": found.mean_error,
        "coverage": found.coverage.share,
    }
