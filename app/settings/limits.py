"""Settings of every HTTP edge: how large, how slow, how often and from where a request may come."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.settings.base import Settings

Network = IPv4Network | IPv6Network
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
MIB = 1024 * 1024


class HttpSettings(Settings):
    """What all services have; lists are separated by commas, 0 turns a rate or a count off."""

    body_max_bytes: int = Field(default=MIB, ge=1024)
    """Largest body, in bytes; uploads have their own bound."""
    body_max_depth: int = Field(default=64, ge=1, le=500)
    """Deepest nesting of a JSON body."""
    body_patience_s: float = Field(default=20.0, gt=0)
    """Seconds without any byte of a body before the request is refused."""
    body_min_bytes_per_s: int = Field(default=16 * 1024, ge=1)
    """Slowest average speed of a body after that time."""
    url_max_bytes: int = Field(default=16 * 1024, ge=256)
    """Longest address."""
    headers_max_bytes: int = Field(default=64 * 1024, ge=1024)
    """Largest head of a request."""
    headers_patience_s: float = Field(default=20.0, gt=0)
    """Seconds for the head of a request."""
    reads_per_minute: int = Field(default=0, ge=0)
    """Reading requests a minute and caller; 0: any number."""
    writes_per_minute: int = Field(default=0, ge=0)
    """Writing requests a minute and caller; 0: any number."""
    uploads_per_minute: int = Field(default=0, ge=0)
    """Uploads a minute and caller; 0: any number."""
    streams_per_caller: int = Field(default=0, ge=0)
    """Event streams that a caller may hold open; 0: any number."""
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks of proxies whose `X-Forwarded-For` is believed: `10.0.0.0/8`."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose pages may call the API: `https://host,https://host:8443`."""
    behind_tls: bool = False
    """Whether callers come over TLS: adds Strict-Transport-Security."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return _split(value)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return [ip_network(part, strict=False) if isinstance(part, str) else part for part in _split(value)]

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is no origin: name each as https://host or https://host:port")
        return value


def _split(value: object) -> list[object]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]


class RunnerHttpSettings(HttpSettings):
    """The runner's edge, which faces callers: rates are on."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_")

    reads_per_minute: int = Field(default=6_000, ge=0)
    writes_per_minute: int = Field(default=1_200, ge=0)
    uploads_per_minute: int = Field(default=60, ge=0)
    streams_per_caller: int = Field(default=100, ge=0)


class CJHttpSettings(HttpSettings):
    """The engine's edge."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CJ_ASSESSMENT_SERVICE_"
    )

    body_max_bytes: int = Field(default=8 * MIB, ge=1024)


class GatewayHttpSettings(HttpSettings):
    """The gateway's edge: one call may bring 1,000 comparisons."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="LLM_PROVIDER_SERVICE_"
    )

    body_max_bytes: int = Field(default=64 * MIB, ge=1024)


class ContentHttpSettings(HttpSettings):
    """The content store's edge; texts themselves have ``max_bytes``."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CONTENT_SERVICE_"
    )
