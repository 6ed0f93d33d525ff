"""What the API shows of runs, packages, events and files."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.runner.assets.store import Package
from app.runner.runs.listing import RunEvent, RunFile
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.runs.store import Run


class Comparisons(BaseModel):
    """Counts of callbacks; ``received`` holds the failed ones too, ``total`` is the budget where it is known."""

    received: int
    failed: int
    late: int
    total: int | None


class Progress(BaseModel):
    """How far a run is."""

    stage: RunState
    comparisons: Comparisons
    prompt_tokens: int
    completion_tokens: int
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
    progress: Progress
    request: dict[str, object] = Field(description="The request as accepted, defaults filled in.")
    links: dict[str, str]
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    deadline_at: datetime | None
    finished_at: datetime | None


class RunList(BaseModel):
    """A page of runs, newest first; ``next`` is what to ask for as ``before``."""

    items: list[RunView]
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
        progress=Progress(
            stage=run.status,
            comparisons=Comparisons(
                received=run.comparisons_received,
                failed=run.comparisons_failed,
                late=run.comparisons_late,
                total=request.budget.max_comparisons,
            ),
            prompt_tokens=run.prompt_tokens,
            completion_tokens=run.completion_tokens,
            cost_usd=round(run.cost_usd, 6),
        ),
        request=request.model_dump(mode="json"),
        links={
            "self": own,
            "artefact": f"{own}/artefact",
            "report": f"{own}/report",
            "events": f"{own}/events",
            "files": f"{own}/files",
        },
        created_at=run.created_at,
        updated_at=run.updated_at,
        published_at=run.published_at,
        deadline_at=run.deadline_at,
        finished_at=run.finished_at,
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
