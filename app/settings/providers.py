"""Settings of the judges: keys, addresses, limits of each provider."""

from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from app.settings.base import Address, Settings

_KEYED = ("anthropic", "openai", "google", "openrouter", "local")


def _secret(*names: str) -> Any:
    """Return a field that is read from the prefixed name first, then from the names that providers use."""
    return Field(default=None, validation_alias=AliasChoices(f"LLM_PROVIDER_SERVICE_{names[0]}", *names))


class ProviderSettings(Settings):
    """The real judges: a key from the environment or from a secret file, an address, the default model.

    A provider without a key is not there; ``local`` is there when its address is set. Keys may also be
    given under the provider's usual name (``ANTHROPIC_API_KEY``); the prefixed name wins.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_prefix="LLM_PROVIDER_SERVICE_",
        env_ignore_empty=True,
    )

    anthropic_api_key: SecretStr | None = _secret("ANTHROPIC_API_KEY")
    """API key of Anthropic."""
    anthropic_api_key_file: Path | None = _secret("ANTHROPIC_API_KEY_FILE")
    """File with that key."""
    anthropic_base_url: Address = "https://api.anthropic.com"
    """Address of Anthropic."""
    anthropic_default_model: str = "claude-haiku-4-5-20251001"
    """Model of a request that names none."""
    openai_api_key: SecretStr | None = _secret("OPENAI_API_KEY")
    """API key of OpenAI."""
    openai_api_key_file: Path | None = _secret("OPENAI_API_KEY_FILE")
    """File with that key."""
    openai_base_url: Address = "https://api.openai.com/v1"
    """Address of OpenAI."""
    openai_default_model: str = "gpt-5.1"
    """Model of a request that names none."""
    google_api_key: SecretStr | None = _secret("GOOGLE_API_KEY", "GEMINI_API_KEY")
    """API key of Google."""
    google_api_key_file: Path | None = _secret("GOOGLE_API_KEY_FILE", "GEMINI_API_KEY_FILE")
    """File with that key."""
    google_base_url: Address = "https://generativelanguage.googleapis.com/v1beta/openai/"
    """Address of Google's OpenAI-compatible API."""
    google_default_model: str = "gemini-2.5-flash"
    """Model of a request that names none."""
    openrouter_api_key: SecretStr | None = _secret("OPENROUTER_API_KEY")
    """API key of OpenRouter."""
    openrouter_api_key_file: Path | None = _secret("OPENROUTER_API_KEY_FILE")
    """File with that key."""
    openrouter_base_url: Address = "https://openrouter.ai/api/v1"
    """Address of OpenRouter."""
    openrouter_default_model: str = "anthropic/claude-haiku-4.5"
    """Model of a request that names none."""
    openrouter_referer: str | None = None
    """Address of this installation, told to OpenRouter."""
    openrouter_title: str = "CJ Runner"
    """Name of this installation, told to OpenRouter."""
    local_api_key: SecretStr | None = None
    """API key of a local server, if it wants one."""
    local_api_key_file: Path | None = None
    """File with that key."""
    local_base_url: Address | None = None
    """Address of a local server that speaks OpenAI's API; unset: there is none."""
    local_default_model: str = "llama3.1"
    """Model of a request that names none."""
    llm_request_timeout: float = Field(default=300.0, gt=0)
    """Seconds for one call."""
    llm_connect_timeout: float = Field(default=10.0, gt=0)
    """Seconds to wait for a connection."""
    llm_default_max_tokens: int = Field(default=4096, ge=1)
    """Longest answer, in tokens, of a request that says nothing."""
    enable_prompt_caching: bool = True
    """Whether the constant part of a prompt is marked for the provider's cache."""

    @model_validator(mode="after")
    def _one_source_a_key(self) -> Self:
        for name in _KEYED:
            if getattr(self, f"{name}_api_key") is not None and getattr(self, f"{name}_api_key_file") is not None:
                raise ValueError(f"set {name}_api_key or {name}_api_key_file, not both")
        return self

    def api_key(self, provider: str) -> SecretStr | None:
        """Return the key of ``provider``, or None.

        Raises ``OSError`` where its secret file cannot be read, ``ValueError`` for what cannot be a key.
        """
        given: SecretStr | None = getattr(self, f"{provider}_api_key")
        file: Path | None = getattr(self, f"{provider}_api_key_file")
        if given is None and file is not None:
            given = SecretStr(file.read_text(encoding="utf-8"))
        value = "" if given is None else given.get_secret_value().strip()
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError(f"the API key of {provider} holds characters that no key has")
        return SecretStr(value) if value else None
