"""Keys of providers: from the environment or a secret file, and never shown."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.roles.stack import ROOT
from app.settings import ProviderSettings

NAMES = ("ANTHROPIC", "OPENAI", "GOOGLE", "GEMINI", "OPENROUTER", "LOCAL")
KEY = "sk-a-key-that-nobody-may-see"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        for prefix in ("", "LLM_PROVIDER_SERVICE_"):
            for suffix in ("_API_KEY", "_API_KEY_FILE"):
                monkeypatch.delenv(f"{prefix}{name}{suffix}", raising=False)


def key_of(provider: str) -> str | None:
    key = ProviderSettings().api_key(provider)
    return None if key is None else key.get_secret_value()


@pytest.mark.parametrize(
    ("variable", "provider"),
    [
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("LLM_PROVIDER_SERVICE_ANTHROPIC_API_KEY", "anthropic"),
        ("OPENAI_API_KEY", "openai"),
        ("GEMINI_API_KEY", "google"),
        ("GOOGLE_API_KEY", "google"),
        ("OPENROUTER_API_KEY", "openrouter"),
        ("LLM_PROVIDER_SERVICE_LOCAL_API_KEY", "local"),
    ],
)
def test_a_key_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str, provider: str) -> None:
    assert key_of(provider) is None
    monkeypatch.setenv(variable, KEY)
    assert key_of(provider) == KEY


def test_the_prefixed_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    monkeypatch.setenv("LLM_PROVIDER_SERVICE_OPENAI_API_KEY", KEY)
    assert key_of("openai") == KEY


def test_a_key_is_read_from_a_secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    assert key_of("openai") == KEY


def test_an_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert key_of("openai") is None
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    assert key_of("openai") is None


def test_a_key_from_two_places_is_refused() -> None:
    with pytest.raises(ValidationError, match="not both") as caught:
        ProviderSettings(google_api_key=SecretStr(KEY), google_api_key_file=Path("key"))
    assert KEY not in str(caught.value)


def test_settings_do_not_show_their_keys() -> None:
    settings = ProviderSettings(openai_api_key=SecretStr(KEY))
    assert KEY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize("key", ["sk with a space", "sk-\u20ac", "sk-\nsecond-line"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="API key of openai") as caught:
        ProviderSettings(openai_api_key=SecretStr(key)).api_key("openai")
    assert key not in str(caught.value)


def test_an_address_without_its_scheme_is_refused() -> None:
    with pytest.raises(ValidationError, match="http://"):
        ProviderSettings(local_base_url="127.0.0.1:11434/v1")


def test_every_setting_of_the_judges_stands_in_the_documentation() -> None:
    text = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
    patterns = ("_API_KEY", "_API_KEY_FILE", "_BASE_URL", "_DEFAULT_MODEL")
    missing = [
        name
        for field in ProviderSettings.model_fields
        if (name := field.upper()) not in text and not name.endswith(patterns)
    ]
    assert missing == []
    assert all(pattern in text for pattern in patterns)
