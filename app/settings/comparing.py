"""Settings of comparisons: how many verdicts are held against each other, how large files of people may be."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings


class ComparingSettings(Settings):
    """What one comparison or one import may take; ``at_once`` is how many are computed at the same time.

    ``most_verdicts`` counts those of all runs that are compared together. ``file_max_bytes`` and ``file_max_rows``
    bound one file of people's verdicts, ``files_per_run`` how many of them a run may have.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_COMPARING_"
    )

    at_once: int = Field(default=2, ge=1)
    most_verdicts: int = Field(default=200_000, ge=1)
    file_max_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    file_max_rows: int = Field(default=50_000, ge=1)
    files_per_run: int = Field(default=50, ge=1)
