"""What became of a run: comparisons, money and tokens by judge, events, what is missing, queries; as text or JSON.

Fed by the run and its artefact; feeds ``command``, ``runs show`` and the demo.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app.cli import terminal
from app.cli.run.queries import queries
from app.errors import NotFound

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.models import RunView

Json = dict[str, Any]
USUAL_BATCHING = "the engine's own"


@dataclass(frozen=True)
class JudgeUse:
    """What one judge used; ``usd`` to 4 decimals when shown."""

    judge: str
    prompt_tokens: int
    completion_tokens: int
    usd: float


@dataclass(frozen=True)
class Summary:
    """The end of a run in numbers."""

    run_id: str
    mode: str
    batch_label: str
    status: str
    reason: str | None
    comparisons: int
    failed: int
    total_usd: float
    judges: tuple[JudgeUse, ...]
    events: Mapping[str, int]
    partial_data: bool
    timeout_seconds: float
    files: int
    batching: str | None
    queries: Mapping[str, str]


def summary_of(run: "RunView", artefact: Json | None) -> Summary:
    """Return the summary; without an artefact what the run itself tells."""
    found = artefact or {}
    costs, validation = found.get("costs", {}), found.get("validation", {})
    told = validation.get("runner_status", {})
    judges = tuple(
        JudgeUse(f"{row['provider']}::{row['model']}", row["prompt_tokens"], row["completion_tokens"], row["usd"])
        for row in costs.get("token_counts", [])
    )
    wanted = run.request.to_dict()
    batching = wanted.get("design", {}).get("batching_mode")
    return Summary(
        run_id=run.id,
        mode=str(run.mode),
        batch_label=run.batch_label,
        status=str(run.status),
        reason=_reason(run),
        comparisons=run.progress.comparisons.received,
        failed=run.progress.comparisons.failed,
        total_usd=costs.get("total_usd", run.progress.cost_usd),
        judges=judges,
        events=told.get("observed_events", {}),
        partial_data=bool(told.get("partial_data", False)),
        timeout_seconds=told.get("timeout_seconds", 0.0),
        files=len(validation.get("manifest", [])),
        batching=batching,
        queries=queries(*_judge(judges, wanted.get("llm", {})), batching),
    )


def _reason(run: "RunView") -> str | None:
    said = [str(text) for text in (run.status_reason, run.status_detail) if text]
    return ": ".join(said) or None


def _judge(judges: tuple[JudgeUse, ...], wanted: Json) -> tuple[str | None, str | None]:
    """Return provider and model: those that judged, else those that were asked for."""
    if len(judges) == 1:
        provider, _, model = judges[0].judge.partition("::")
        return provider, model
    return wanted.get("provider"), wanted.get("model")


def fetched(api: "RunnerClient", run: "RunView") -> Summary:
    """Return the summary of a run, with its artefact where it has one."""
    from cj_runner_client.api.files import get_run_artefact

    if run.artefact_revision == 0:
        return summary_of(run, None)
    try:
        return summary_of(run, api.ask_json(get_run_artefact.sync_detailed, run.id))
    except NotFound:  # a plan has files, but no artefact
        return summary_of(run, None)


def show(summary: Summary) -> None:
    """Print a summary for people."""
    terminal.strong(f"Run {summary.run_id} ({summary.mode}, label {summary.batch_label}): {summary.status}")
    lines: dict[str, object] = {}
    if summary.reason:
        lines["reason"] = summary.reason
    lines["comparisons captured"] = summary.comparisons
    lines["comparisons failed"] = summary.failed
    lines["total cost, USD"] = f"{summary.total_usd:.4f}"
    for use in summary.judges:
        lines[use.judge] = (
            f"{use.prompt_tokens} prompt tokens, {use.completion_tokens} completion tokens, {use.usd:.4f} USD"
        )
    lines |= {f"events: {kind.replace('_', ' ')}": count for kind, count in summary.events.items()}
    lines["partial data"] = _partial(summary)
    if summary.files:
        lines["files with SHA-256"] = summary.files
    terminal.facts(lines)


def _partial(summary: Summary) -> str:
    if not summary.partial_data:
        return "no"
    if summary.timeout_seconds:
        return f"YES: the run timed out after {summary.timeout_seconds:.2f} s"
    return "YES"


def show_queries(summary: Summary) -> None:
    """Print the queries to look further with."""
    terminal.line("")
    terminal.line(
        f"LLM batching diagnostics (Prometheus queries); batching asked for: {summary.batching or USUAL_BATCHING}"
    )
    terminal.facts(summary.queries)


def as_json(summary: Summary) -> Json:
    """Return a summary as it goes into JSON."""
    return asdict(summary)


def show_grades(artefact: Json) -> None:
    """Print the students' projected grades with their probabilities."""
    scores = {row["essay_id"]: row for row in artefact["bt_summary"]}
    rows = []
    for row in artefact["grade_projections"]:
        score = scores.get(row["essay_id"])
        if score is None or score["is_anchor"]:
            continue
        numbers = (row["probabilities"].get(row["grade"], 0.0), score["theta"], score["standard_error"])
        name = score.get("file_name") or row["essay_id"]
        rows.append((name, row["grade"], *(f"{number:.2f}" for number in numbers)))
    terminal.table(("Student essay", "Grade", "P(grade)", "Score", "SE"), rows, "Grade projections")
