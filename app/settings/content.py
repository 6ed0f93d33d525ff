"""Settings of the content store."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import OnOff, Port, Settings


class ContentSettings(Settings):
    """The content store."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CONTENT_SERVICE_"
    )

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8001
    """Port to listen on."""
    access: OnOff = "off"
    """`on`: texts are taken and given with a token of another service only (`JWT_SECRET_KEY`); cj and the runner
    must have it on too.
    """
    max_bytes: int = Field(default=4 * 1024 * 1024, ge=1)
    """Largest text, in bytes."""
