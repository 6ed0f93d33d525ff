"""Settings of experiments: how large one may be, and how many of its runs go on at once."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings


class ExperimentSettings(Settings):
    """An experiment has at most ``max_cells`` runs, of which at most ``max_concurrency`` go on at once."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_EXPERIMENTS_"
    )

    max_cells: int = Field(default=200, ge=1, le=5_000)
    max_concurrency: int = Field(default=8, ge=1, le=100)
