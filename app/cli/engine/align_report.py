"""``cj-runner align-report``: how well the judge of a stored batch agrees with the experts, as markdown. PURE.

Fed by the batch as the database has it; shares its numbers and tables with the runner's own reports.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.cj.batch_views import tallies
from app.cli.engine.diagnosis import Diagnosed
from app.cli.engine.expert_grades import Expert
from app.contracts.cj_batches import Pair
from app.contracts.grade_scales import DEFAULT_SCALE, SCALES, GradeScale
from app.errors import InvalidInput, NotFound
from app.runner.reports.alignment import Alignment, align
from app.runner.reports.markdown import cell, fenced, table
from app.runner.reports.render import anchor_section, inversion_section, metric_rows, target_section
from app.runner.results.scoresheet import Duel, ScoreRow


def report(
    seen: Diagnosed, experts: Mapping[str, Expert], scale: GradeScale, now: datetime, *, every_comparison: bool
) -> str:
    """Return the report; raises ``NotFound`` for a batch without any verdict."""
    rows, duels = score_rows(seen, experts), duels_of(seen.pairs)
    if seen.result is None:
        raise NotFound(f"batch {seen.row.bos_batch_id} has no verdict yet, so there is nothing to compare")
    numbers = align(rows, duels, scale)
    failed = sum(item.winner == "error" for item in seen.pairs)
    parts = [
        [f"# Anchor alignment: CJ batch {seen.row.id}"],
        [f"**Generated:** {now.isoformat()}"],
        _state(seen, scale, numbers),
        ["## Summary", "", *table(("Metric", "Value"), metric_rows(numbers, failed=failed), right=(1,))],
        target_section(numbers),
        _precision(seen.result.assessment_metadata),
        anchor_section(numbers),
        inversion_section(numbers.inversions),
        _comparisons(seen.pairs, experts) if every_comparison else [],
        ["---"],
        _prompts(seen),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def scale_of(seen: Diagnosed, wanted: str | None) -> GradeScale:
    """Return the batch's scale, else the wanted one or the usual; raises ``InvalidInput``."""
    own = seen.row.grade_scale
    if wanted is not None and wanted not in SCALES:
        raise InvalidInput(f"--grade-scale {wanted} is unknown; known scales: {', '.join(sorted(SCALES))}")
    if own is not None and wanted not in {None, own}:
        raise InvalidInput(f"--grade-scale {wanted}: the batch is graded on {own}")
    if own is not None and own not in SCALES:
        raise InvalidInput(f"the batch is graded on {own}, which is unknown here: set GRADE_SCALES_FILE as for cj")
    return SCALES[own or wanted or DEFAULT_SCALE]


def score_rows(seen: Diagnosed, experts: Mapping[str, Expert]) -> list[ScoreRow]:
    """Return one row an essay; where the batch has no anchors of its own, its essays are the anchors."""
    if seen.result is None:
        return []
    facts: Mapping[str, Any] = seen.result.assessment_metadata
    wins, losses = tallies(seen.found)
    places = {essay.essay_id: essay for essay in seen.found.essays}
    guest = not any(essay.is_anchor for essay in seen.found.essays)
    return [
        ScoreRow(
            essay_id=row.essay_id,
            name=experts[row.essay_id].name,
            file_name=experts[row.essay_id].file_name,
            is_anchor=guest or places[row.essay_id].is_anchor,
            expert_grade=experts[row.essay_id].grade,
            theta=row.bt_score,
            standard_error=facts["bt_standard_errors"][row.essay_id],
            rank=row.rank,
            comparisons=wins[places[row.essay_id].position] + losses[places[row.essay_id].position],
            wins=wins[places[row.essay_id].position],
            losses=losses[places[row.essay_id].position],
            grade=row.letter_grade,
            probabilities={},
            confidence=row.confidence_label,
        )
        for row in seen.result.essay_results
    ]


def duels_of(pairs: Sequence[Pair]) -> list[Duel]:
    """Return the comparisons with a winner."""
    return [
        Duel(
            item.winner_id,
            item.essay_b_id if item.winner_id == item.essay_a_id else item.essay_a_id,
            item.confidence,
            item.justification,
        )
        for item in pairs
        if item.winner_id is not None
    ]


def _state(seen: Diagnosed, scale: GradeScale, numbers: Alignment) -> list[str]:
    row = seen.row
    lines = [f"**Batch:** `{row.bos_batch_id}`, **{row.status}** ({row.reason or 'not stopped yet'})"]
    lines.append(f"**Grade scale:** {scale.id}")
    if not seen.found.is_final:
        lines.append("**Attention:** the batch still asks; all numbers are provisional.")
    unknown = [item.row.name for item in numbers.anchors if item.row.expert_grade not in scale]
    if unknown:
        named = ", ".join(cell(name) for name in unknown)
        lines.append(
            f"**Attention:** no expert grade of this scale is known for {named}; give them with --grades."
        )
    return ["  \n".join(lines)]


def _precision(facts: Mapping[str, Any]) -> list[str]:
    summary = [
        (name, f"{value:.3f}" if isinstance(value, float) else value)
        for name, value in facts["bt_se_summary"].items()
    ]
    flags = [(name, "yes" if raised else "no") for name, raised in facts["bt_quality_flags"].items()]
    return ["## Precision, all essays", "", *table(("Measure", "Value"), [*summary, *flags], right=(1,))]


def _comparisons(pairs: Sequence[Pair], experts: Mapping[str, Expert]) -> list[str]:
    rows = []
    for item in pairs:
        if item.winner_id is None:
            continue
        loser = experts[item.essay_b_id if item.winner_id == item.essay_a_id else item.essay_a_id]
        winner = experts[item.winner_id]
        confidence = "none" if item.confidence is None else f"{item.confidence:.1f}"
        grades = (winner.name, winner.grade or "UNKNOWN", loser.name, loser.grade or "UNKNOWN")
        rows.append((item.number, *grades, confidence, item.justification or ""))
    headings = ("Seq", "Winner", "Winner Grade", "Loser", "Loser Grade", "Confidence", "Justification")
    return ["## All comparisons", "", *table(headings, rows, right=(0, 5))]


def _prompts(seen: Diagnosed) -> list[str]:
    overrides, context = seen.found.batch.request.llm_config_overrides, seen.found.batch.context or {}
    system = None if overrides is None else overrides.system_prompt_override
    lines = ["## Prompts"]
    for heading, text in (("System prompt", system), ("Judge rubric", context.get("rubric"))):
        shown = (
            ["(default)"] if not text else [f"SHA-256: `{sha256(text.encode()).hexdigest()}`", "", *fenced(text)]
        )
        lines += ["", f"### {heading}", "", *shown]
    return lines
