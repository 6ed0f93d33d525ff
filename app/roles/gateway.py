"""The role of the LLM gateway: takes comparisons in, asks judges, publishes verdicts."""

from app.contracts.topics import ALL
from app.gateway.api.app import build
from app.gateway.callbacks import SERVICE
from app.gateway.providers.base import Judge
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import QUEUE_CHANNEL, messages
from app.gateway.work import Worker
from app.messaging.kafka import ensure_topics
from app.roles.clock import now
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import GatewaySettings


def judges(settings: GatewaySettings) -> dict[str, Judge]:
    """Return the judges that are set up, by provider."""
    return {"mock": MockJudge(settings), "replay": ReplayJudge(settings)}


async def run() -> None:
    """Work until stopped."""
    settings = GatewaySettings()
    available = judges(settings)
    async with open_parts(SERVICE) as opened:
        await ensure_topics(opened.kafka, ALL)
        worker = Worker(opened.database, available, settings, now)
        app = build(opened.database, available, settings, now)
        await until_stopped(
            serve(app, settings.host, settings.port),
            worker.run(await opened.wakeup(QUEUE_CHANNEL)),
            await opened.relay(messages),
        )
