"""What people see of a run that ended on the terminal: the summary, the grades."""

from rich.console import Console
from rich.table import Table

from app.cli import show
from app.cli.client_http import Json
from cj_runner_client.models import RunView


def print_summary(run: RunView, artefact: Json | None, console: Console) -> None:
    """Print the end of a run: state, comparisons, tokens and cost by judge, event counts."""
    counts = run.progress.comparisons
    show.say(console, f"Run {run.id} ({run.mode}, label {run.batch_label}): ", (str(run.status), "bold"))
    if run.status_reason:
        show.say(console, f"  reason: {run.status_reason}: {run.status_detail or ''}")
    show.say(console, f"  comparisons captured: {counts.received}, failed: {counts.failed}")
    if artefact is None:
        return
    costs = artefact["costs"]
    show.say(console, f"  total cost: {costs['total_usd']:.4f} USD")
    for row in costs["token_counts"]:
        show.say(
            console,
            f"  {row['provider']}::{row['model']}: {row['prompt_tokens']} prompt tokens, "
            f"{row['completion_tokens']} completion tokens, {row['usd']:.4f} USD",
        )
    status = artefact["validation"]["runner_status"]
    events = ", ".join(f"{count} {kind}" for kind, count in status["observed_events"].items())
    show.say(console, f"  partial data: {'yes' if status['partial_data'] else 'no'}; events: {events}")
    show.say(console, f"  manifest: {len(artefact['validation']['manifest'])} files with SHA-256")


def print_grades(artefact: Json, console: Console) -> None:
    """Print the students' projected grades with their probabilities."""
    scores = {row["essay_id"]: row for row in artefact["bt_summary"]}
    table = Table("Student essay", "Grade", "P(grade)", "Score", "SE", title="Grade projections")
    for row in artefact["grade_projections"]:
        score = scores.get(row["essay_id"])
        if score is None or score["is_anchor"]:
            continue
        probability = row["probabilities"].get(row["grade"], 0.0)
        show.row(
            table,
            str(score.get("file_name") or row["essay_id"]),
            str(row["grade"]),
            f"{probability:.2f}",
            f"{score['theta']:.2f}",
            f"{score['standard_error']:.2f}",
        )
    console.print(table)
