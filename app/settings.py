"""Setting groups: read from the environment once, at the start of a role, and handed down from there.

Each group names its own prefix. Names that operators know from the platform this service speaks
with (``CJ_ASSESSMENT_SERVICE_…``, ``LLM_PROVIDER_SERVICE_…``, ``CJ_SERVICE_URL``) are kept.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BatchingMode = Literal["per_request", "serial_bundle", "provider_batch_api"]


class Settings(BaseSettings):
    """Base of all groups: frozen, unknown variables of the environment are not its business."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_file=None)


_KEYED = ("anthropic", "openai", "google", "openrouter", "local")


def _secret(*names: str) -> Any:
    """Return a field that is read from the prefixed name first, then from the names that providers use."""
    return Field(default=None, validation_alias=AliasChoices(f"LLM_PROVIDER_SERVICE_{names[0]}", *names))


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
    cancel_patience_s: float = Field(default=600.0, ge=0)
    cancel_unknown_s: float = Field(default=30.0, ge=0)
    idempotency_keep_s: float = Field(default=24 * 3600.0, ge=24 * 3600)
    delete_allowed: bool = True
    delete_after_s: float = Field(default=0.0, ge=0)
    sweep_every_s: float = Field(default=60.0, gt=0)
    heartbeat_s: float = Field(default=15.0, gt=0)
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
    use_extended_ttl_for_service_constants: bool = False
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
    """The gateway: its queue, how it asks, what it may spend, and its judges.

    Mappings by provider are JSON in the environment: ``{"openai": 500}``.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="LLM_PROVIDER_SERVICE_"
    )

    host: str = "127.0.0.1"
    port: int = 8090
    use_mock_llm: bool = False
    allow_mock_provider: bool = True
    admin_api_enabled: bool = True
    default_llm_provider: str = "openai"
    mock_mode: str = "default"
    open_writes: bool = False
    service_token: SecretStr | None = None
    mock_provider_seed: int = 42
    mock_latency_ms: int | None = Field(default=None, ge=0)
    mock_jitter_ms: int | None = Field(
        default=None,
        ge=0,
        validation_alias=AliasChoices(
            "mock_jitter_ms",
            "LLM_PROVIDER_SERVICE_MOCK_JITTER_MS",
            "LLM_PROVIDER_SERVICE_MOCK_LATENCY_JITTER_MS",
        ),
    )
    mock_noise: float = Field(default=0.6, gt=0)
    mock_position_bias: float = 0.0
    mock_length_bias: float = 0.0
    mock_qualities: dict[str, float] = Field(default_factory=dict)
    mock_error_rate: float = Field(default=0.0, ge=0, le=1)
    mock_error_codes: list[int] = [429, 503, 500]
    mock_error_burst_rate: float = Field(default=0.0, ge=0, le=1)
    mock_error_burst_length: int = Field(default=0, ge=0)
    mock_cache_enabled: bool = True
    mock_cache_hit_rate: float = Field(default=0.0, ge=0, le=1)
    mock_tokens_per_word: float = Field(default=0.75, gt=0)
    mock_confidence_base: float = Field(default=4.5, ge=0, le=5)
    mock_confidence_jitter: float = Field(default=0.3, ge=0)
    mock_batch_latency_s: float = Field(default=0.0, ge=0)
    replay_votes_dir: Path = Path("data/recorded-judgements")
    queue_max_size: int = Field(default=100_000, ge=1)
    prompt_max_bytes: int = Field(default=4_000_000, ge=1)
    queue_request_ttl_hours: float = Field(default=4.0, gt=0)
    queue_full_retry_after_s: int = Field(default=30, ge=1)
    queue_max_retries: int = Field(default=3, ge=0)
    queue_max_throttled: int = Field(default=30, ge=0)
    back_off_s: float = Field(default=0.5, gt=0)
    longest_back_off_s: float = Field(default=60.0, gt=0)
    queue_processing_mode: Literal["per_request", "serial_bundle", "batch_api"] = "per_request"
    serial_bundle_max_requests_per_call: int = Field(default=64, ge=1, le=64)
    batch_api_mode: Literal["disabled", "nightly", "opportunistic"] = "disabled"
    batch_api_nightly_start_hour: int = Field(default=22, ge=0, le=23)
    batch_api_nightly_hours: int = Field(default=8, ge=1, le=24)
    batch_api_max_requests_per_job: int = Field(default=1_000, ge=1, le=50_000)
    batch_api_gather_s: float = Field(default=5.0, ge=0)
    batch_api_poll_s: float = Field(default=30.0, gt=0)
    batch_api_request_ttl_hours: float = Field(default=26.0, gt=0)
    concurrency: int = Field(default=64, ge=1)
    claim_size: int = Field(default=100, ge=1)
    lease_s: float = Field(default=60.0, gt=0)
    sweep_s: float = Field(default=1.0, gt=0)
    drain_s: float = Field(default=3.0, ge=0)
    circuit_breaker_failure_threshold: int = Field(default=3, ge=1)
    circuit_breaker_open_s: float = Field(default=120.0, gt=0)
    circuit_breaker_success_threshold: int = Field(default=2, ge=1)
    requests_per_minute: dict[str, int] = Field(default_factory=dict)
    tokens_per_minute: dict[str, int] = Field(default_factory=dict)
    llm_default_max_tokens: int = Field(default=4096, ge=1)
    cost_limit_usd_per_day: float | None = Field(default=None, ge=0)
    cost_limit_usd_per_day_by_provider: dict[str, float] = Field(default_factory=dict)
    cost_limit_usd_per_batch: float | None = Field(default=None, ge=0)


class ProviderSettings(Settings):
    """The real judges: a key from the environment or from a secret file, an address, the default model.

    A provider without a key is not there; ``local`` is there when its address is set. Keys may also be
    given under the provider's usual name (``ANTHROPIC_API_KEY``); the prefixed name wins.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_prefix="LLM_PROVIDER_SERVICE_",
        env_ignore_empty=True,
    )

    anthropic_api_key: SecretStr | None = _secret("ANTHROPIC_API_KEY")
    anthropic_api_key_file: Path | None = _secret("ANTHROPIC_API_KEY_FILE")
    anthropic_base_url: str = "https://api.anthropic.com"
    anthropic_default_model: str = "claude-haiku-4-5-20251001"
    openai_api_key: SecretStr | None = _secret("OPENAI_API_KEY")
    openai_api_key_file: Path | None = _secret("OPENAI_API_KEY_FILE")
    openai_base_url: str = "https://api.openai.com/v1"
    openai_default_model: str = "gpt-5.1"
    google_api_key: SecretStr | None = _secret("GOOGLE_API_KEY", "GEMINI_API_KEY")
    google_api_key_file: Path | None = _secret("GOOGLE_API_KEY_FILE", "GEMINI_API_KEY_FILE")
    google_base_url: str = "https://generativelanguage.googleapis.com/v1beta/openai/"
    google_default_model: str = "gemini-2.5-flash"
    openrouter_api_key: SecretStr | None = _secret("OPENROUTER_API_KEY")
    openrouter_api_key_file: Path | None = _secret("OPENROUTER_API_KEY_FILE")
    openrouter_base_url: str = "https://openrouter.ai/api/v1"
    openrouter_default_model: str = "anthropic/claude-haiku-4.5"
    openrouter_referer: str | None = None
    openrouter_title: str = "CJ Runner"
    local_api_key: SecretStr | None = None
    local_api_key_file: Path | None = None
    local_base_url: str | None = None
    local_default_model: str = "llama3.1"
    llm_request_timeout: float = Field(default=300.0, gt=0)
    llm_connect_timeout: float = Field(default=10.0, gt=0)
    llm_default_max_tokens: int = Field(default=4096, ge=1)
    enable_prompt_caching: bool = True

    @model_validator(mode="after")
    def _one_source_a_key(self) -> Self:
        for name in _KEYED:
            if getattr(self, f"{name}_api_key") is not None and getattr(self, f"{name}_api_key_file") is not None:
                raise ValueError(f"set {name}_api_key or {name}_api_key_file, not both")
        return self

    @field_validator(*(f"{name}_base_url" for name in _KEYED))
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

    def api_key(self, provider: str) -> SecretStr | None:
        """Return the key of ``provider``, or None.

        Raises ``OSError`` where its secret file cannot be read, ``ValueError`` for what cannot be a key.
        """
        given: SecretStr | None = getattr(self, f"{provider}_api_key")
        file: Path | None = getattr(self, f"{provider}_api_key_file")
        if given is None and file is not None:
            given = SecretStr(file.read_text(encoding="utf-8"))
        value = "" if given is None else given.get_secret_value().strip()
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError(f"the API key of {provider} holds characters that no key has")
        return SecretStr(value) if value else None


class ContentSettings(Settings):
    """The content store."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CONTENT_SERVICE_"
    )

    host: str = "127.0.0.1"
    port: int = 8001
    max_bytes: int = Field(default=4 * 1024 * 1024, ge=1)
