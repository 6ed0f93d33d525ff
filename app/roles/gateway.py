"""The role of the LLM gateway: takes comparisons in, asks judges, publishes verdicts."""

from app.contracts.llm_http import PROVIDERS
from app.contracts.topics import ALL
from app.gateway.api import mock_mode
from app.gateway.api.app import build
from app.gateway.callbacks import SERVICE
from app.gateway.mock_mode import MockMode
from app.gateway.providers.base import Judge
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import MOCK_MODE_CHANNEL, QUEUE_CHANNEL, messages
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


async def run() -> None:
    """Work until stopped."""
    settings = GatewaySettings()
    mode = MockMode(settings)
    available = judges(settings, mode)
    async with open_parts(SERVICE) as opened:
        await ensure_topics(opened.kafka, ALL)
        worker = Worker(opened.database, available, settings, now)
        app = build(opened.database, available, settings, now)
        app.include_router(mock_mode.routes(opened.database, mode, settings, AuthSettings(), now))
        await until_stopped(
            serve(app, settings.host, settings.port),
            worker.run(await opened.wakeup(QUEUE_CHANNEL)),
            mode.follow(opened.database, await opened.wakeup(MOCK_MODE_CHANNEL)),
            await opened.relay(messages),
        )
