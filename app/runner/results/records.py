"""The tables of a run's results: which columns they have, and what stands in each. PURE.

Fed by the rows of verdicts and by the score sheet; feeds ``export``. Essays are named twice: ``…essay_id`` is the
id that travelled to the engine, ``…artefact_id`` what the artefact and the package's files are called by.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.contracts.cj_events import AssessmentResult
from app.runner.export.columns import Column, Row
from app.runner.runs.essays import RunEssay

COMPARISONS = (
    Column("sequence", "integer", "counts from 1 in the order in which answers came in"),
    Column("request_id", "text", "the id of the question, as the gateway gave it"),
    Column("correlation_id", "text", "the id that all messages about the question carry"),
    Column("status", "text", "succeeded, or failed: then there is neither winner nor confidence", repeated=True),
    Column("essay_a_id", "text", "the essay shown first, by the id that travelled", repeated=True),
    Column("essay_a_artefact_id", "text", "the same by its name in the artefact", repeated=True),
    Column("essay_b_id", "text", "the essay shown second, by the id that travelled", repeated=True),
    Column("essay_b_artefact_id", "text", "the same by its name in the artefact", repeated=True),
    Column("winner", "text", "a or b", repeated=True),
    Column("winner_essay_id", "text", "the essay that won, by the id that travelled", repeated=True),
    Column("winner_artefact_id", "text", "the same by its name in the artefact", repeated=True),
    Column("confidence", "number", "how sure the judge says it is, on its own scale"),
    Column("justification", "text", "the judge's own words"),
    Column("error_code", "text", "why there is no verdict", repeated=True),
    Column("error_message", "text", "the same in words"),
    Column("provider", "text", "who judged", repeated=True),
    Column("model", "text", "with which model", repeated=True),
    Column("prompt_sha256", "text", "the hash of the whole prompt"),
    Column("prompt_tokens", "integer", "tokens in"),
    Column("completion_tokens", "integer", "tokens out"),
    Column("cost_usd", "number", "what the answer cost, in US dollars"),
    Column("requested_at", "moment", "when the gateway took the question in"),
    Column("completed_at", "moment", "when the judge had answered"),
    Column("received_at", "moment", "when the answer came in here"),
    Column("late", "yes_no", "it came after the end of the run"),
)

SCORES = (
    Column("rank", "integer", "1 is the best"),
    Column("essay_id", "text", "the id that travelled"),
    Column("artefact_id", "text", "the name in the artefact; null for an anchor that only the engine knows"),
    Column("name", "text", "the name in reports"),
    Column("file_name", "text", "the file in the package"),
    Column("role", "text", "anchor or student", repeated=True),
    Column("expert_grade", "text", "an anchor's grade by the experts", repeated=True),
    Column("grade", "text", "the grade that the engine gave", repeated=True),
    Column("score", "number", "theta, in logits"),
    Column("standard_error", "number", "of the score, in logits"),
    Column("interval_low", "number", "score - 1.96 standard errors"),
    Column("interval_high", "number", "score + 1.96 standard errors"),
    Column("wins", "integer", "verdicts for the essay"),
    Column("losses", "integer", "verdicts against it"),
    Column("comparisons", "integer", "wins + losses"),
    Column("source", "text", "engine: cj's result; runner_fit: our own fit of the verdicts", repeated=True),
)

_PROJECTIONS = (
    Column("rank", "integer", "among all essays, anchors too; 1 is the best"),
    Column("essay_id", "text", "the id that travelled"),
    Column("artefact_id", "text", "the name in the artefact"),
    Column("name", "text", "the name in reports"),
    Column("grade_scale", "text", "the scale that the grade is on", repeated=True),
    Column("grade", "text", "the most probable grade", repeated=True),
    Column("confidence", "number", "0 to 1"),
    Column("confidence_label", "text", "HIGH, MID or LOW", repeated=True),
    Column("normalized_score", "number", "the grade's place on its scale, 0 to 1"),
    Column("score", "number", "theta, in logits"),
    Column("standard_error", "number", "of the score, in logits"),
    Column("grade_boundary_low", "number", "where the grade begins, in logits; null for the lowest"),
    Column("grade_boundary_high", "number", "where the next grade begins, in logits; null for the highest"),
)


def projection_columns(grades: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of projections with a probability for each of these grades, in their order."""
    shares = (Column("probability", "number", f"the probability of {grade}", key=grade) for grade in grades)
    return (*_PROJECTIONS, *shares)


def artefact_ids(essays: Sequence[RunEssay], result: AssessmentResult | None) -> dict[str, str]:
    """Return the name in the artefact of each travelling id, also of anchors that the engine added by label."""
    found = {essay.essay_id: essay.artefact_id for essay in essays}
    by_stem = {essay.stem: essay.artefact_id for essay in essays if essay.role == "anchor"}
    added = None if result is None else result.assessment_metadata.get("anchors")
    for anchor in added if isinstance(added, list) else []:
        label = str(anchor.get("label")) if isinstance(anchor, Mapping) else ""
        if label in by_stem:
            found[str(anchor.get("id"))] = by_stem[label]
    return found


def comparison_row(row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    """Return one verdict in the order of ``COMPARISONS``; ``names`` are those of ``artefact_ids``."""
    winner = row["winner"]
    won = None if winner is None else row[f"essay_{winner}_id"]
    made = {
        "correlation_id": str(row["correlation_id"]),
        "status": "failed" if winner is None else "succeeded",
        "essay_a_artefact_id": names.get(row["essay_a_id"]),
        "essay_b_artefact_id": names.get(row["essay_b_id"]),
        "winner_essay_id": won,
        "winner_artefact_id": None if won is None else names.get(won),
    }
    return [made[column.name] if column.name in made else row[column.name] for column in COMPARISONS]
