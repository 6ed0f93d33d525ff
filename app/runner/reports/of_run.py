"""The report of a run: what the artefact's facts say of it, and its answers. PURE.

Fed by ``finish`` when a run ends, or later from the same rows; feeds ``compose``.
"""

import hashlib
from collections.abc import Mapping, Sequence

from app import __version__
from app.contracts.grade_scales import SCALES
from app.runner.reports.compose import Subject, compose
from app.runner.reports.shapes.document import About, Missing, PromptShown, Report, Setting
from app.runner.results.answers import Answer
from app.runner.results.document import Facts
from app.runner.results.kept import no_projections
from app.runner.runs.spec import Prompt
from app.runner.runs.states import Mode

TITLES = {Mode.ANCHOR_ALIGN_TEST: "Anchor alignment", Mode.EXECUTE: "Assessment run"}


def report_of(facts: Facts, answers: Sequence[Answer]) -> Report:
    """Return the report of a run that asked something."""
    alignment = facts.run.mode is Mode.ANCHOR_ALIGN_TEST
    told = facts.ending.events.get("assessment_results", 0) > 0
    refusal = None if alignment else no_projections(facts.run.mode, facts.sheet, facts.engine, told=told)
    subject = Subject(
        kind="alignment" if alignment else "assessment",
        title=f"{TITLES.get(facts.run.mode, 'Run')}: {facts.run.batch_label}",
        generated_at=facts.now,
        about=_about(facts),
        missing=_missing(facts, answers),
        rows=facts.sheet.rows,
        answers=answers,
        scale=SCALES[facts.request.grade_scale],
        engine=facts.engine,
        words=_words(facts),
        stop_reason=facts.sheet.stop_reason or facts.run.status_reason,
        cost_cap=facts.request.budget.max_cost_usd,
        no_grades_because=refusal,
        settings=_settings(facts),
        prompts=_prompts(facts),
    )
    return compose(subject)


def _about(facts: Facts) -> About:
    run, request = facts.run, facts.request
    return About(
        run_id=run.id,
        batch_uuid=str(run.batch_uuid),
        batch_label=run.batch_label,
        mode=run.mode.value,
        status=facts.ending.status,
        reason=facts.ending.reason,
        partial=facts.ending.partial,
        revision=facts.revision.number,
        revision_why=facts.revision.why,
        grade_scale=request.grade_scale,
        course_code=request.course_code,
        language=request.language,
        scores_source=facts.sheet.source,
        runner_version=__version__,
        git_sha=facts.git_sha,
        started_at=run.published_at or run.created_at,
        finished_at=run.finished_at,
    )


def _missing(facts: Facts, answers: Sequence[Answer]) -> Missing:
    expected, events = facts.engine.get("callbacks_expected"), facts.ending.events
    return Missing(
        reason=facts.ending.reason if facts.ending.partial else None,
        essays=tuple(facts.ending.missing),
        answers_expected=expected if isinstance(expected, int) else None,
        answers=len(answers),
        failed=sum(item.winner is None for item in answers),
        results=events.get("assessment_results"),
        completions=events.get("completions"),
    )


def _words(facts: Facts) -> Mapping[str, int]:
    """Return the number of words of each essay whose text the package has, by the id that was judged."""
    by_path = {file.path: len(file.text.split()) for file in facts.stock.files if file.text is not None}
    known = {essay.essay_id: by_path[essay.source_path] for essay in facts.essays if essay.source_path in by_path}
    by_file = {essay.file_name: known[essay.essay_id] for essay in facts.essays if essay.essay_id in known}
    for row in facts.sheet.rows:  # anchors that the engine added travel under its own ids
        if row.file_name in by_file:
            known.setdefault(row.essay_id, by_file[row.file_name])
    return known


def _prompts(facts: Facts) -> list[PromptShown]:
    llm = facts.request.llm
    return [shown_prompt("system prompt", llm.system_prompt), shown_prompt("judge rubric", llm.rubric)]


def shown_prompt(role: str, prompt: Prompt | None) -> PromptShown:
    """Return a prompt with the hash of its text."""
    text = None if prompt is None else prompt.text
    digest = None if text is None else hashlib.sha256(text.encode()).hexdigest()
    named = None if prompt is None else prompt.name
    return PromptShown.model_validate({"role": role, "name": named, "sha256": digest, "text": text})


def _settings(facts: Facts) -> list[Setting]:
    request, effective = facts.request, dict(facts.costs.effective or {})
    llm, design = request.llm, request.design
    asked: dict[str, tuple[object, object]] = {
        "provider": (llm.provider, effective.get("provider_override")),
        "model": (llm.model, effective.get("model_override")),
        "temperature": (llm.temperature, effective.get("temperature_override")),
        "max tokens": (llm.max_tokens, effective.get("max_tokens_override")),
        "reasoning effort": (llm.reasoning_effort, effective.get("reasoning_effort")),
        "output verbosity": (llm.output_verbosity, effective.get("output_verbosity")),
        "comparisons": (request.budget.max_comparisons, facts.engine.get("comparisons_asked")),
        "money, USD": (request.budget.max_cost_usd, facts.engine.get("max_cost_usd")),
        "seed": (design.seed, facts.engine.get("seed")),
        "pairing": (design.pairing, facts.engine.get("design_policy")),
        "both orders": (design.both_orders, facts.engine.get("both_orders")),
        "stop rule": (design.stop.rule, facts.engine.get("stop_rule")),
        "batching": (design.batching_mode, facts.engine.get("llm_batching_mode")),
    }
    return [
        Setting(name=name, asked=_shown(wanted), effective=_shown(found))
        for name, (wanted, found) in asked.items()
    ]


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
