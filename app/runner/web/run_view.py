"""What the page of a run shows, put into words and numbers. PURE.

Fed by the run, its events, its kept scores and its files; feeds the template ``run.html``. Nothing here is
HTML: the template escapes whatever comes from people, judges and other services.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.runner.api.views import Progress, progress_of
from app.runner.archive.listing import Entry
from app.runner.results.kept import Kept, Record
from app.runner.runs import recollection
from app.runner.runs.listing import RunEvent
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import PUBLISHING_MODES, Mode, RunState
from app.runner.runs.store import Run
from app.runner.web.run_words import MEANINGS, event_words, remedy
from app.runner.web.score_plot import ScorePlot, score_plot
from app.runner.web.wording import size, span, usd

Told = Mapping[str, object]
SHAPES = ("csv", "ndjson", "parquet", "json")
AS_ASKED = "as asked"
TABLES = {"comparisons": "Answers of the judges", "scores": "Scores", "projections": "Projected grades"}


@dataclass(frozen=True)
class Setting:
    """A setting as the caller asked for it and as it took effect."""

    name: str
    asked: str
    effective: str


@dataclass(frozen=True)
class Line:
    """One event in words."""

    number: int
    at: datetime
    kind: str
    words: str


@dataclass(frozen=True)
class Download:
    """One file to fetch; ``size`` and ``sha256`` are empty for what is made when it is asked for."""

    name: str
    what: str
    href: str
    size: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Live:
    """What changes while the run goes on: the part of the page that its stream keeps fresh."""

    meaning: str
    progress: Progress
    share: float | None
    """Received of the budget, 0 to 1; None where the engine chooses how many there will be."""
    ends_by: str
    reason: str | None
    detail: str | None
    remedy: str | None
    asking: str | None
    """What is known of the latest asking of cj for what is missing."""


@dataclass(frozen=True)
class Scores:
    """The scores as a drawing and as a table; ``grades`` are the columns of probabilities."""

    plot: ScorePlot | None
    rows: Sequence[Record]
    shares: Mapping[str, Mapping[str, float]]
    grades: Sequence[str]
    source: str
    no_grades: str | None


def live(run: Run, now: datetime) -> Live:
    """Return the part that changes."""
    progress = progress_of(run)
    counts = progress.comparisons
    share = min(1.0, counts.received / counts.total) if counts.total else None
    return Live(
        meaning=MEANINGS[run.status],
        progress=progress,
        share=share,
        ends_by=_deadline(run, now),
        reason=run.status_reason,
        detail=run.status_detail,
        remedy=remedy(run.status_reason),
        asking=_asking(run),
    )


def _deadline(run: Run, now: datetime) -> str:
    if run.is_final or run.deadline_at is None:
        return ""
    left = run.deadline_at - now
    return "now" if left <= timedelta(0) else f"in {span(left.total_seconds())}"


def _asking(run: Run) -> str | None:
    asking = recollection.of(run.recollect)
    if asking.requested_at is None:
        return None
    if asking.pending:
        tried = f"; it did not answer {asking.tries} times" if asking.tries else ""
        return f"The engine is being asked what it has{tried}."
    if asking.error is not None:
        return f"The engine could not be asked: {asking.error.detail}"
    found = [f"{count} {name}" for name, count in asking.found.model_dump().items() if count]
    return f"The engine was asked what it has: {', '.join(found) or 'nothing new'} came in."


def scores(kept: Kept | None) -> Scores | None:
    """Return the scores, None where there are none."""
    if kept is None or not kept.scores:
        return None
    shares = {row["essay_id"]: row.get("probability") or {} for row in kept.projections}
    source = {
        "engine": "the engine's result",
        "runner_fit": "this service's own fit of the answers (the engine gave none, or no standard errors)",
    }
    return Scores(
        plot=score_plot(kept.scores),
        rows=kept.scores,
        shares=shares,
        grades=kept.grades,
        source=source.get(kept.source or "", "unknown"),
        no_grades=kept.no_projections,
    )


def lines(events: Sequence[RunEvent]) -> list[Line]:
    """Return events in words."""
    return [Line(event.number, event.at, event.type, event_words(event.type, event.data)) for event in events]


def settings(run: Run, effective: Told, engine: Told) -> list[Setting]:
    """Return what was asked and what took effect; ``engine`` is what cj says about its work."""
    request = RunRequest.model_validate(run.spec)
    llm, design, budget = request.llm, request.design, request.budget
    told: list[tuple[str, object, object]] = [
        ("Provider", llm.provider, effective.get("provider_override")),
        ("Model", llm.model, effective.get("model_override")),
        ("Temperature", llm.temperature, effective.get("temperature_override")),
        ("Most tokens", llm.max_tokens, effective.get("max_tokens_override")),
        ("Reasoning effort", llm.reasoning_effort, effective.get("reasoning_effort")),
        ("Output verbosity", llm.output_verbosity, effective.get("output_verbosity")),
        ("Comparisons", budget.max_comparisons, run.comparisons_received or None),
        ("Money", None if budget.max_cost_usd is None else usd(budget.max_cost_usd), f"{usd(run.cost_usd)} spent"),
        ("Pairing", design.pairing, engine.get("design_policy")),
        ("Both orders", yes(design.both_orders), yes(engine.get("both_orders"))),
        ("Stop rule", design.stop.rule, engine.get("stop_rule")),
        ("System prompt", _named(llm.system_prompt), AS_ASKED),
        ("Rubric", _named(llm.rubric), AS_ASKED),
        ("Batching", design.batching_mode, AS_ASKED),
        ("Seed", design.seed, AS_ASKED),
        ("Time limit", span(budget.completion_timeout_s), AS_ASKED),
        ("Grade scale", request.grade_scale, AS_ASKED),
    ]
    return [
        Setting(
            name,
            "the engine's choice" if asked is None else str(asked),
            "not told" if found is None else str(found),
        )
        for name, asked, found in told
    ]


def _named(prompt: object) -> str | None:
    if prompt is None:
        return None
    name = getattr(prompt, "name", None)
    return str(name) if name else "a text of its own"


def yes(told: object) -> str | None:
    """Return a yes or no in words, None where nothing is told."""
    return None if told is None else "yes" if told is True else "no"


def downloads(run: Run, files: Sequence[Entry]) -> list[Download]:
    """Return the files of a run, with sizes and digests; the bundle is put together when it is fetched."""
    own = f"/v1/runs/{run.id}"
    found = [_file(own, entry) for entry in files]
    return [*found, Download("bundle.zip", "Everything as one zip", f"{own}/bundle.zip")] if found else []


@dataclass(frozen=True)
class Table:
    """One table of results, in each of its shapes, made when it is fetched."""

    name: str
    shapes: Sequence[Download]


def tables(run: Run) -> list[Table]:
    """Return the tables that there are of a run."""
    if run.mode not in PUBLISHING_MODES:
        return []
    own = f"/v1/runs/{run.id}"
    there = [what for what in TABLES if what == "comparisons" or run.is_final]
    if run.mode is not Mode.EXECUTE:
        there = [what for what in there if what != "projections"]
    return [
        Table(TABLES[what], [Download(shape, "", f"{own}/{what}?format={shape}") for shape in SHAPES])
        for what in there
    ]


_KINDS = {
    "artefact": "The artefact: all that was asked and answered",
    "report": "The report, as markdown",
    "report_html": "The report, to read and print",
    "report_json": "The report, every number",
    "named_report": "The report under a telling name",
    "results": "Scores and grades as they are kept",
}


def _file(own: str, entry: Entry) -> Download:
    what = _KINDS.get(entry.kind, entry.kind)
    return Download(entry.name, what, f"{own}/files/{entry.name}", size(entry.bytes), entry.sha256)


@dataclass(frozen=True)
class Report:
    """A report to look at."""

    name: str
    href: str


def reports(run: Run, files: Sequence[Entry]) -> list[Report]:
    """Return the reports of a run, as pages where they are."""
    there = any(entry.kind == "report" for entry in files)
    own = f"/v1/runs/{run.id}/report"
    forms = (("Report", "html"), ("Report as markdown", "md"), ("Report as JSON", "json"))
    return [Report(name, f"{own}?format={form}") for name, form in forms] if there else []


def can(run: Run) -> list[str]:
    """Return what may be done with the run as it is: ``cancel``, ``collect``, ``retry``, ``delete``."""
    if not run.is_final:
        able = [] if run.status is RunState.CANCELLING else ["cancel"]
        return [*able, "collect"] if run.published_at is not None and able else able
    ended = run.status in {RunState.COMPLETED_PARTIAL, RunState.TIMED_OUT} and run.published_at is not None
    return [*(["collect"] if ended else []), "retry", "delete"]
