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
    """Whether receivers may be reached without TLS."""
    allowed_networks: Annotated[tuple[Network, ...], NoDecode] = ()
    """Private networks that receivers may live in: `10.1.0.0/16,fd00::/8`."""
    allowed_ports: Annotated[tuple[tuple[int, int], ...], NoDecode] = ((443, 443), (8443, 8443))
    """Ports and ranges of ports of receivers: `443,8000-8999`."""
    secret_key: SecretStr | None = None
    """Fernet keys, separated by commas, that seal signing secrets in the database: the first seals, all open.
    Without one they lie there as they are.
    """
    rotation_overlap_s: float = Field(default=_DAY_S, ge=0)
    """Seconds for which a replaced signing secret still signs."""
    progress_every_s: float = Field(default=10.0, gt=0)
    """Least seconds between two progress events of one run."""
    timeout_s: float = Field(default=15.0, gt=0)
    """Seconds for one attempt."""
    concurrency: int = Field(default=32, ge=1)
    """Attempts at once."""
    concurrency_per_host: int = Field(default=4, ge=1)
    """Attempts at once to one host."""
    lease_s: float = Field(default=60.0, gt=0)
    """Seconds for which a process holds a delivery; longer than an attempt."""
    drain_s: float = Field(default=3.0, ge=0)
    """Seconds for which attempts may end when the process stops."""
    retry_after_max_s: float = Field(default=_DAY_S, ge=0)
    """Longest wait that a receiver's `Retry-After` may ask for, in seconds."""
    disable_after_exhausted: int = Field(default=5, ge=1)
    """Deliveries in a row that failed for good before a subscription is turned off."""
    disable_after_s: float = Field(default=5 * _DAY_S, gt=0)
    """Seconds without one success before that happens."""
    keep_s: float = Field(default=30 * _DAY_S, gt=0)
    """Seconds for which ended deliveries are kept."""
    sweep_every_s: float = Field(default=60.0, gt=0)
    """Seconds between two sweeps."""
    trace_header: bool = True
    """Whether receivers get a `traceparent` header, where traces are on: random ids, by which they can join in."""
    most_subscriptions: int = Field(default=100, ge=1)
    """Most subscriptions of one owner."""

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
