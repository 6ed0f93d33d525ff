"""What the worker does with a run that waits, ends or has ended, in the order in which it has to be done.

Fed by the worker with runs that are due; first cj is asked what it has, if that is wanted, so that what it tells
counts for what comes after.
"""

from app.errors import Gone, NotFound
from app.runner.finish.conclude import finish, is_lacking
from app.runner.finish.revise import revise
from app.runner.finish.write import Parts as FinishParts
from app.runner.prepare import stages
from app.runner.recollect.ask import at_deadline, before_a_lesser_end
from app.runner.recollect.collect_missing import Parts as AskParts
from app.runner.recollect.collect_missing import collect_missing, rests
from app.runner.runs.sweep import remove_files


async def waiting(asking: AskParts, parts: stages.Parts, run_id: str) -> None:
    """Ask cj about a published run, if that is wanted or its deadline is here; then end it if it is over."""
    await at_deadline(asking.database, run_id, asking.settings, asking.clock())
    await collect_missing(asking, run_id)
    await stages.out_of_time(parts, run_id)


async def finishing(asking: AskParts, ending: FinishParts, run_id: str) -> None:
    """Ask cj about a run that ends, if that is wanted or something is missing; then end it, or look later."""
    if await is_lacking(ending, run_id):
        await before_a_lesser_end(asking.database, run_id, asking.settings, asking.clock())
    await collect_missing(asking, run_id)
    if not await rests(asking, run_id):
        await finish(ending, run_id)


async def ended(asking: AskParts, ending: FinishParts, run_id: str) -> None:
    """Ask cj about a run that ended, if that is wanted; then write its artefact anew if it lacks something."""
    try:
        await collect_missing(asking, run_id)
        await revise(ending, run_id)
    except (NotFound, Gone):  # deleted meanwhile, perhaps while its files were written
        await remove_files(ending.database, ending.settings.files_dir, run_id, ending.clock())
