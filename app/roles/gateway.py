"""The role of the LLM gateway: takes comparisons in, asks judges, publishes verdicts."""

from collections.abc import Mapping

from app.contracts.llm_http import PROVIDERS
from app.db.unit import Database
from app.edge.key_set import KeySet
from app.edge.tokens import AdminTokens
from app.gateway.api import mock_mode
from app.gateway.api.app import build
from app.gateway.callbacks import SERVICE
from app.gateway.catalogue import ManifestCatalogue
from app.gateway.jobs import Jobs
from app.gateway.manifest import manifest
from app.gateway.mock_mode import MockMode
from app.gateway.money import Prices, PricesByProvider, PriceTable
from app.gateway.parts import Parts
from app.gateway.providers.base import BatchJudge, Judge
from app.gateway.providers.mock import PRICE_PER_TOKEN, MockJudge
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.providers.replay import ReplayJudge
from app.gateway.tables import JOBS_CHANNEL, MOCK_MODE_CHANNEL, QUEUE_CHANNEL, messages
from app.gateway.work import Worker
from app.roles.clock import now
from app.roles.judges import REAL, batch_judges, close_with, real_judges, real_prices
from app.roles.parts import open_parts, serve, until_stopped
from app.settings import AuthSettings, GatewayHttpSettings, GatewaySettings, ProviderSettings


def judges(settings: GatewaySettings, providers: ProviderSettings, mode: MockMode) -> dict[str, Judge]:
    """Return the judges that are set up, by provider; the mock alone, for all of them, where it is to stand in."""
    if settings.use_mock_llm:
        stand_in = MockJudge(settings, mode.current, any_model=True)
        return dict.fromkeys(PROVIDERS, stand_in)
    mock = {"mock": MockJudge(settings, mode.current)} if settings.allow_mock_provider else {}
    return {**mock, "replay": ReplayJudge(settings), **real_judges(providers)}


def job_takers(
    settings: GatewaySettings, providers: ProviderSettings, available: Mapping[str, Judge]
) -> dict[str, BatchJudge]:
    """Return the batch interfaces, by provider: one over each mock, and those of real providers."""
    mocks: dict[str, BatchJudge] = {
        name: InProcessBatches(judge, now, settings.mock_batch_latency_s)
        for name, judge in available.items()
        if isinstance(judge, MockJudge)
    }
    return mocks if settings.use_mock_llm else {**mocks, **batch_judges(providers)}


def prices(settings: GatewaySettings, providers: ProviderSettings) -> Prices:
    """Return what tokens cost: the mock's own price where it answers, the manifest's for real providers."""
    mock = PriceTable({(name, None): PRICE_PER_TOKEN for name in PROVIDERS})
    free = PriceTable({("replay", None): (0.0, 0.0)})
    if settings.use_mock_llm:
        return mock
    return PricesByProvider({"mock": mock, "replay": free, **dict.fromkeys(REAL, real_prices(providers))})


def assemble(
    database: Database, settings: GatewaySettings, auth: AuthSettings, mode: MockMode, keys: KeySet | None
) -> Parts:
    """Return the gateway's parts; raises ``OSError`` for a key file that is not there."""
    providers = ProviderSettings()
    available = judges(settings, providers, mode)
    return Parts(
        database,
        available,
        settings,
        now,
        auth,
        batch_judges=job_takers(settings, providers, available),
        prices=prices(settings, providers),
        catalogue=ManifestCatalogue(manifest(), available, now),
        keys=keys,
    )


async def run() -> None:
    """Work until stopped."""
    settings, auth, http = GatewaySettings(), AuthSettings(), GatewayHttpSettings()
    mode = MockMode(settings)
    async with open_parts(SERVICE) as opened:
        keys = await opened.key_set(auth)
        parts = assemble(opened.database, settings, auth, mode, keys)
        close_with(opened.stack, parts.judges)
        close_with(opened.stack, parts.batch_judges)
        app = build(parts, http, {"broker": opened.broker_check})
        app.include_router(mock_mode.routes(opened.database, mode, settings, AdminTokens(auth, keys), now))
        await until_stopped(
            serve(app, settings.host, settings.port, http),
            Worker(parts).run(await opened.wakeup(QUEUE_CHANNEL)),
            Jobs(parts).worker().run(await opened.wakeup(JOBS_CHANNEL)),
            mode.follow(opened.database, await opened.wakeup(MOCK_MODE_CHANNEL)),
            await opened.relay(messages),
        )
