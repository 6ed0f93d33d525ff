"""Settings that several roles read: database, broker, telemetry, grade scales, tokens, neighbours."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from app.settings.base import Address, Settings


def _in_capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _with_async_driver(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in ("postgresql+asyncpg", "postgresql", "postgres"):
        raise ValueError("must begin with postgresql+asyncpg://")
    return f"postgresql+asyncpg://{rest}"


DatabaseUrl = Annotated[str, AfterValidator(_with_async_driver)]


Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_in_capitals)]


class DatabaseSettings(Settings):
    """Postgres: one URL for all services, each of which owns its own schema in it."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="DATABASE_")

    url: DatabaseUrl = "postgresql+asyncpg://postgres@127.0.0.1:5432/cj_runner"
    """Where Postgres is, as `postgresql+asyncpg://user:password@host:port/database`."""
    pool_size: int = Field(default=8, ge=1)
    """Connections that a process keeps open."""
    pool_overflow: int = Field(default=8, ge=0)
    """Connections that it may open beyond those for a moment."""
    pool_wait_s: float = Field(default=30.0, gt=0)
    """Seconds to wait for one of these connections when all are in use."""
    connect_timeout_s: float = Field(default=10.0, gt=0)
    """Seconds to wait for a new connection."""
    command_timeout_s: float = Field(default=60.0, gt=0)
    """Seconds after which a statement is given up."""
    idle_transaction_s: float = Field(default=30.0, ge=0)
    """Seconds after which Postgres ends a transaction in which nothing happens, so that a process that hangs, or
    whose host is gone, holds no locks; 0: never.
    """


class KafkaSettings(Settings):
    """The broker; ``group_instance_id`` makes a restarted process take over its partitions at once."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="KAFKA_")

    bootstrap_servers: str = "127.0.0.1:9092"
    """Addresses of the broker, `host:port`, separated by commas."""
    topic_partitions: int = Field(default=3, ge=1)
    """Partitions of a topic that is created at start; existing topics stay as they are."""
    topic_replication: int = Field(default=1, ge=1)
    """Copies of each partition of a topic that is created at start; 3 in production."""
    group_instance_id: str | None = None
    """A name that stays the same over restarts: a process then takes its partitions over at once. Must differ
    between processes of one role.
    """
    session_timeout_ms: int = 15_000
    """Milliseconds without a sign of life after which a consumer loses its partitions."""
    fetch_max_records: int = Field(default=500, ge=1)
    """Records that a consumer takes at once, and handles in one transaction."""
    idle_pause_ms: float = Field(default=0.0, ge=0)
    """Pause between empty fetches, for a broker that answers those at once; Apache Kafka needs none."""
    outbox_lease_s: float = Field(default=30.0, gt=0)
    """Seconds for which a process holds events on their way to the broker; after that another one sends them."""
    start_deadline_s: float = 30.0
    """Seconds to wait for the broker before it is tried again; a role that never met it is not ready."""


class TelemetrySettings(Settings):
    """Logs and metrics of every role."""

    log_level: Level = Field(default="INFO", validation_alias=AliasChoices("log_level", "LOG_LEVEL"))
    """Least level that is logged."""
    log_format: Literal["json", "console"] = Field(
        default="json", validation_alias=AliasChoices("log_format", "LOG_FORMAT")
    )
    """`json` for machines, `console` for people."""
    environment: str = Field(
        default="development",
        validation_alias=AliasChoices("environment", "HULEEDU_ENVIRONMENT", "ENVIRONMENT"),
    )
    """Name of the installation, on every log line."""
    metrics_dir: Path | None = Field(
        default=None, validation_alias=AliasChoices("metrics_dir", "PROMETHEUS_MULTIPROC_DIR")
    )
    """Folder, empty at first, in which all processes of one role on one machine keep their metrics together."""


class GradeScaleSettings(Settings):
    """Grade scales beside the built-in ones: a TOML or JSON file with a list ``scales``."""

    file: Path | None = Field(default=None, validation_alias=AliasChoices("file", "GRADE_SCALES_FILE"))
    """A TOML or JSON file with a list `scales` of grade scales beside the built-in ones."""


class AuthSettings(Settings):
    """Tokens between the services: what checks them on calls in, and what is sent on calls out.

    One kind of key is used for checking: the shared secret (HS256), a public key in PEM or the URL of a set
    of public keys (both RS256). ``jwt_algorithm`` says which where both a secret and a public key are set.
    """

    jwt_algorithm: Literal["HS256", "RS256"] | None = Field(
        default=None, validation_alias=AliasChoices("jwt_algorithm", "JWT_ALGORITHM")
    )
    """Which kind of key checks tokens between services, where both kinds are set."""
    jwt_secret_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("jwt_secret_key", "JWT_SECRET_KEY")
    )
    """Shared secret (HS256) that signs and checks tokens between services."""
    jwt_public_key: str | None = Field(
        default=None, validation_alias=AliasChoices("jwt_public_key", "JWT_PUBLIC_KEY")
    )
    """Public key in PEM (RS256) that checks tokens."""
    jwt_public_key_path: Path | None = Field(
        default=None, validation_alias=AliasChoices("jwt_public_key_path", "JWT_PUBLIC_KEY_PATH")
    )
    """File with that public key."""
    jwt_jwks_url: str | None = Field(default=None, validation_alias=AliasChoices("jwt_jwks_url", "JWT_JWKS_URL"))
    """Address of a set of public keys (RS256)."""
    jwt_jwks_ttl_s: float = Field(
        default=300.0, gt=0, validation_alias=AliasChoices("jwt_jwks_ttl_s", "JWT_JWKS_TTL_S")
    )
    """Seconds for which a fetched set of keys is used."""
    jwt_leeway_s: float = Field(
        default=10.0, ge=0, le=300, validation_alias=AliasChoices("jwt_leeway_s", "JWT_LEEWAY_S")
    )
    """Seconds by which clocks may differ when a token's times are checked."""
    jwt_issuer: str = Field(
        default="huleedu-identity-service", validation_alias=AliasChoices("jwt_issuer", "JWT_ISSUER")
    )
    """Issuer that a token must name."""
    jwt_audience: str = Field(
        default="huleedu-platform", validation_alias=AliasChoices("jwt_audience", "JWT_AUDIENCE")
    )
    """Audience that a token must name."""
    admin_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("admin_token", "HULEEDU_SERVICE_ACCOUNT_TOKEN", "HULEEDU_ADMIN_TOKEN"),
    )
    """A ready token for calls to cj's admin routes, instead of one signed with the secret."""


class Neighbours(Settings):
    """Where the other services answer; point any of them at another implementation."""

    cj_url: Address = Field(
        default="http://127.0.0.1:9095", validation_alias=AliasChoices("cj_url", "CJ_SERVICE_URL")
    )
    """Where cj answers."""
    gateway_url: Address = Field(
        default="http://127.0.0.1:8090",
        validation_alias=AliasChoices("gateway_url", "LLM_PROVIDER_SERVICE_URL"),
    )
    """Where the gateway answers."""
    content_url: Address = Field(
        default="http://127.0.0.1:8001/v1/content",
        validation_alias=AliasChoices("content_url", "CONTENT_SERVICE_URL"),
    )
    """Where the content store answers, path included."""
    timeout_s: float = Field(default=15.0, gt=0, validation_alias=AliasChoices("timeout_s", "NEIGHBOUR_TIMEOUT_S"))
    """Seconds after which a call to another service is given up."""
