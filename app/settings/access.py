"""Settings of who may use the runner's API: API keys, tokens of an identity service, anybody on loopback."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, model_validator
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings

Scope = Literal["runs:read", "runs:write", "admin"]
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
SMALLEST_SECRET_BYTES = 32


class StaticKey(BaseModel):
    """An API key that stands in the settings: only its hash, never itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    owner: Name
    subject: Name
    scopes: frozenset[Scope] = Field(min_length=1)
    expires_at: AwareDatetime | None = None


class AccessSettings(Settings):
    """Access to the runner's API; ``access`` empty means on, unless the service listens on loopback only.

    ``api_keys`` is a JSON list of ``StaticKey``; ``api_keys_file`` names a file with such a list. Tokens (JWT) are
    taken where ``jwt_secret`` (HS256) or ``jwt_jwks_url`` (RS256 or ES256) is set; both need issuer and audience.
    ``session_s`` is how long a login to the pages lasts, in seconds; it ends before with its key.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_prefix="RUNNER_",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    access: Literal["on", "off"] | None = None
    """`on` or `off`; unset: on, unless the service listens on loopback only."""
    api_keys: tuple[StaticKey, ...] = ()
    """API keys, as a JSON list of their hashes: `cj-runner api-keys create --static` makes an entry."""
    api_keys_file: Path | None = None
    """File with such a list."""
    api_key_cache_s: float = Field(default=4.0, ge=0, le=5)
    """Seconds for which a key from the database is believed without a look: a revoked key works no longer than
    that.
    """
    jwt_secret: SecretStr | None = None
    """Shared secret (HS256) of an identity service, 32 bytes at least."""
    jwt_jwks_url: str | None = None
    """Address of an identity service's public keys (RS256 or ES256)."""
    jwt_jwks_ttl_s: float = Field(default=300.0, gt=0)
    """Seconds for which a fetched set of keys is used."""
    jwt_algorithm: Literal["HS256", "RS256", "ES256"] | None = None
    """The one algorithm of tokens; unset: HS256 with a secret, else RS256."""
    jwt_issuer: str | None = None
    """Issuer that a token must name."""
    jwt_audience: str | None = None
    """Audience that a token must name."""
    jwt_leeway_s: float = Field(default=10.0, ge=0, le=60)
    """Seconds by which clocks may differ."""
    jwt_owner_claim: str = Field(default="org", min_length=1)
    """Claim that names the owner."""
    jwt_scope_claim: str = Field(default="scope", min_length=1)
    """Claim that lists the scopes."""
    failed_logins_per_minute: int = Field(default=30, ge=1)
    """Refused credentials a minute and address before more are slowed down."""
    session_s: float = Field(default=12 * 3600.0, ge=60, le=30 * 24 * 3600)
    """Seconds after which a login on the pages ends."""

    @model_validator(mode="after")
    def _one_kind_of_token(self) -> Self:
        if self.jwt_secret is not None and self.jwt_jwks_url is not None:
            raise ValueError("set RUNNER_JWT_SECRET or RUNNER_JWT_JWKS_URL, not both")
        if self.takes_tokens and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError("tokens need RUNNER_JWT_ISSUER and RUNNER_JWT_AUDIENCE")
        secret = self.jwt_secret
        if secret is not None and len(secret.get_secret_value().encode()) < SMALLEST_SECRET_BYTES:
            raise ValueError(f"RUNNER_JWT_SECRET must have at least {SMALLEST_SECRET_BYTES} bytes")
        if self.takes_tokens and (self.algorithm == "HS256") != (secret is not None):
            raise ValueError("RUNNER_JWT_ALGORITHM: HS256 goes with RUNNER_JWT_SECRET, the others with JWKS")
        return self

    @property
    def takes_tokens(self) -> bool:
        """Whether tokens of an identity service are taken."""
        return self.jwt_secret is not None or self.jwt_jwks_url is not None

    @property
    def algorithm(self) -> Literal["HS256", "RS256", "ES256"]:
        """The one algorithm that tokens may be signed with."""
        return self.jwt_algorithm or ("RS256" if self.jwt_secret is None else "HS256")

    def static_keys(self) -> tuple[StaticKey, ...]:
        """Return the keys of the settings and of the file; raises ``OSError`` and ``ValueError``."""
        if self.api_keys_file is None:
            return self.api_keys
        listed = TypeAdapter(tuple[StaticKey, ...]).validate_json(self.api_keys_file.read_bytes())
        return (*self.api_keys, *listed)


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Return whether a key's time is over."""
    return expires_at is not None and now >= expires_at
