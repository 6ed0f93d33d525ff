"""What the API shows of runs, packages, events and files."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.runner.assets.store import Package
from app.runner.runs.listing import RunEvent, RunFile
from app.runner.runs.progress import Counts, remaining_s
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.runs.store import Run, budget_of


class Comparisons(BaseModel):
    """Counts that add up: ``received = succeeded + failed`` and ``asked >= received + late``."""

    asked: int = Field(description="At least so many were asked, as far as anything that came in tells.")
    received: int = Field(description="Answers that came before the end.")
    succeeded: int
    failed: int
    late: int = Field(description="Answers that came after the end: kept, but part of nothing.")
    total: int | None = Field(description="The budget; null where the engine chooses.")


class Tokens(BaseModel):
    """Tokens of all answers."""

    prompt: int
    completion: int


class Progress(BaseModel):
    """How far a run is."""

    stage: RunState
    wave: int = Field(description="The latest wave of pairs of which an answer came; 0 before the first.")
    comparisons: Comparisons
    eta_s: float | None = Field(
        description="Seconds left at the pace so far, seen from `updated_at`; the engine may stop earlier."
    )
    tokens: Tokens
    cost_usd: float


class RunView(BaseModel):
    """One run."""

    id: str
    mode: Mode
    status: RunState
    status_reason: str | None
    status_detail: str | None
    batch_uuid: str
    batch_label: str
    correlation_id: str
    labels: dict[str, str]
    retry_of: str | None = Field(description="The run that this one repeats.")
    attempt: int = Field(description="1, and one more for each retry along the chain.")
    progress: Progress
    request: dict[str, object] = Field(description="The request as accepted, defaults filled in.")
    links: dict[str, str]
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    deadline_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None


class RunStarted(RunView):
    """The answer to a request that started a run."""

    webhook_secret: str = Field(
        default="",
        description="`whsec_…`, only where one was made for the run's webhook: shown here and never again.",
    )


class RunList(BaseModel):
    """A page of runs; ``next`` is the address of the page after it, ``next_cursor`` the cursor in it."""

    items: list[RunView]
    next_cursor: str | None
    next: str | None


class EventView(BaseModel):
    """One numbered event of a run."""

    number: int
    type: str
    at: datetime
    data: dict[str, object]


class EventList(BaseModel):
    """The events of a run, in order, without gaps."""

    items: list[EventView]


class FileView(BaseModel):
    """One file that a run wrote."""

    path: str
    kind: str
    media_type: str
    sha256: str
    bytes: int


class FileList(BaseModel):
    """The files of a run, by path."""

    items: list[FileView]


class PackageView(BaseModel):
    """One asset package."""

    id: str
    name: str
    sha256: str
    file_count: int
    bytes: int
    min_text_characters: int
    inventory: dict[str, object]
    created_at: datetime


class PackageList(BaseModel):
    """The newest packages."""

    items: list[PackageView]


def run_view(run: Run) -> RunView:
    """Return the resource of a run."""
    request = RunRequest.model_validate(run.spec)
    own = f"/v1/runs/{run.id}"
    return RunView(
        id=run.id,
        mode=run.mode,
        status=run.status,
        status_reason=run.status_reason,
        status_detail=run.status_detail,
        batch_uuid=str(run.batch_uuid),
        batch_label=run.batch_label,
        correlation_id=str(run.correlation_id),
        labels=dict(run.labels),
        retry_of=run.retry_of,
        attempt=run.attempt,
        progress=progress_of(run),
        request=request.model_dump(mode="json"),
        links={
            "self": own,
            "artefact": f"{own}/artefact",
            "report": f"{own}/report",
            "events": f"{own}/events",
            "files": f"{own}/files",
            "cancel": f"{own}/cancel",
            "retry": f"{own}/retry",
        },
        created_at=run.created_at,
        updated_at=run.updated_at,
        published_at=run.published_at,
        deadline_at=run.deadline_at,
        finished_at=run.finished_at,
        cancel_requested_at=run.cancel_requested_at,
    )


def progress_of(run: Run) -> Progress:
    """Return how far a run is."""
    counts = Counts(
        asked=run.comparisons_asked,
        received=run.comparisons_received,
        failed=run.comparisons_failed,
        late=run.comparisons_late,
        total=budget_of(run),
    )
    return Progress(
        stage=run.status,
        wave=run.wave,
        comparisons=Comparisons(
            asked=counts.asked,
            received=counts.received,
            succeeded=counts.succeeded,
            failed=counts.failed,
            late=counts.late,
            total=counts.total,
        ),
        eta_s=remaining_s(counts, run.published_at, run.updated_at) if run.status is RunState.RUNNING else None,
        tokens=Tokens(prompt=run.prompt_tokens, completion=run.completion_tokens),
        cost_usd=round(run.cost_usd, 6),
    )


def event_view(event: RunEvent) -> EventView:
    """Return one event as shown."""
    return EventView(number=event.number, type=event.type, at=event.at, data=dict(event.data))


def file_view(file: RunFile) -> FileView:
    """Return one file as shown."""
    return FileView(**file.__dict__)


def package_view(package: Package) -> PackageView:
    """Return one package as shown."""
    return PackageView(**(package.__dict__ | {"inventory": dict(package.inventory)}))
