"""Settings that several roles read: database, broker, telemetry, grade scales, tokens, neighbours."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings


class DatabaseSettings(Settings):
    """Postgres: one URL for all services, each of which owns its own schema in it."""

    url: str = Field(
        default="postgresql+asyncpg://postgres@127.0.0.1:5432/cj_runner",
        validation_alias=AliasChoices("url", "DATABASE_URL"),
    )
    pool_size: int = Field(default=8, ge=1, validation_alias=AliasChoices("pool_size", "DATABASE_POOL_SIZE"))
    pool_overflow: int = Field(
        default=8, ge=0, validation_alias=AliasChoices("pool_overflow", "DATABASE_POOL_OVERFLOW")
    )
    connect_timeout_s: float = 10.0
    command_timeout_s: float = 60.0


class KafkaSettings(Settings):
    """The broker; ``group_instance_id`` makes a restarted process take over its partitions at once."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="KAFKA_")

    bootstrap_servers: str = "127.0.0.1:9092"
    topic_partitions: int = Field(default=3, ge=1)
    topic_replication: int = Field(default=1, ge=1)
    group_instance_id: str | None = None
    session_timeout_ms: int = 15_000
    fetch_max_records: int = Field(default=500, ge=1)
    idle_pause_ms: float = Field(default=0.0, ge=0)
    start_deadline_s: float = 30.0


class TelemetrySettings(Settings):
    """Logs: ``json`` for machines, ``console`` for people."""

    log_level: str = Field(default="INFO", validation_alias=AliasChoices("log_level", "LOG_LEVEL"))
    log_format: Literal["json", "console"] = Field(
        default="json", validation_alias=AliasChoices("log_format", "LOG_FORMAT")
    )
    environment: str = Field(
        default="development",
        validation_alias=AliasChoices("environment", "HULEEDU_ENVIRONMENT", "ENVIRONMENT"),
    )


class GradeScaleSettings(Settings):
    """Grade scales beside the built-in ones: a TOML or JSON file with a list ``scales``."""

    file: Path | None = Field(default=None, validation_alias=AliasChoices("file", "GRADE_SCALES_FILE"))


class AuthSettings(Settings):
    """Tokens between the services: what checks them on calls in, and what is sent on calls out.

    One kind of key is used for checking: the shared secret (HS256), a public key in PEM or the URL of a set
    of public keys (both RS256). ``jwt_algorithm`` says which where both a secret and a public key are set.
    """

    jwt_algorithm: Literal["HS256", "RS256"] | None = Field(
        default=None, validation_alias=AliasChoices("jwt_algorithm", "JWT_ALGORITHM")
    )
    jwt_secret_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("jwt_secret_key", "JWT_SECRET_KEY")
    )
    jwt_public_key: str | None = Field(
        default=None, validation_alias=AliasChoices("jwt_public_key", "JWT_PUBLIC_KEY")
    )
    jwt_public_key_path: Path | None = Field(
        default=None, validation_alias=AliasChoices("jwt_public_key_path", "JWT_PUBLIC_KEY_PATH")
    )
    jwt_jwks_url: str | None = Field(default=None, validation_alias=AliasChoices("jwt_jwks_url", "JWT_JWKS_URL"))
    jwt_jwks_ttl_s: float = Field(
        default=300.0, gt=0, validation_alias=AliasChoices("jwt_jwks_ttl_s", "JWT_JWKS_TTL_S")
    )
    jwt_leeway_s: float = Field(
        default=10.0, ge=0, le=300, validation_alias=AliasChoices("jwt_leeway_s", "JWT_LEEWAY_S")
    )
    jwt_issuer: str = Field(
        default="huleedu-identity-service", validation_alias=AliasChoices("jwt_issuer", "JWT_ISSUER")
    )
    jwt_audience: str = Field(
        default="huleedu-platform", validation_alias=AliasChoices("jwt_audience", "JWT_AUDIENCE")
    )
    admin_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("admin_token", "HULEEDU_SERVICE_ACCOUNT_TOKEN", "HULEEDU_ADMIN_TOKEN"),
    )


class Neighbours(Settings):
    """Where the other services answer; point any of them at another implementation."""

    cj_url: str = Field(default="http://127.0.0.1:9095", validation_alias=AliasChoices("cj_url", "CJ_SERVICE_URL"))
    gateway_url: str = Field(
        default="http://127.0.0.1:8090",
        validation_alias=AliasChoices("gateway_url", "LLM_PROVIDER_SERVICE_URL"),
    )
    content_url: str = Field(
        default="http://127.0.0.1:8001/v1/content",
        validation_alias=AliasChoices("content_url", "CONTENT_SERVICE_URL"),
    )
    timeout_s: float = Field(default=15.0, gt=0, validation_alias=AliasChoices("timeout_s", "NEIGHBOUR_TIMEOUT_S"))
