"""The role of the CJ engine: requests and verdicts in, waves of comparisons out, results published."""

from functools import partial
from typing import Any

from app.cj import collect, finish, intake, missing, observe, prepare, send, waves, withdraw
from app.cj.api.app import build
from app.cj.gateway_http import Gateway
from app.cj.names import NAMES
from app.cj.parts import Parts
from app.cj.states import FINAL, BatchState
from app.cj.tables import BATCHES_CHANNEL, batches, messages
from app.db.leased import LeasedWork, Pace, Stage, Within
from app.edge.client_http import http_client
from app.edge.content_http import ContentStore
from app.edge.tokens import can_make_tokens, service_token
from app.messaging.consume import ConsumeLoop, Route
from app.roles.clock import now
from app.roles.parts import Parts as Opened
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import AuthSettings, CJHttpSettings, CJSettings, Neighbours
from app.telemetry import tracing


async def run() -> None:
    """Work until stopped."""
    settings, neighbours, auth, http = CJSettings(), Neighbours(), AuthSettings(), CJHttpSettings()
    token = partial(service_token, auth, finish.SERVICE, now) if can_make_tokens(auth) else None
    to_content = partial(service_token, auth, finish.SERVICE, now) if neighbours.content_access == "on" else None
    async with open_parts(finish.SERVICE) as opened:
        content = http_client("the content store", timeout_s=neighbours.timeout_s)
        gateway = http_client("the gateway", timeout_s=max(60.0, neighbours.timeout_s))
        parts = Parts(
            opened.database,
            ContentStore(await opened.stack.enter_async_context(content), neighbours.content_url, to_content),
            Gateway(await opened.stack.enter_async_context(gateway), neighbours.gateway_url, token),
            settings,
            settings.system_prompt_file.read_text(encoding="utf-8").strip(),
            now,
        )
        routes: list[Route[Any]] = [intake.route(settings, now), collect.route(now)]
        consumer = opened.consumer(settings.consumer_group_id_cj, [route.topic for route in routes])
        loop = ConsumeLoop(finish.SERVICE, opened.database, messages, consumer, routes)
        api = build(parts, auth, await opened.key_set(auth), http, {"broker": opened.broker_check})
        await until_stopped(
            serve(api, settings.host, settings.http_port, http),
            loop.run(limit=opened.kafka.fetch_max_records),
            worker(opened, parts).run(await opened.wakeup(BATCHES_CHANNEL)),
            await opened.relay(messages),
            observe.run(opened.database, now, settings),
        )


def worker(opened: Opened, parts: Parts) -> LeasedWork:
    """Return the worker over batches: one step for each state; ended batches take back what they left open."""
    stages: dict[str, Stage] = {
        BatchState.RECEIVED: partial(prepare.prepare, parts),
        BatchState.SENDING: partial(send.send, parts),
        BatchState.WAITING: partial(missing.look_for, parts),
        BatchState.SCORING: partial(waves.score, parts),
        **dict.fromkeys(FINAL, partial(withdraw.withdraw, parts)),
    }
    within = Within(tracing.stage("cj batch"), "trace_context")
    broken = partial(finish.broken, parts)
    pace = Pace(lease_s=parts.settings.lease_s)
    return LeasedWork(opened.database, batches, stages, broken, now, pace, told=NAMES, within=within)
