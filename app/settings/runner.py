"""Settings of the runner: the API and its worker."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

from app.settings.base import Port, Settings
from app.settings.comparing import ComparingSettings
from app.settings.experiments import ExperimentSettings
from app.settings.results import ResultsSettings


class RunnerSettings(Settings):
    """The runner: where files go and how long it waits."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="RUNNER_")

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8300
    """Port of the API."""
    worker_port: Port = 8301
    """Port of the worker's health and metrics."""
    files_dir: Path = Path("var/runner")
    """Folder of packages, artefacts and reports; API and worker share it."""
    packages_root: Path | None = None
    """Folder below which `from-folder` may take packages; unset: that route is off."""
    prompts_dir: Path = Path("prompts")
    """Folder of the versioned prompts."""
    upload_max_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    """Largest upload of a package, in bytes."""
    package_max_files: int = Field(default=2_000, ge=1)
    """Most files in a package."""
    file_max_bytes: int = Field(default=8 * 1024 * 1024, ge=1)
    """Largest single file in a package, in bytes, unpacked."""
    upload_concurrency: int = Field(default=8, ge=1)
    """Essays that one run uploads to the content store side by side."""
    lease_s: float = Field(default=30.0, gt=0)
    """Seconds for which a worker holds a run; after that another one may take it over."""
    finish_grace_s: float = Field(default=10.0, ge=0)
    """Seconds to wait at the end of a run for verdicts that cj counted and that did not arrive yet."""
    prepare_patience_s: float = Field(default=60.0, ge=0)
    """Seconds for which a run is prepared again while cj or the content store is away."""
    cancel_patience_s: float = Field(default=600.0, ge=0)
    """Seconds for which a cancelled run tries to tell cj."""
    cancel_unknown_s: float = Field(default=30.0, ge=0)
    """Seconds after which a batch that cj does not know counts as cancelled."""
    revision_quiet_s: float = Field(default=10.0, ge=0)
    """Seconds of quiet before late data is written into a revision."""
    late_window_s: float = Field(default=7 * 24 * 3600.0, ge=0)
    """Seconds after the end of a run in which late data is taken in."""
    reconcile_silent_s: float = Field(default=120.0, gt=0)
    """Seconds of silence after which a run asks cj by itself."""
    recollect_tries: int = Field(default=5, ge=1)
    """How often a cj that does not answer is asked."""
    republish_most: int = Field(default=3, ge=0)
    """How often the request of a run is sent again while cj does not have it, or does not tell; 0: never."""
    idempotency_keep_s: float = Field(default=24 * 3600.0, ge=24 * 3600)
    """Seconds for which an `Idempotency-Key` is kept; a day at least."""
    delete_allowed: bool = True
    """Whether ended runs may be deleted."""
    delete_after_s: float = Field(default=0.0, ge=0)
    """Seconds after its end from which a run may be deleted."""
    sweep_every_s: float = Field(default=60.0, gt=0)
    """Seconds between two sweeps of what is over."""
    audit_keep_days: float = Field(default=365.0, gt=0)
    """Days for which rows of the audit are kept."""
    results: ResultsSettings = Field(default_factory=ResultsSettings)
    """Results of batches, see `RUNNER_RESULTS_…`."""
    comparing: ComparingSettings = Field(default_factory=ComparingSettings)
    """Comparisons and files of people, see `RUNNER_COMPARING_…`."""
    experiments: ExperimentSettings = Field(default_factory=ExperimentSettings)
    """Experiments, see `RUNNER_EXPERIMENTS_…`."""
    heartbeat_s: float = Field(default=15.0, gt=0)
    """Seconds between heartbeats of an event stream."""
    git_sha: str | None = Field(default=None, validation_alias=AliasChoices("git_sha", "RUNNER_GIT_SHA"))
    """Commit that the artefact names as its maker."""
