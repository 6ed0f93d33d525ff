"""Settings of webhooks: where they may go, how often they are tried, how long their log is kept."""

import ipaddress
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.settings.base import Settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_DAY_S = 24 * 3600.0


class WebhookSettings(Settings):
    """Webhooks: what is allowed as a receiver, and the pace of sending.

    ``secret_key`` holds Fernet keys, separated by commas: the first seals, all of them open. Without one, signing
    secrets lie in the database as they are. ``allowed_ports`` holds ports and ranges (``443,8000-8999``), and
    ``allowed_networks`` private networks (``10.1.0.0/16``) that receivers may live in.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="WEBHOOKS_", env_ignore_empty=True
    )

    allow_http: bool = False
    allowed_networks: Annotated[tuple[Network, ...], NoDecode] = ()
    allowed_ports: Annotated[tuple[tuple[int, int], ...], NoDecode] = ((443, 443), (8443, 8443))
    secret_key: SecretStr | None = None
    rotation_overlap_s: float = Field(default=_DAY_S, ge=0)
    progress_every_s: float = Field(default=10.0, gt=0)
    timeout_s: float = Field(default=15.0, gt=0)
    concurrency: int = Field(default=32, ge=1)
    concurrency_per_host: int = Field(default=4, ge=1)
    lease_s: float = Field(default=60.0, gt=0)
    drain_s: float = Field(default=3.0, ge=0)
    retry_after_max_s: float = Field(default=_DAY_S, ge=0)
    disable_after_exhausted: int = Field(default=5, ge=1)
    disable_after_s: float = Field(default=5 * _DAY_S, gt=0)
    keep_s: float = Field(default=30 * _DAY_S, gt=0)
    sweep_every_s: float = Field(default=60.0, gt=0)
    most_subscriptions: int = Field(default=100, ge=1)

    @model_validator(mode="after")
    def _leases_outlast_attempts(self) -> Self:
        if self.lease_s <= self.timeout_s:
            raise ValueError(
                "WEBHOOKS_LEASE_S must be longer than WEBHOOKS_TIMEOUT_S: else attempts are made twice"
            )
        return self

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        """Read a list from the environment as ``10.0.0.0/8,fd00::/8``."""
        return tuple(ipaddress.ip_network(part) for part in _parts(value)) if isinstance(value, str) else value

    @field_validator("allowed_ports", mode="before")
    @classmethod
    def _ports(cls, value: object) -> object:
        """Read a list from the environment as ``443,8000-8999``."""
        return tuple(_range(part) for part in _parts(value)) if isinstance(value, str) else value


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    first, last = int(low), int(high or low)
    if not 1 <= first <= last <= 65_535:
        raise ValueError(f"{text} is no port and no range of ports")
    return first, last
