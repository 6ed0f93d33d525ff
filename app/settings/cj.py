"""Settings of the CJ engine."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.settings.base import BatchingMode, Settings


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
