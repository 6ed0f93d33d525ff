"""Setting groups: read from the environment once, at the start of a role, and handed down from there.

Each group names its own prefix. Names that operators know from the platform this service speaks
with (``CJ_ASSESSMENT_SERVICE_…``, ``LLM_PROVIDER_SERVICE_…``, ``CJ_SERVICE_URL``) are kept.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BatchingMode = Literal["per_request", "serial_bundle", "provider_batch_api"]


class Settings(BaseSettings):
    """Base of all groups: frozen, unknown variables of the environment are not its business."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_file=None)


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


class RunnerSettings(Settings):
    """The runner: where files go and how long it waits."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_")

    host: str = "127.0.0.1"
    port: int = 8300
    worker_port: int = 8301
    files_dir: Path = Path("var/runner")
    packages_root: Path | None = None
    prompts_dir: Path = Path("prompts")
    upload_max_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    package_max_files: int = Field(default=2_000, ge=1)
    file_max_bytes: int = Field(default=8 * 1024 * 1024, ge=1)
    upload_concurrency: int = Field(default=8, ge=1)
    lease_s: float = Field(default=30.0, gt=0)
    finish_grace_s: float = Field(default=10.0, ge=0)
    prepare_patience_s: float = Field(default=60.0, ge=0)
    git_sha: str | None = Field(default=None, validation_alias=AliasChoices("git_sha", "RUNNER_GIT_SHA"))


class CJSettings(Settings):
    """The engine: budget, stopping and waiting; names as operators know them.

    What a request says about its batch wins over these; a batch keeps the values with which it began.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CJ_ASSESSMENT_SERVICE_"
    )

    host: str = "127.0.0.1"
    http_port: int = 9095
    open_anchor_registration: bool = False
    consumer_group_id_cj: str = "cj_assessment_consumer_group"
    default_llm_provider: str = "openai"
    default_llm_model: str = "gpt-5.1"
    default_llm_temperature: float = 0.1
    system_prompt_file: Path = Path("prompts/system/001_baseline.txt")
    pair_generation_seed: int | None = Field(default=None, ge=0)
    matching_weight_comparison_count: float = 1.0
    matching_weight_bt_proximity: float = 0.5

    llm_batching_mode: BatchingMode = "serial_bundle"
    llm_batch_api_allowed_providers: Annotated[tuple[str, ...], NoDecode] = ("openai", "anthropic")
    enable_llm_batching_metadata_hints: bool = True
    llm_provider_callback_topic: str = "huleedu.llm_provider.comparison_result.v1"
    default_batch_size: int = Field(default=200, ge=1, le=1000)
    max_concurrent_batches: int = Field(default=3, ge=1, le=32)
    fetch_concurrency: int = Field(default=8, ge=1)

    max_pairwise_comparisons: int = Field(default=120, ge=2)
    min_comparisons_for_stability_check: int = Field(default=12, ge=1)
    score_stability_threshold: float = Field(default=0.025, ge=0)
    min_success_rate_threshold: float = Field(default=0.8, ge=0, le=1)
    target_mean_se: float = Field(default=0.4, gt=0)
    min_resampling_net_size: int = Field(default=3, ge=0)
    max_resampling_passes_for_small_net: int = Field(default=4, ge=0)
    max_resampling_passes_for_regular_batch: int = Field(default=1, ge=0)

    first_cost_prompt_usd_per_1k_tokens: float = Field(default=0.015, ge=0)
    first_cost_completion_usd_per_1k_tokens: float = Field(default=0.075, ge=0)
    first_cost_completion_tokens: int = Field(default=500, ge=0)
    cost_safety_factor: float = Field(default=1.5, ge=1)
    first_wave_under_cost_cap: int = Field(default=8, ge=1)

    enable_failed_comparison_retry: bool = True
    max_retry_attempts: int = Field(default=3, ge=0)
    retry_back_off_s: float = Field(default=2.0, ge=0)
    retry_rate_limit_back_off_s: float = Field(default=15.0, ge=0)
    retry_longest_back_off_s: float = Field(default=300.0, ge=0)
    retry_spacing_s: float = Field(default=0.25, ge=0)

    overdue_after_s: float = Field(default=300.0, gt=0)
    batch_api_overdue_after_s: float = Field(default=7200.0, gt=0)
    batch_timeout_hours: float = Field(default=4.0, gt=0)
    batch_api_timeout_hours: float = Field(default=26.0, gt=0)
    batch_monitor_interval_minutes: float = Field(default=0.25, gt=0)

    @field_validator("llm_batch_api_allowed_providers", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        """Read a list from the environment as ``openai,anthropic``."""
        return (
            tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value
        )


class GatewaySettings(Settings):
    """The gateway: its queue and its judges."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="LLM_PROVIDER_SERVICE_"
    )

    host: str = "127.0.0.1"
    port: int = 8090
    mock_provider_seed: int = 42
    mock_latency_ms: int = Field(default=0, ge=0)
    mock_jitter_ms: int = Field(default=0, ge=0)
    mock_noise: float = Field(default=0.6, gt=0)
    mock_position_bias: float = 0.0
    replay_votes_dir: Path = Path("data/recorded-judgements")
    queue_max_size: int = Field(default=100_000, ge=1)
    queue_request_ttl_hours: float = Field(default=4.0, gt=0)
    queue_max_retries: int = Field(default=3, ge=0)
    concurrency: int = Field(default=64, ge=1)
    claim_size: int = Field(default=100, ge=1)
    lease_s: float = Field(default=60.0, gt=0)


class ContentSettings(Settings):
    """The content store."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CONTENT_SERVICE_"
    )

    host: str = "127.0.0.1"
    port: int = 8001
    max_bytes: int = Field(default=4 * 1024 * 1024, ge=1)
