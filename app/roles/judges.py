"""Which judges are there: the mock and the replay always, each real provider where its key or address is set."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime

from app.gateway.manifest import manifest
from app.gateway.prices import ManifestPrices
from app.gateway.providers import anthropic, google, local, openai, openrouter
from app.gateway.providers.anthropic_jobs import AnthropicJobs
from app.gateway.providers.base import BatchJudge, Judge
from app.gateway.providers.chat import ChatJudge, Dialect
from app.gateway.providers.openai_jobs import OpenAIJobs
from app.roles.clock import now
from app.settings import ProviderSettings

REAL = ("anthropic", "openai", "google", "openrouter", "local")


def real_judges(settings: ProviderSettings, clock: Callable[[], datetime] = now) -> dict[str, Judge]:
    """Return the real judges that are set up, by provider; raises ``OSError`` for a key file that is not there."""
    judges: dict[str, Judge] = {}
    known = manifest()
    if (key := settings.api_key("anthropic")) is not None:
        judges["anthropic"] = anthropic.AnthropicJudge(anthropic.client(settings, key), settings, known, clock)
    if (key := settings.api_key("openai")) is not None:
        judges["openai"] = openai.OpenAIJudge(openai.client(settings, key), settings, known, clock)
    for dialect in _dialects(settings):
        key = settings.api_key(dialect.provider)
        judges[dialect.provider] = ChatJudge(dialect, key, settings, known, clock)
    return judges


def _dialects(settings: ProviderSettings) -> list[Dialect]:
    made = [dialect(settings) for dialect in (google.dialect, openrouter.dialect)]
    found = [dialect for dialect in made if settings.api_key(dialect.provider) is not None]
    if settings.local_base_url:
        found.append(local.dialect(settings, settings.local_base_url))
    return found


def batch_judges(settings: ProviderSettings, clock: Callable[[], datetime] = now) -> dict[str, BatchJudge]:
    """Return the providers that are set up and take whole jobs, by provider."""
    judges: dict[str, BatchJudge] = {}
    known = manifest()
    if (key := settings.api_key("anthropic")) is not None:
        judges["anthropic"] = AnthropicJobs(anthropic.client(settings, key), settings, known, clock)
    if (key := settings.api_key("openai")) is not None:
        judges["openai"] = OpenAIJobs(openai.client(settings, key), settings, known, clock)
    return judges


def real_prices(settings: ProviderSettings, clock: Callable[[], datetime] = now) -> ManifestPrices:
    """Return the prices of all real providers, for money that is held back."""
    defaults = {name: str(getattr(settings, f"{name}_default_model")) for name in REAL}
    return ManifestPrices(manifest(), defaults, clock)


def close_with(stack: AsyncExitStack, judges: Mapping[str, object]) -> None:
    """Have the connections of all judges closed when ``stack`` ends."""
    for judge in judges.values():
        close = getattr(judge, "aclose", None)
        if close is not None:
            stack.push_async_callback(close)
