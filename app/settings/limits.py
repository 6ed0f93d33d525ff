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
    body_max_depth: int = Field(default=64, ge=1, le=500)
    body_patience_s: float = Field(default=20.0, gt=0)
    body_min_bytes_per_s: int = Field(default=16 * 1024, ge=1)
    url_max_bytes: int = Field(default=16 * 1024, ge=256)
    headers_max_bytes: int = Field(default=64 * 1024, ge=1024)
    headers_patience_s: float = Field(default=20.0, gt=0)
    reads_per_minute: int = Field(default=0, ge=0)
    writes_per_minute: int = Field(default=0, ge=0)
    uploads_per_minute: int = Field(default=0, ge=0)
    streams_per_caller: int = Field(default=0, ge=0)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    behind_tls: bool = False

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
