"""Which real judges are there: each provider where its key or address is set, and the prices of all.

The SDKs take seconds to import, so that they are imported only where a provider is set up.
"""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime

from pydantic import SecretStr

from app.gateway.manifest import manifest
from app.gateway.prices import ManifestPrices
from app.gateway.providers.base import BatchJudge, Judge
from app.roles.clock import now
from app.settings import ProviderSettings

Clock = Callable[[], datetime]
REAL = ("anthropic", "openai", "google", "openrouter", "local")


def real_judges(settings: ProviderSettings, clock: Clock = now) -> dict[str, Judge]:
    """Return the real judges that are set up, by provider.

    Raises ``OSError`` or ``ValueError`` for a key that cannot be read or cannot be one.
    """
    return {name: _judge(name, key, settings, clock) for name, key in _set_up(settings).items()}


def batch_judges(settings: ProviderSettings, clock: Clock = now) -> dict[str, BatchJudge]:
    """Return the providers that are set up and take whole jobs, by provider; raises as ``real_judges``."""
    judges: dict[str, BatchJudge] = {}
    for name, key in _set_up(settings).items():
        if name == "anthropic" and key is not None:
            from app.gateway.providers import anthropic, anthropic_jobs

            asked = anthropic.client(settings, key)
            judges[name] = anthropic_jobs.AnthropicJobs(asked, settings, manifest(), clock)
        if name == "openai" and key is not None:
            from app.gateway.providers import openai, openai_jobs

            judges[name] = openai_jobs.OpenAIJobs(openai.client(settings, key), settings, manifest(), clock)
    return judges


def real_prices(settings: ProviderSettings, clock: Clock = now) -> ManifestPrices:
    """Return the prices of all real providers, for money that is held back."""
    defaults = {name: str(getattr(settings, f"{name}_default_model")) for name in REAL}
    return ManifestPrices(manifest(), defaults, clock)


def close_with(stack: AsyncExitStack, judges: Mapping[str, object]) -> None:
    """Have the connections of all judges closed when ``stack`` ends."""
    for judge in judges.values():
        close = getattr(judge, "aclose", None)
        if close is not None:
            stack.push_async_callback(close)


def _set_up(settings: ProviderSettings) -> dict[str, SecretStr | None]:
    """Return the providers that can be asked, with their keys; a local server may have none."""
    keys = {name: settings.api_key(name) for name in REAL}
    there = {name for name, key in keys.items() if key is not None and name != "local"}
    if settings.local_base_url is not None:
        there.add("local")
    return {name: keys[name] for name in REAL if name in there}


def _judge(name: str, key: SecretStr | None, settings: ProviderSettings, clock: Clock) -> Judge:
    if name == "anthropic" and key is not None:
        from app.gateway.providers import anthropic

        return anthropic.AnthropicJudge(anthropic.client(settings, key), settings, manifest(), clock)
    if name == "openai" and key is not None:
        from app.gateway.providers import openai

        return openai.OpenAIJudge(openai.client(settings, key), settings, manifest(), clock)
    from app.gateway.providers import chat, google, local, openrouter

    dialect = {"google": google.dialect, "openrouter": openrouter.dialect, "local": local.dialect}[name]
    return chat.ChatJudge(dialect(settings), key, settings, manifest(), clock)
