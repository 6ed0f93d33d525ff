"""Settings of the gateway: queue, money, modes."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from app.settings.base import Port, Settings


class GatewaySettings(Settings):
    """The gateway: its queue, how it asks, what it may spend, and its judges.

    Mappings by provider are JSON in the environment: ``{"openai": 500}``.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="LLM_PROVIDER_SERVICE_"
    )

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8090
    """Port to listen on."""
    use_mock_llm: bool = False
    """Whether every request is judged by the mock, whatever it names."""
    allow_mock_provider: bool = True
    """Whether requests may name the judges `mock` and `replay`."""
    admin_api_enabled: bool = True
    """Whether the admin routes exist."""
    default_llm_provider: str = "openai"
    """Judge of a request that names none."""
    mock_mode: str = "default"
    """Profile of the mock at start."""
    open_writes: bool = False
    """Whether other addresses than loopback may write without a token."""
    service_token: SecretStr | None = None
    """Token that callers must bring."""
    mock_provider_seed: int = 42
    """Seed of the mock."""
    mock_latency_ms: int | None = Field(default=None, ge=0)
    """Latency of the mock in milliseconds; unset: the profile's."""
    mock_jitter_ms: int | None = Field(
        default=None,
        ge=0,
        validation_alias=AliasChoices(
            "mock_jitter_ms",
            "LLM_PROVIDER_SERVICE_MOCK_JITTER_MS",
            "LLM_PROVIDER_SERVICE_MOCK_LATENCY_JITTER_MS",
        ),
    )
    """Spread of that latency; unset: the profile's."""
    mock_noise: float = Field(default=0.6, gt=0)
    """Scale of the mock judge's noise, in logits."""
    mock_position_bias: float = 0.0
    """Advantage of the first essay, in logits."""
    mock_length_bias: float = 0.0
    """Advantage of the longer essay, in logits."""
    mock_qualities: dict[str, float] = Field(default_factory=dict)
    """Quality of essays by identifier, as JSON; others by their text."""
    mock_error_rate: float = Field(default=0.0, ge=0, le=1)
    """Share of calls that fail."""
    mock_error_codes: list[int] = Field(default_factory=lambda: [429, 503, 500])
    """HTTP codes of those failures, as JSON."""
    mock_error_burst_rate: float = Field(default=0.0, ge=0, le=1)
    """Share of calls at which a burst of failures begins."""
    mock_error_burst_length: int = Field(default=0, ge=0)
    """Failures in a burst."""
    mock_cache_enabled: bool = True
    """Whether the mock reports prompt cache tokens."""
    mock_cache_hit_rate: float = Field(default=0.0, ge=0, le=1)
    """Share of calls that hit that cache."""
    mock_tokens_per_word: float = Field(default=0.75, gt=0)
    """Tokens a word that the mock reports."""
    mock_confidence_base: float = Field(default=4.5, ge=0, le=5)
    """Mean confidence of the mock, 0 to 5."""
    mock_confidence_jitter: float = Field(default=0.3, ge=0)
    """Spread of that confidence."""
    mock_batch_latency_s: float = Field(default=0.0, ge=0)
    """Seconds that a mock batch job takes."""
    replay_votes_dir: Path = Path("data/recorded-judgements")
    """Folder of recorded judgements for the judge `replay`."""
    queue_max_size: int = Field(default=100_000, ge=1)
    """Comparisons that may wait; more are refused with 429."""
    prompt_max_bytes: int = Field(default=4_000_000, ge=1)
    """Largest prompt, in bytes."""
    queue_request_ttl_hours: float = Field(default=4.0, gt=0)
    """Hours after which a waiting comparison expires."""
    queue_full_retry_after_s: int = Field(default=30, ge=1)
    """`Retry-After` of a full queue, in seconds."""
    queue_max_retries: int = Field(default=3, ge=0)
    """New tries of a failed call."""
    queue_max_throttled: int = Field(default=30, ge=0)
    """New tries of a call that met a rate limit."""
    back_off_s: float = Field(default=0.5, gt=0)
    """Seconds before the first new try; doubled with each."""
    longest_back_off_s: float = Field(default=60.0, gt=0)
    """Longest wait before a new try, in seconds."""
    queue_processing_mode: Literal["per_request", "serial_bundle", "batch_api"] = "per_request"
    """How waiting comparisons are sent, unless a request says."""
    serial_bundle_max_requests_per_call: int = Field(default=64, ge=1, le=64)
    """Most comparisons in a bundle."""
    batch_api_mode: Literal["disabled", "nightly", "opportunistic"] = "disabled"
    """When batch jobs of providers are used."""
    batch_api_nightly_start_hour: int = Field(default=22, ge=0, le=23)
    """Hour (UTC) at which the nightly window opens."""
    batch_api_nightly_hours: int = Field(default=8, ge=1, le=24)
    """Hours for which it stays open."""
    batch_api_max_requests_per_job: int = Field(default=1_000, ge=1, le=50_000)
    """Most comparisons in a job."""
    batch_api_gather_s: float = Field(default=5.0, ge=0)
    """Seconds for which a job waits for more comparisons."""
    batch_api_poll_s: float = Field(default=30.0, gt=0)
    """Seconds between two looks at a job."""
    batch_api_request_ttl_hours: float = Field(default=26.0, gt=0)
    """Hours after which a comparison in a job expires."""
    concurrency: int = Field(default=64, ge=1)
    """Calls to providers at once, for a process."""
    claim_size: int = Field(default=100, ge=1)
    """Comparisons taken from the queue at once."""
    lease_s: float = Field(default=60.0, gt=0)
    """Seconds for which a process holds a comparison."""
    sweep_s: float = Field(default=1.0, gt=0)
    """Seconds between two sweeps of leases and expiry."""
    drain_s: float = Field(default=3.0, ge=0)
    """Seconds for which calls may end when the process stops."""
    circuit_breaker_failure_threshold: int = Field(default=3, ge=1)
    """Failures in a row after which a model is not asked for a while."""
    circuit_breaker_open_s: float = Field(default=120.0, gt=0)
    """Seconds of that while."""
    circuit_breaker_success_threshold: int = Field(default=2, ge=1)
    """Successes in a row that end the trial after it."""
    requests_per_minute: dict[str, int] = Field(default_factory=dict)
    """Calls a minute by provider, as JSON: `{"openai": 500}`; shared by all processes."""
    tokens_per_minute: dict[str, int] = Field(default_factory=dict)
    """Tokens a minute by provider, as JSON; shared by all processes."""
    llm_default_max_tokens: int = Field(default=4096, ge=1)
    """Longest answer, in tokens, of a request that says nothing."""
    cost_limit_usd_per_day: float | None = Field(default=None, ge=0)
    """Money a day (UTC), in USD; unset: no limit."""
    cost_limit_usd_per_day_by_provider: dict[str, float] = Field(default_factory=dict)
    """The same by provider, as JSON."""
    cost_limit_usd_per_batch: float | None = Field(default=None, ge=0)
    """Money of one batch, in USD; unset: no limit."""
