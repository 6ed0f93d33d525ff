"""OpenRouter, which passes questions on and says itself what each cost: a dialect of the chat judge."""

from app.gateway.providers.chat import Dialect
from app.settings import ProviderSettings


def dialect(settings: ProviderSettings) -> Dialect:
    """Return OpenRouter's ways: two headers say who asks, effort is an object, the list of models is public."""
    headers = {"X-Title": settings.openrouter_title}
    if settings.openrouter_referer:
        headers["HTTP-Referer"] = settings.openrouter_referer
    return Dialect(
        "openrouter",
        settings.openrouter_base_url,
        settings.openrouter_default_model,
        headers,
        effort_as="reasoning",
        proof="/key",
    )
