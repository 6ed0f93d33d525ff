"""Reports as markdown: alignment of the judge with the experts, and grades of students. PURE.

Fed by the numbers of ``alignment`` and by the artefact's facts; feeds the run's report files.
"""

import hashlib
from collections.abc import Sequence

from app.contracts.grade_scales import SCALES
from app.runner.reports.alignment import Alignment, Inversion, align
from app.runner.reports.markdown import cell, fenced, table
from app.runner.reports.quality import quality_section, stopped
from app.runner.results.document import Facts
from app.runner.results.scoresheet import Duel, ScoreRow
from app.runner.runs.spec import Prompt
from app.runner.runs.states import Mode

CAUTION = (
    "Scores are in logits, centred at 0 over all essays of the run; an interval is score ± 1.96 SE. "
    "Tau-a ranks essays of one grade in the order of their scores, so that ties cost nothing; tau-b counts them "
    "as ties; the ceiling is the largest tau-a against the plain grades."
)


def report(facts: Facts, duels: Sequence[Duel]) -> str:
    """Return the report of a run that published: students' grades first, then the alignment of its anchors."""
    scale = SCALES[facts.request.grade_scale]
    numbers = align(facts.sheet.rows, duels, scale)
    title = "Anchor alignment" if facts.run.mode is Mode.ANCHOR_ALIGN_TEST else "Assessment run"
    parts = [
        [f"# {title}: {cell(facts.run.batch_label)}"],
        [f"**Generated:** {facts.now.isoformat()}"],
        _state(facts),
        _summary(facts, numbers),
        target_section(numbers),
        quality_section(facts.engine, graded=facts.run.mode is Mode.EXECUTE),
        _students(facts.sheet.rows),
        anchor_section(numbers),
        inversion_section(numbers.inversions),
        ["---"],
        _prompts(facts),
        _settings(facts),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _state(facts: Facts) -> list[str]:
    ending = facts.ending
    lines = [f"**Run:** `{facts.run.id}`, {facts.run.mode.value}, **{ending.status}**"]
    if ending.reason is not None:
        lines.append(f"**Attention:** {cell(ending.reason)}. The numbers below rest on incomplete data.")
    if ending.missing:
        lines.append(f"**Not judged:** {', '.join(cell(name) for name in ending.missing)}")
    return ["  \n".join(lines)]


def _summary(facts: Facts, numbers: Alignment) -> list[str]:
    rows = [
        *metric_rows(numbers, failed=facts.ending.events.get("llm_comparisons", 0) - numbers.comparisons),
        ("Cost", f"{facts.costs.document()['total_usd']:.4f} USD"),
        ("Asking stopped because of", stopped(facts.sheet.stop_reason or facts.ending.reason)),
    ]
    return ["## Summary", "", *table(("Metric", "Value"), rows, right=(1,))]


def metric_rows(numbers: Alignment, *, failed: int) -> list[tuple[str, object]]:
    """Return the lines of the summary that every alignment report has."""
    return [
        ("Successful comparisons", numbers.comparisons),
        ("Failed comparisons", failed),
        ("Inverted pairs (at least one upset)", len(numbers.inversions)),
        ("Inverted pairs (by majority)", numbers.majority_inversions),
        ("Zero-win anchors", len(numbers.zero_wins)),
        ("Kendall's tau-a", number(numbers.tau_a)),
        ("Kendall's tau-b", number(numbers.tau_b)),
        ("Ceiling of tau-a against grades", number(numbers.tau_a_ceiling)),
        ("Spearman's rho against grades", number(numbers.spearman)),
        ("Mean SE of the anchors", number(numbers.mean_error)),
        ("Anchors with a grade on the scale", f"{numbers.coverage:.0%}"),
    ]


def number(value: float | None) -> str:
    """Return three decimals, or that there is no number."""
    return "not computed" if value is None else f"{value:.3f}"


def target_section(numbers: Alignment) -> list[str]:
    """Return the section that says which targets are met."""
    words = {True: "met", False: "missed", None: "not computed"}
    rows = [(target.name, target.value, target.wanted, words[target.met]) for target in numbers.targets()]
    return ["## Targets", "", *table(("Target", "Value", "Wanted", "Result"), rows)]


def _students(rows: Sequence[ScoreRow]) -> list[str]:
    students = [row for row in rows if not row.is_anchor]
    if not students:
        return []
    shown = [
        (
            row.name,
            row.grade or "none",
            f"{row.probabilities.get(row.grade or '', 0.0):.0%}" if row.probabilities else "none",
            row.confidence or "none",
            f"{row.theta:.3f}",
            f"{row.standard_error:.2f}",
            _interval(row),
            row.rank,
            f"{row.wins}/{row.comparisons}",
        )
        for row in students
    ]
    headings = ("Essay", "Grade", "Probability", "Confidence", "Score", "SE", "95 % interval", "Rank", "Wins")
    return ["## Students' grades", "", *table(headings, shown, right=(2, 4, 5, 7, 8))]


def _interval(row: ScoreRow) -> str:
    low, high = row.interval
    return f"{low:.2f} to {high:.2f}"


def anchor_section(numbers: Alignment) -> list[str]:
    """Return the section with one line an anchor, in the order of the expected ranks."""
    shown = [
        (
            item.row.name,
            item.row.expert_grade or "UNKNOWN",
            f"{item.row.theta:.3f}",
            f"{item.row.standard_error:.2f}",
            _interval(item.row),
            item.rank,
            item.expected,
            item.row.wins,
            item.row.losses,
            f"{item.row.wins / max(1, item.row.comparisons):.0%}",
            item.row.file_name or "",
        )
        for item in numbers.anchors
    ]
    headings = (
        "Anchor ID",
        "Grade",
        "BT Score",
        "SE",
        "95 % interval",
        "Rank",
        "Expected",
        "Wins",
        "Losses",
        "Win Rate",
        "Source",
    )
    lines = table(headings, shown, right=(2, 3, 5, 6, 7, 8, 9))
    return ["## Per-anchor results", "", *lines, "", CAUTION]


def inversion_section(inversions: Sequence[Inversion]) -> list[str]:
    """Return the section of pairs in which the worse grade won, or nothing."""
    if not inversions:
        return []
    shown = [
        (
            f"{item.better.name} ({item.better.expert_grade})",
            f"{item.worse.name} ({item.worse.expert_grade})",
            f"{item.upsets} of {item.times}",
            "majority" if item.by_majority else "single upset",
            "none" if item.confidence is None else f"{item.confidence:.1f}",
            item.justification,
        )
        for item in inversions
    ]
    headings = ("Higher Grade", "Lower Grade (winner)", "Upsets", "Kind", "Confidence", "Justification")
    return ["## Direct inversions", "", *table(headings, shown)]


def _prompts(facts: Facts) -> list[str]:
    llm = facts.request.llm
    lines = ["## Prompts"]
    for heading, prompt in (("System prompt", llm.system_prompt), ("Judge rubric", llm.rubric)):
        lines += ["", f"### {heading}", "", *_prompt(prompt)]
    return lines


def _prompt(prompt: Prompt | None) -> list[str]:
    if prompt is None or prompt.text is None:
        return ["(default)"]
    digest = hashlib.sha256(prompt.text.encode()).hexdigest()
    return [f"Name: {cell(prompt.name or 'none')}, SHA-256: `{digest}`", "", *fenced(prompt.text)]


def _settings(facts: Facts) -> list[str]:
    request, effective = facts.request, dict(facts.costs.effective or {})
    asked = {
        "provider": (request.llm.provider, effective.get("provider_override")),
        "model": (request.llm.model, effective.get("model_override")),
        "temperature": (request.llm.temperature, effective.get("temperature_override")),
        "max tokens": (request.llm.max_tokens, effective.get("max_tokens_override")),
        "reasoning effort": (request.llm.reasoning_effort, effective.get("reasoning_effort")),
        "output verbosity": (request.llm.output_verbosity, effective.get("output_verbosity")),
        "comparisons": (request.budget.max_comparisons, facts.ending.events.get("llm_comparisons")),
        "seed": (request.design.seed, request.design.seed),
        "pairing": (request.design.pairing, facts.engine.get("design_policy")),
        "stop rule": (request.design.stop.rule, facts.engine.get("stop_rule")),
    }
    rows = [
        (name, "default" if wanted is None else wanted, "not reported" if found is None else found)
        for name, (wanted, found) in asked.items()
    ]
    return ["## Settings", "", *table(("Setting", "Asked for", "Effective"), rows)]
