"""Settings of the CJ engine."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.settings.base import BatchingMode, Port, Settings


class CJSettings(Settings):
    """The engine: budget, stopping and waiting; names as operators know them.

    What a request says about its batch wins over these; a batch keeps the values with which it began.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="CJ_ASSESSMENT_SERVICE_"
    )

    host: str = "127.0.0.1"
    """Address to listen on."""
    http_port: Port = 9095
    """Port to listen on."""
    open_anchor_registration: bool = False
    """Whether anchors may be registered without a token."""
    consumer_group_id_cj: str = "cj_assessment_consumer_group"
    """Consumer group of the engine."""
    default_llm_provider: str = "openai"
    """Judge of a batch that names none."""
    default_llm_model: str = "gpt-5.1"
    """Model of a batch that names none."""
    default_llm_temperature: float = 0.1
    """Temperature of a batch that names none."""
    system_prompt_file: Path = Path("prompts/system/001_baseline.txt")
    """System prompt of a batch that brings none."""
    use_extended_ttl_for_service_constants: bool = False
    """Whether the provider's prompt cache is asked to keep the constant part for an hour instead of five minutes.
    """
    pair_generation_seed: int | None = Field(default=None, ge=0)
    """Seed of pairs and orders for batches that bring none; unset: 0."""
    matching_weight_comparison_count: float = 1.0
    """Weight of few comparisons in the policy `optimal_graph`."""
    matching_weight_bt_proximity: float = 0.5
    """Weight of near scores in the policy `optimal_graph`."""

    llm_batching_mode: BatchingMode = "serial_bundle"
    """How comparisons are sent to the provider, unless a request says."""
    llm_batch_api_allowed_providers: Annotated[tuple[str, ...], NoDecode] = ("openai", "anthropic")
    """Providers whose batch jobs may be used, separated by commas."""
    enable_llm_batching_metadata_hints: bool = True
    """Whether bundle size, mode and wave go with each comparison."""
    llm_provider_callback_topic: str = "huleedu.llm_provider.comparison_result.v1"
    """Topic on which verdicts come back."""
    default_batch_size: int = Field(default=200, ge=1, le=1000)
    """Comparisons in one call to the gateway."""
    max_concurrent_batches: int = Field(default=3, ge=1, le=32)
    """Calls to the gateway at once, for one batch."""
    fetch_concurrency: int = Field(default=8, ge=1)
    """Texts fetched at once."""

    max_pairwise_comparisons: int = Field(default=120, ge=2)
    """Most comparisons of a batch; a request may lower it."""
    min_comparisons_for_stability_check: int = Field(default=12, ge=1)
    """Verdicts before stability is looked at."""
    score_stability_threshold: float = Field(default=0.025, ge=0)
    """Largest change of a score, in logits, that counts as stable."""
    min_success_rate_threshold: float = Field(default=0.8, ge=0, le=1)
    """Share of comparisons that must have a verdict."""
    target_mean_se: float = Field(default=0.4, gt=0)
    """Mean standard error, in logits, that ends `stop_rule=precision` without a target of its own."""
    min_resampling_net_size: int = Field(default=3, ge=0)
    """A batch with at most so many essays is a small net."""
    max_resampling_passes_for_small_net: int = Field(default=4, ge=0)
    """How often all pairs of a small net may be asked again."""
    max_resampling_passes_for_regular_batch: int = Field(default=1, ge=0)
    """How often all pairs of a larger batch may be asked again."""

    first_cost_prompt_usd_per_1k_tokens: float = Field(default=0.015, ge=0)
    """Upper estimate of what 1,000 prompt tokens cost, before there is a verdict."""
    first_cost_completion_usd_per_1k_tokens: float = Field(default=0.075, ge=0)
    """Upper estimate of what 1,000 completion tokens cost, before there is a verdict."""
    first_cost_completion_tokens: int = Field(default=500, ge=0)
    """Upper estimate of the tokens of a verdict."""
    cost_safety_factor: float = Field(default=1.5, ge=1)
    """Times the mean cost that is set aside for each open comparison, at least."""
    first_wave_under_cost_cap: int = Field(default=8, ge=1)
    """Comparisons of the first wave where money is capped."""

    enable_failed_comparison_retry: bool = True
    """Whether failures that may pass are asked again."""
    max_retry_attempts: int = Field(default=3, ge=0)
    """How often."""
    retry_back_off_s: float = Field(default=2.0, ge=0)
    """Seconds before the first new try; doubled with each."""
    retry_rate_limit_back_off_s: float = Field(default=15.0, ge=0)
    """The same after a rate limit."""
    retry_longest_back_off_s: float = Field(default=300.0, ge=0)
    """Longest wait before a new try, in seconds."""
    retry_spacing_s: float = Field(default=0.25, ge=0)
    """Seconds between tries after a rate limit."""

    lease_s: float = Field(default=30.0, gt=0)
    """Seconds for which a process holds a batch; after that another one may take it over."""
    overdue_after_s: float = Field(default=300.0, gt=0)
    """Seconds after which a missing verdict is asked for again, under its id, at a gateway that does not tell what
    became of it; longest pause between two looks.
    """
    overdue_most_asks: int = Field(default=4, ge=1)
    """How often a comparison is asked, in all, while its verdict does not come; then it is waited for only."""
    look_up_after_s: float = Field(default=60.0, gt=0)
    """Seconds after which the gateway is asked what became of a missing verdict; twice as long each time after."""
    batch_api_overdue_after_s: float = Field(default=7200.0, gt=0)
    """The same for batch jobs."""
    batch_timeout_hours: float = Field(default=4.0, gt=0)
    """Hours after which a batch ends with what it has."""
    batch_api_timeout_hours: float = Field(default=26.0, gt=0)
    """The same for batch jobs."""
    batch_monitor_interval_minutes: float = Field(default=0.25, gt=0)
    """Minutes between two looks at old batches, and counts of states."""

    @field_validator("llm_batch_api_allowed_providers", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        """Read a list from the environment as ``openai,anthropic``."""
        return (
            tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value
        )
