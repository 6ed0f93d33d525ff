"""Settings of the gateway: queue, money, modes."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings


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
    mock_error_codes: list[int] = Field(default_factory=lambda: [429, 503, 500])
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
