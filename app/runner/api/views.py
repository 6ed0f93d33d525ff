"""What the API shows of runs, packages and events."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from app.runner.assets.store import Package
from app.runner.runs import recollection
from app.runner.runs.listing import RunEvent
from app.runner.runs.progress import Counts, remaining_s
from app.runner.runs.spec import Assets, Judge, Prompt, RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.runs.store import Run, budget_of


class Comparisons(BaseModel):
    """Counts that add up: ``received = succeeded + failed`` and ``asked >= received + late``."""

    asked: int = Field(description="At least so many were asked, as far as anything that came in tells.")
    received: int = Field(description="Answers that came before the end.")
    succeeded: int
    failed: int
    late: int = Field(description="Answers that came after the end: in no other count, but in later revisions.")
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


class RecollectFound(BaseModel):
    """What cj had that had not come in by itself."""

    comparisons: int
    completions: int
    results: int
    failures: int


class RecollectError(BaseModel):
    """Why cj could not be asked, or not yet."""

    code: str
    detail: str


class RecollectView(BaseModel):
    """The latest asking of cj what it has for the run."""

    by: str = Field(
        description="`request`, `silence` (nothing came for a while), `finish` (something was missing at "
        "the end) or `deadline`."
    )
    requested_at: datetime
    finished_at: datetime | None = Field(description="Null while it is under way.")
    tries: int = Field(description="How often cj did not answer.")
    published_again: int = Field(description="How often the run's request was sent again, over its whole life.")
    found: RecollectFound
    error: RecollectError | None


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
    artefact_revision: int = Field(description="The latest revision of the artefact; 0 before the first.")
    recollect: RecollectView | None = Field(description="Null where cj was never asked.")
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
        labels=dict(sorted(run.labels.items())),
        retry_of=run.retry_of,
        attempt=run.attempt,
        artefact_revision=run.revision,
        recollect=recollect_view(run),
        progress=progress_of(run),
        request=_request(run.spec),
        links={
            "self": own,
            "artefact": f"{own}/artefact",
            "report": f"{own}/report",
            "comparisons": f"{own}/comparisons",
            "scores": f"{own}/scores",
            "projections": f"{own}/projections",
            "batch_results": f"/v1/results/batches/{run.batch_uuid}",
            "events": f"{own}/events",
            "files": f"{own}/files",
            "revisions": f"{own}/revisions",
            "manifest": f"{own}/manifest",
            "requests": f"{own}/requests",
            "event_files": f"{own}/events/files",
            "bundle": f"{own}/bundle.zip",
            "verify": f"{own}/verify",
            "cancel": f"{own}/cancel",
            "retry": f"{own}/retry",
            "recollect": f"{own}/recollect",
        },
        created_at=run.created_at,
        updated_at=run.updated_at,
        published_at=run.published_at,
        deadline_at=run.deadline_at,
        finished_at=run.finished_at,
        cancel_requested_at=run.cancel_requested_at,
    )


_PROMPT = Prompt(name="any", text="any")
_USUAL = RunRequest(
    mode=Mode.ANCHOR_ALIGN_TEST,
    batch_label="any",
    assets=Assets(package_id="any"),
    llm=Judge(system_prompt=_PROMPT, rubric=_PROMPT),
).model_dump(mode="json")


def _request(spec: Mapping[str, object]) -> dict[str, object]:
    """Return a request in the order of its fields, which the database does not keep.

    One that was accepted before a field was there is filled in.
    """
    try:
        return _ordered(spec, _USUAL)
    except KeyError:
        return _ordered(RunRequest.model_validate(spec).model_dump(mode="json"), _USUAL)


def _ordered(given: Mapping[str, object], like: Mapping[str, object]) -> dict[str, object]:
    """Return ``given`` in the order of ``like``, the rest by name; raises ``KeyError`` for what it lacks."""
    found = {name: given[name] for name in like}
    if len(found) < len(given):
        found |= {name: given[name] for name in sorted(given.keys() - found.keys())}
    for name, value in found.items():
        if isinstance(value, dict):  # not Mapping, whose check costs more than all the rest
            usual = like.get(name)
            found[name] = _ordered(value, usual if isinstance(usual, dict) else {})
    return found


def recollect_view(run: Run) -> RecollectView | None:
    """Return the latest asking of cj about a run, None where there was none."""
    asking = recollection.of(run.recollect)
    if asking.requested_at is None:
        return None
    return RecollectView.model_validate(asking.model_dump(exclude={"next_at", "automatic"}))


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


def package_view(package: Package) -> PackageView:
    """Return one package as shown."""
    return PackageView(**(package.__dict__ | {"inventory": dict(package.inventory)}))
