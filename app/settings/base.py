"""What all setting groups have in common."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.settings.source import Environment

BatchingMode = Literal["per_request", "serial_bundle", "provider_batch_api"]
OnOff = Literal["on", "off"]
Port = Annotated[int, Field(ge=0, le=65_535)]


def _is_an_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value


Address = Annotated[str, AfterValidator(_is_an_address)]


class Settings(BaseSettings):
    """Base of all groups: frozen, unknown variables of the environment are not its business."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_file=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the caller gives, then the environment."""
        return init_settings, Environment(settings_cls)
