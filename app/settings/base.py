"""What all setting groups have in common."""

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

BatchingMode = Literal["per_request", "serial_bundle", "provider_batch_api"]


class Settings(BaseSettings):
    """Base of all groups: frozen, unknown variables of the environment are not its business."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_file=None)
