"""Settings of results: whose they are, how long they are kept, how long a reader is waited for."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings


class ResultsSettings(Settings):
    """Results of batches that others started belong to ``owner``; ``keep_s`` None keeps all for ever.

    A reader who takes nothing of an answer for ``stall_s`` is let go.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_RESULTS_"
    )

    owner: str = Field(default="local", min_length=1, max_length=255)
    """Owner of results of batches that others started."""
    keep_s: float | None = Field(default=None, gt=0)
    """Seconds for which results are kept; unset: for ever."""
    stall_s: float = Field(default=60.0, gt=0)
    """Seconds after which a reader who takes nothing of an answer is let go."""
