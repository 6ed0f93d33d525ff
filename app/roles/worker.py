"""The role of the runner's background worker: prepares runs, collects what comes back, ends them."""

import asyncio
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.leased import LeasedWork, Pace, Stage, Within
from app.db.unit import Database
from app.edge import health, probed
from app.edge.client_http import http_client
from app.edge.content_http import ContentStore
from app.edge.tokens import service_token
from app.messaging.consume import ConsumeLoop
from app.roles.clock import now
from app.roles.experiments import loops as experiment_loops
from app.roles.parts import Parts as Opened
from app.roles.parts import open_parts, serve, until_stopped
from app.roles.webhooks import loops as webhook_loops
from app.runner import attend
from app.runner.collect import announced, verdicts
from app.runner.experiments import listing as experiments
from app.runner.finish.conclude import finish
from app.runner.finish.write import Parts as FinishParts
from app.runner.names import NAMES
from app.runner.prepare import stages
from app.runner.prepare.assignments_http import Assignments
from app.runner.prepare.published import SaysWhatIsSent
from app.runner.prepare.recall import recall
from app.runner.recollect.ask import where_silent
from app.runner.recollect.batches_http import Batches
from app.runner.recollect.collect_missing import Parts as AskParts
from app.runner.runs import listing
from app.runner.runs.states import FINAL, RunState
from app.runner.runs.sweep import Parts as Sweeping
from app.runner.runs.sweep import sweep
from app.runner.tables import RUNS_CHANNEL, messages, runs
from app.settings import AuthSettings, Neighbours, RunnerSettings
from app.telemetry import tracing

log = structlog.get_logger(__name__)
SERVICE = "cj_runner_worker"
GROUP = "cj_runner"
GAUGE_PAUSE_S = 5.0
SILENCE_PAUSE_S = 5.0


async def run() -> None:
    """Work until stopped."""
    settings = RunnerSettings()
    async with open_parts(SERVICE) as opened:
        routes = [verdicts.route(now, settings), *announced.routes(now, settings)]
        consumer = opened.consumer(GROUP, [route.topic for route in routes])
        loop = ConsumeLoop(SERVICE, opened.database, messages, consumer, routes)
        work = await worker(opened, settings)
        checks = {"database": health.database_check(opened.database), "broker": opened.broker_check}
        app = probed.build(SERVICE, "CJ runner's worker", checks)
        await until_stopped(
            serve(app, settings.host, settings.worker_port),
            loop.run(limit=opened.kafka.fetch_max_records),
            work.run(await opened.wakeup(RUNS_CHANNEL)),
            await opened.relay(messages, SaysWhatIsSent),
            _keep_gauges(opened.database),
            _keep_sweeping(Sweeping(opened.database, settings, now)),
            _keep_asking_where_silent(opened.database, settings),
            *await webhook_loops(opened),
            *await experiment_loops(opened, settings),
        )


async def worker(opened: Opened, settings: RunnerSettings) -> LeasedWork:
    """Return the worker over runs: one step for each state that wants something done."""
    neighbours, auth = Neighbours(), AuthSettings()
    token = partial(service_token, auth, "cj-runner", now)
    cj = await opened.stack.enter_async_context(http_client("cj", timeout_s=neighbours.timeout_s))
    content = await opened.stack.enter_async_context(
        http_client("the content store", timeout_s=neighbours.timeout_s)
    )
    parts = stages.Parts(
        opened.database,
        Assignments(cj, neighbours.cj_url, token),
        ContentStore(content, neighbours.content_url, token if neighbours.content_access == "on" else None),
        settings,
        now,
    )
    ending = FinishParts(opened.database, settings, now)
    asking = AskParts(opened.database, Batches(cj, neighbours.cj_url, token), settings, now)
    waiting = partial(attend.waiting, asking, parts)
    by_state: dict[str, Stage] = {
        RunState.ACCEPTED: partial(stages.prepare, parts),
        RunState.PREPARING: partial(stages.prepare, parts),
        RunState.PUBLISHED: waiting,
        RunState.RUNNING: waiting,
        RunState.FINISHING: partial(attend.finishing, asking, ending),
        RunState.CANCELLING: partial(_cancel, parts, ending),
        **dict.fromkeys(FINAL, partial(attend.ended, asking, ending)),
    }
    pace = Pace(lease_s=settings.lease_s)
    broken = partial(stages.broken, parts)
    within = Within(tracing.stage("run"), "trace_context")
    return LeasedWork(opened.database, runs, by_state, broken, now, pace, told=NAMES, within=within)


async def _cancel(parts: stages.Parts, ending: FinishParts, run_id: str) -> None:
    """Tell cj that a run is cancelled, then end it, or look again when its last verdicts had their time."""
    await recall(parts, run_id)
    await finish(ending, run_id)


async def _keep_sweeping(parts: Sweeping) -> None:
    while True:
        try:
            await sweep(parts)
        except (DBAPIError, OSError) as error:
            log.warning("sweep_failed_will_retry", error=type(error).__name__)
        await asyncio.sleep(parts.settings.sweep_every_s)


async def _keep_asking_where_silent(database: Database, settings: RunnerSettings) -> None:
    while True:
        try:
            await where_silent(database, settings, now())
        except (DBAPIError, OSError) as error:
            log.warning("silence_unheard_will_retry", error=type(error).__name__)
        await asyncio.sleep(SILENCE_PAUSE_S)


async def _keep_gauges(database: Database) -> None:
    while True:
        try:
            async with database.transaction() as connection:
                await listing.count_by_state(connection)
                await experiments.count_by_state(connection)
        except (DBAPIError, OSError) as error:
            log.warning("gauges_failed_will_retry", error=type(error).__name__)
        await asyncio.sleep(GAUGE_PAUSE_S)
