"""Settings of the judges: keys, addresses, limits of each provider."""

from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings

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
    anthropic_api_key_file: Path | None = _secret("ANTHROPIC_API_KEY_FILE")
    anthropic_base_url: str = "https://api.anthropic.com"
    anthropic_default_model: str = "claude-haiku-4-5-20251001"
    openai_api_key: SecretStr | None = _secret("OPENAI_API_KEY")
    openai_api_key_file: Path | None = _secret("OPENAI_API_KEY_FILE")
    openai_base_url: str = "https://api.openai.com/v1"
    openai_default_model: str = "gpt-5.1"
    google_api_key: SecretStr | None = _secret("GOOGLE_API_KEY", "GEMINI_API_KEY")
    google_api_key_file: Path | None = _secret("GOOGLE_API_KEY_FILE", "GEMINI_API_KEY_FILE")
    google_base_url: str = "https://generativelanguage.googleapis.com/v1beta/openai/"
    google_default_model: str = "gemini-2.5-flash"
    openrouter_api_key: SecretStr | None = _secret("OPENROUTER_API_KEY")
    openrouter_api_key_file: Path | None = _secret("OPENROUTER_API_KEY_FILE")
    openrouter_base_url: str = "https://openrouter.ai/api/v1"
    openrouter_default_model: str = "anthropic/claude-haiku-4.5"
    openrouter_referer: str | None = None
    openrouter_title: str = "CJ Runner"
    local_api_key: SecretStr | None = None
    local_api_key_file: Path | None = None
    local_base_url: str | None = None
    local_default_model: str = "llama3.1"
    llm_request_timeout: float = Field(default=300.0, gt=0)
    llm_connect_timeout: float = Field(default=10.0, gt=0)
    llm_default_max_tokens: int = Field(default=4096, ge=1)
    enable_prompt_caching: bool = True

    @model_validator(mode="after")
    def _one_source_a_key(self) -> Self:
        for name in _KEYED:
            if getattr(self, f"{name}_api_key") is not None and getattr(self, f"{name}_api_key_file") is not None:
                raise ValueError(f"set {name}_api_key or {name}_api_key_file, not both")
        return self

    @field_validator(*(f"{name}_base_url" for name in _KEYED))
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

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
