"""``cj-runner align-report``: how well the judge of a stored batch agrees with the experts. PURE.

Fed by the batch as the database has it; its numbers and renderings are those of the runner's own reports.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from app import __version__
from app.cj.batch_views import tallies
from app.cli.engine.diagnosis import Diagnosed
from app.cli.engine.expert_grades import Expert
from app.contracts.cj_batches import Pair
from app.contracts.grade_scales import DEFAULT_SCALE, SCALES, GradeScale
from app.errors import InvalidInput, NotFound
from app.runner.reports.blocks import Section, Table
from app.runner.reports.compose import Subject, compose
from app.runner.reports.renderings import Form, rendering
from app.runner.reports.shapes.document import About, Missing, PromptShown, Report, Sentence
from app.runner.results.answers import Answer
from app.runner.results.scoresheet import ScoreRow

SYSTEM: Literal["system prompt"] = "system prompt"
RUBRIC: Literal["judge rubric"] = "judge rubric"


def report(seen: Diagnosed, experts: Mapping[str, Expert], scale: GradeScale, now: datetime) -> Report:
    """Return the report; raises ``NotFound`` for a batch without any verdict."""
    if seen.result is None:
        raise NotFound(f"batch {seen.row.bos_batch_id} has no verdict yet, so there is nothing to compare")
    answers = answers_of(seen.pairs)
    found = compose(
        Subject(
            kind="alignment",
            title=f"Anchor alignment: CJ batch {seen.row.id}",
            generated_at=now,
            about=_about(seen, scale),
            missing=_missing(answers),
            rows=score_rows(seen, experts),
            answers=answers,
            scale=scale,
            engine=seen.result.assessment_metadata,
            stop_reason=seen.row.reason,
            prompts=_prompts(seen),
        )
    )
    return found.model_copy(update={"summary": (*_attention(seen, found), *found.summary)})


def written(found: Report, form: Form, pairs: Sequence[Pair], experts: Mapping[str, Expert]) -> str:
    """Return the report in one form, with a section of ``pairs`` where the form has sections."""
    more = [_comparisons(pairs, experts)] if pairs else []
    return rendering(found, form, more).body.decode()


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


def answers_of(pairs: Sequence[Pair]) -> list[Answer]:
    """Return the comparisons that were answered, verdicts and failures."""
    return [
        Answer(
            sequence=item.number,
            first=item.essay_a_id,
            second=item.essay_b_id,
            winner=_winner(item),
            confidence=item.confidence,
            justification=item.justification,
            error_code=item.error_code,
            provider=item.provider or "",
            model=item.model or "",
            cost_usd=item.cost_usd or 0.0,
            waited=_waited(item),
            wave=item.wave,
        )
        for item in pairs
        if item.winner is not None
    ]


def _winner(item: Pair) -> str | None:
    return None if item.winner_id is None else "a" if item.winner_id == item.essay_a_id else "b"


def _waited(item: Pair) -> float | None:
    if item.sent_at is None or item.answered_at is None:
        return None
    return max(0.0, (item.answered_at - item.sent_at).total_seconds())


def _about(seen: Diagnosed, scale: GradeScale) -> About:
    row = seen.row
    return About(
        run_id=None,
        batch_uuid=row.bos_batch_id,
        batch_label=str(row.id),
        mode="stored batch",
        status=row.status,
        reason=row.reason or "not stopped yet",
        partial=not seen.found.is_final,
        revision=None,
        revision_why=None,
        grade_scale=scale.id,
        course_code=None,
        language=None,
        scores_source="engine",
        runner_version=__version__,
        git_sha=None,
        started_at=None,
        finished_at=None,
    )


def _missing(answers: Sequence[Answer]) -> Missing:
    return Missing(
        reason=None,
        essays=(),
        answers_expected=None,
        answers=len(answers),
        failed=sum(item.winner is None for item in answers),
        results=None,
        completions=None,
    )


def _attention(seen: Diagnosed, found: Report) -> list[Sentence]:
    said = []
    if not seen.found.is_final:
        said.append("The batch still asks; all numbers are provisional.")
    unknown = found.alignment.coverage.without_grade
    if unknown:
        said.append(f"No expert grade of this scale is known for {', '.join(unknown)}; give them with --grades.")
    return [Sentence(tone="bad", text=text) for text in said]


def _comparisons(pairs: Sequence[Pair], experts: Mapping[str, Expert]) -> Section:
    rows = []
    for item in pairs:
        if item.winner_id is None:
            continue
        loser = experts[item.essay_b_id if item.winner_id == item.essay_a_id else item.essay_a_id]
        winner = experts[item.winner_id]
        confidence = "none" if item.confidence is None else f"{item.confidence:.1f}"
        grades = (winner.name, winner.grade or "UNKNOWN", loser.name, loser.grade or "UNKNOWN")
        rows.append((str(item.number), *grades, confidence, item.justification or ""))
    headings = ("Seq", "Winner", "Winner Grade", "Loser", "Loser Grade", "Confidence", "Justification")
    return Section("All comparisons", [Table("Every comparison with a winner", headings, rows, (0, 5))])


def _prompts(seen: Diagnosed) -> list[PromptShown]:
    overrides, context = seen.found.batch.request.llm_config_overrides, seen.found.batch.context or {}
    system = None if overrides is None else overrides.system_prompt_override
    return [
        PromptShown(
            role=role, name=None, sha256=None if not text else sha256(text.encode()).hexdigest(), text=text or None
        )
        for role, text in ((SYSTEM, system), (RUBRIC, context.get("rubric")))
    ]
