"""Any server of one's own that speaks like OpenAI's (Ollama, vLLM, llama.cpp): a dialect of the chat judge."""

from app.gateway.providers.chat import Dialect
from app.settings import ProviderSettings


def dialect(settings: ProviderSettings, base_url: str) -> Dialect:
    """Return the ways of the server at ``base_url``."""
    return Dialect("local", base_url, settings.local_default_model)
