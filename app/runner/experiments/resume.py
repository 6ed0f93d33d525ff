"""An experiment that ended short of its cells is taken up again: the cells that lack a result wait anew.

Fed by the API; feeds the worker. A cell that had a run gets a new one, which names the one before.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import Conflict, InvalidInput
from app.runner.experiments import cells, store
from app.runner.experiments.spec import ResumeRequest
from app.runner.experiments.states import RESUMABLE, UNFINISHED, CellState, ExperimentState
from app.runner.experiments.store import Experiment


async def resume(
    connection: AsyncConnection, experiment_id: str, wish: ResumeRequest, now: datetime
) -> Experiment:
    """Let an experiment go on, under a new cap and concurrency where the wish names them.

    Raises ``Conflict`` for one that goes on, or has all its results; ``InvalidInput`` for a cap that is spent.
    """
    experiment = await store.lock(connection, experiment_id)
    if experiment.status not in RESUMABLE:
        why = "every cell has its result" if experiment.is_over else "it goes on already"
        raise Conflict(f"the experiment is {experiment.status}: {why}")
    cap = experiment.max_cost_usd if wish.max_cost_usd is None else wish.max_cost_usd
    spent = (await cells.money(connection, experiment)).spent
    if cap <= spent:
        message = f"{spent:.6g} USD were spent already: give a cap above that"
        raise InvalidInput.at("max_cost_usd", message)
    told = [
        await cells.move(connection, experiment_id, cell, CellState.WAITING, ended_at=None)
        for cell in await cells.of(connection, experiment_id)
        if cell.state in UNFINISHED
    ]
    concurrency = wish.max_concurrency or experiment.max_concurrency
    data = {"max_cost_usd": cap, "max_concurrency": concurrency, "cells": len(told)}
    experiment = await store.note_all(connection, experiment, [("experiment.resumed", data), *told], now=now)
    return await store.move(
        connection,
        experiment,
        ExperimentState.RUNNING,
        now=now,
        max_cost_usd=cap,
        max_concurrency=concurrency,
        cancel_requested_at=None,
        due_at=now,
    )
