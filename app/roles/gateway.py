"""The role of the LLM gateway: takes comparisons in, asks judges, publishes verdicts."""

from app.contracts.topics import ALL
from app.db.unit import Database
from app.gateway.api.app import build
from app.gateway.callbacks import SERVICE
from app.gateway.jobs import Jobs
from app.gateway.money import PriceTable
from app.gateway.parts import Parts
from app.gateway.providers.base import Judge
from app.gateway.providers.mock import PRICE_PER_TOKEN, MockJudge
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import JOBS_CHANNEL, QUEUE_CHANNEL, messages
from app.gateway.work import Worker
from app.messaging.kafka import ensure_topics
from app.roles.clock import now
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import AuthSettings, GatewaySettings


def judges(settings: GatewaySettings) -> dict[str, Judge]:
    """Return the judges that are set up, by provider."""
    return {"mock": MockJudge(settings), "replay": ReplayJudge(settings)}


def assemble(database: Database, settings: GatewaySettings, auth: AuthSettings) -> Parts:
    """Return the gateway's parts."""
    available = judges(settings)
    return Parts(
        database,
        available,
        settings,
        now,
        auth,
        batch_judges={"mock": InProcessBatches(available["mock"], now, settings.mock_batch_latency_s)},
        prices=PriceTable({("mock", None): PRICE_PER_TOKEN, ("replay", None): (0.0, 0.0)}),
    )


async def run() -> None:
    """Work until stopped."""
    settings = GatewaySettings()
    async with open_parts(SERVICE) as opened:
        await ensure_topics(opened.kafka, ALL)
        parts = assemble(opened.database, settings, AuthSettings())
        await until_stopped(
            serve(build(parts), settings.host, settings.port),
            Worker(parts).run(await opened.wakeup(QUEUE_CHANNEL)),
            Jobs(parts).worker().run(await opened.wakeup(JOBS_CHANNEL)),
            await opened.relay(messages),
        )
