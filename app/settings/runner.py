"""Settings of the runner: the API and its worker."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import Settings
from app.settings.comparing import ComparingSettings
from app.settings.experiments import ExperimentSettings
from app.settings.results import ResultsSettings


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
    revision_quiet_s: float = Field(default=10.0, ge=0)
    late_window_s: float = Field(default=7 * 24 * 3600.0, ge=0)
    reconcile_silent_s: float = Field(default=120.0, gt=0)
    recollect_tries: int = Field(default=5, ge=1)
    idempotency_keep_s: float = Field(default=24 * 3600.0, ge=24 * 3600)
    delete_allowed: bool = True
    delete_after_s: float = Field(default=0.0, ge=0)
    sweep_every_s: float = Field(default=60.0, gt=0)
    audit_keep_days: float = Field(default=365.0, gt=0)
    results: ResultsSettings = Field(default_factory=ResultsSettings)
    experiments: ExperimentSettings = Field(default_factory=ExperimentSettings)
    comparing: ComparingSettings = Field(default_factory=ComparingSettings)
    heartbeat_s: float = Field(default=15.0, gt=0)
    git_sha: str | None = Field(default=None, validation_alias=AliasChoices("git_sha", "RUNNER_GIT_SHA"))
