"""The role of the LLM gateway: takes comparisons in, asks judges, publishes verdicts."""

from collections.abc import Mapping

from app.contracts.llm_http import PROVIDERS
from app.contracts.topics import ALL
from app.db.unit import Database
from app.gateway.api import mock_mode
from app.gateway.api.app import build
from app.gateway.callbacks import SERVICE
from app.gateway.jobs import Jobs
from app.gateway.mock_mode import MockMode
from app.gateway.money import PriceTable
from app.gateway.parts import Parts
from app.gateway.providers.base import Judge
from app.gateway.providers.mock import PRICE_PER_TOKEN, MockJudge
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import JOBS_CHANNEL, MOCK_MODE_CHANNEL, QUEUE_CHANNEL, messages
from app.gateway.work import Worker
from app.messaging.kafka import ensure_topics
from app.roles.clock import now
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import AuthSettings, GatewaySettings


def judges(settings: GatewaySettings, mode: MockMode) -> dict[str, Judge]:
    """Return the judges that are set up, by provider; the mock alone, for all of them, where it is to stand in."""
    if settings.use_mock_llm:
        stand_in = MockJudge(settings, mode.current, any_model=True)
        return dict.fromkeys(PROVIDERS, stand_in)
    mock = {"mock": MockJudge(settings, mode.current)} if settings.allow_mock_provider else {}
    return {**mock, "replay": ReplayJudge(settings)}


def batch_judges(settings: GatewaySettings, available: Mapping[str, Judge]) -> dict[str, InProcessBatches]:
    """Return the batch interfaces, by provider: one over each mock."""
    mocks = {name: judge for name, judge in available.items() if isinstance(judge, MockJudge)}
    return {name: InProcessBatches(judge, now, settings.mock_batch_latency_s) for name, judge in mocks.items()}


def assemble(database: Database, settings: GatewaySettings, auth: AuthSettings, mode: MockMode) -> Parts:
    """Return the gateway's parts."""
    available = judges(settings, mode)
    return Parts(
        database,
        available,
        settings,
        now,
        auth,
        batch_judges=batch_judges(settings, available),
        prices=PriceTable({("mock", None): PRICE_PER_TOKEN, ("replay", None): (0.0, 0.0)}),
    )


async def run() -> None:
    """Work until stopped."""
    settings, auth = GatewaySettings(), AuthSettings()
    mode = MockMode(settings)
    async with open_parts(SERVICE) as opened:
        await ensure_topics(opened.kafka, ALL)
        parts = assemble(opened.database, settings, auth, mode)
        app = build(parts)
        app.include_router(mock_mode.routes(opened.database, mode, settings, auth, now))
        await until_stopped(
            serve(app, settings.host, settings.port),
            Worker(parts).run(await opened.wakeup(QUEUE_CHANNEL)),
            Jobs(parts).worker().run(await opened.wakeup(JOBS_CHANNEL)),
            mode.follow(opened.database, await opened.wakeup(MOCK_MODE_CHANNEL)),
            await opened.relay(messages),
        )
