"""The report of a run that ended, made anew from what is stored of it; nothing is asked and nothing is written.

Fed by the rows that ``collect`` wrote; feeds the API: for runs whose report was not written in a form, and for
whoever wants what came in since.
"""

import asyncio
from dataclasses import replace

from app.errors import NotFound
from app.runner.assets import store as packages
from app.runner.finish.collected import Which, announced, raw_verdicts, seen, verdicts
from app.runner.finish.readiness import Outcome, contents
from app.runner.finish.write import Collected, Material, Parts, facts_of
from app.runner.reports.of_run import report_of
from app.runner.reports.shapes.document import Report
from app.runner.results.answers import Noted, answer, in_force, noted
from app.runner.results.document import Revision
from app.runner.runs import essays
from app.runner.runs.states import RunState
from app.runner.runs.store import Run

EVERYTHING = 2**31 - 1
ANEW = "made anew of all that is stored, answers that came after the end too"


async def report_again(parts: Parts, run: Run, *, everything: bool) -> Report:
    """Return the report of a run that ended: of its latest revision, or of ``everything`` that came in.

    Raises ``NotFound`` for a run without any answer of a judge.
    """
    until = EVERYTHING if everything or run.revision > 1 else None
    found = await _collected(parts, Which(run.id, until))
    if not found.answers:
        raise NotFound(f"the run has no report: no judge answered (it ended as {run.status})")
    material = await _material(parts, run, found, everything=everything)
    return await asyncio.to_thread(
        lambda: report_of(facts_of(material, found.answers, found.costs, parts.settings.git_sha), found.answers)
    )


async def _collected(parts: Parts, which: Which) -> Collected:
    found = Collected()
    notes, echoed = dict[int, Noted](), False
    async for row in raw_verdicts(parts.database, which):
        note = notes[row["sequence"]] = noted(row["raw"], settings=not echoed)
        echoed = echoed or note.echoed
    async for row in verdicts(parts.database, which):
        found.answers.append(answer(row, notes.get(row["sequence"])))
        found.costs.add(row)
    found.costs.effective = in_force(notes.values())
    return found


async def _material(parts: Parts, run: Run, found: Collected, *, everything: bool) -> Material:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        told = await announced(connection, run.id)
        stock = await packages.load(connection, run.package_id)
        judged = await essays.of_run(connection, run.id)
    outcome = Outcome(run.status, run.status_reason, run.status_detail)
    if everything or run.revision > 1:
        by_now = contents(seen(replace(run, comparisons_received=len(found.answers)), told, now))
        taken_back = run.status is RunState.CANCELLED and by_now.state is not RunState.COMPLETED
        outcome = outcome if taken_back else by_now
    why = ANEW if everything else None
    revision = Revision(max(1, run.revision), why=why, until=EVERYTHING if everything else None)
    return Material(run, told, outcome, stock, judged, now, revision)
