"""How far runs are is told to subscribers, once in a while, and never after the end.

Fed by the clock of the worker; feeds the webhooks. The row of a run is held meanwhile, so that its end, which
holds it too, comes before or after. Verdicts, which come in by the thousand, have no part in this.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, String, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.runner.runs.states import RunState
from app.runner.runs.store import FIELDS, Run, budget_of, run_of
from app.runner.tables import runs
from app.runner.webhooks import enqueue
from app.runner.webhooks.kinds import PROGRESS
from app.runner.webhooks.tables import subscriptions, told_progress

AT_ONCE = 200
UNDER_WAY = (RunState.RUNNING, RunState.FINISHING, RunState.CANCELLING)


async def tell(connection: AsyncConnection, every_s: float, now: datetime) -> int:
    """Enqueue the progress of runs that got on since it was told last, ``every_s`` seconds ago or more."""
    told = [run_of(row) for row in await connection.execute(_wanted(every_s, now))]
    for run in told:
        await enqueue.progress(connection, run, budget_of(run), now)
        await _remember(connection, run, now)
    return len(told)


def _wanted(every_s: float, now: datetime) -> Select[tuple[object, ...]]:
    last, listener = told_progress.c, subscriptions.c
    whose = or_(listener.run_id == runs.c.id, (listener.owner == runs.c.owner) & listener.run_id.is_(None))
    somebody_listens = select(listener.id).where(
        whose, listener.enabled, literal(PROGRESS, String) == any_(listener.events)
    )
    return (
        select(*FIELDS)
        .outerjoin(told_progress, last.run_id == runs.c.id)
        .where(runs.c.status.in_(UNDER_WAY), runs.c.comparisons_received > func.coalesce(last.received, 0))
        .where(or_(last.told_at.is_(None), last.told_at <= now - timedelta(seconds=every_s)))
        .where(somebody_listens.exists())
        .limit(AT_ONCE)
        .with_for_update(of=runs, skip_locked=True)
    )


async def _remember(connection: AsyncConnection, run: Run, now: datetime) -> None:
    values = {"told_at": now, "received": run.comparisons_received}
    fresh = insert(told_progress).values(run_id=run.id, **values)
    await connection.execute(fresh.on_conflict_do_update(index_elements=["run_id"], set_=values))
