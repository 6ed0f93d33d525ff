"""Any server of one's own that speaks like OpenAI's (Ollama, vLLM, llama.cpp): a dialect of the chat judge."""

from app.gateway.providers.chat import Dialect
from app.settings import ProviderSettings


def dialect(settings: ProviderSettings) -> Dialect:
    """Return the ways of one's own server, whose address is set."""
    return Dialect("local", settings.local_base_url or "", settings.local_default_model)
