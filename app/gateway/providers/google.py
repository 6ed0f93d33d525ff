"""Google's Gemini by its endpoint that speaks like OpenAI's: a dialect of the chat judge."""

from app.gateway.providers.chat import Dialect
from app.settings import ProviderSettings


def dialect(settings: ProviderSettings) -> Dialect:
    """Return Google's ways."""
    return Dialect("google", settings.google_base_url, settings.google_default_model)
