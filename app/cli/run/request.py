"""The body of a run from the options of the command line, and what is wrong with them beforehand. PURE.

Fed by ``command``, which reads the files; feeds ``POST /v1/runs``. What is not said is left to the service.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.cli.run.flags import Mode, RunFlags
from app.errors import AppError, FieldProblem

Json = dict[str, Any]
NAME = re.compile(r"[0-9A-Za-z_]{1,100}", re.ASCII)
USUAL_SYSTEM_PROMPT = "001_baseline"
COURSES = ("ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3")
LANGUAGES = ("en", "sv")
ONLY_IN = {
    Mode.ALIGN: (
        "anchor_align_provider",
        "anchor_align_model",
        "anchor_align_reasoning_effort",
        "anchor_align_output_verbosity",
    ),
    Mode.BOUNDARY: ("boundary", "pair", "iterations", "least_win_rate"),
}
"""Options that one mode alone has."""
EMPTY_LABEL = (
    "the label is empty: in a background job a shell variable may be. Write the command into the option itself, "
    'such as --batch-id "eng5-$(date +%Y%m%d-%H%M%S)", or let the service fill in: --batch-id "eng5-%Y%m%d-{n}"'
)
FLAGS = {
    "batch_label": "--batch-id",
    "assets.package_id": "--assets",
    "assignment_id": "--assignment-id",
    "course_id": "--course-id",
    "course_code": "--course-code",
    "language": "--language",
    "expected_grade_scale": "--expected-grade-scale",
    "user_id": "--user-id",
    "org_id": "--org-id",
    "llm.provider": "--llm-provider",
    "llm.model": "--llm-model",
    "llm.temperature": "--llm-temperature",
    "llm.max_tokens": "--llm-max-tokens",
    "llm.reasoning_effort": "--reasoning-effort",
    "llm.output_verbosity": "--output-verbosity",
    "llm.system_prompt": "--system-prompt",
    "llm.rubric": "--rubric",
    "budget.max_comparisons": "--max-comparisons",
    "budget.max_cost_usd": "--max-cost-usd",
    "budget.completion_timeout_s": "--completion-timeout",
    "design.seed": "--seed",
    "design.pairing": "--pairing",
    "design.both_orders": "--both-orders",
    "design.batching_mode": "--llm-batching-mode",
    "design.stop": "--stop",
    "boundary.boundaries": "--boundary",
    "boundary.pairs": "--pair",
    "boundary.iterations": "--iterations",
    "boundary.least_win_rate": "--least-win-rate",
    "labels": "--label",
    "Idempotency-Key": "--idempotency-key",
}
"""By the field of the API: the option that fills it."""


def mistakes(flags: RunFlags) -> dict[str, str]:
    """Return what is wrong by option, in the order in which people look; empty where nothing is."""
    found: dict[str, str] = {}
    if not flags.batch_id.strip():
        found["--batch-id"] = EMPTY_LABEL
    if flags.assets is None or not flags.assets.strip():
        found["--assets"] = "say which essays: a folder, a zip, or the id of a package (cj-runner packages list)"
    if flags.mode is Mode.EXECUTE:
        if flags.assignment_id is None:
            found["--assignment-id"] = "execute needs one: see 'cj-runner assignments list', or make one"
        if flags.course_id is None:
            found["--course-id"] = "execute needs one: 'cj-runner assignments list' prints one to copy"
    if flags.expected_grade_scale and flags.assignment_id is None:
        found["--expected-grade-scale"] = "needs --assignment-id, whose scale it is compared with"
    return found | _of_modes(flags) | _of_values(flags)


def _of_modes(flags: RunFlags) -> dict[str, str]:
    found: dict[str, str] = {}
    for mode, names in ONLY_IN.items():
        given = [name for name in names if flags.mode is not mode and getattr(flags, name) is not None]
        found |= {_option(name): f"goes with --mode {mode} only" for name in given}
    if flags.mode in {Mode.PLAN, Mode.DRY_RUN}:
        given = [name for name in ("system_prompt", "rubric") if getattr(flags, name) is not None]
        found |= {_option(name): f"has no use in {flags.mode}, which asks no judge" for name in given}
    return found | _of_extraction(flags)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _of_extraction(flags: RunFlags) -> dict[str, str]:
    if not flags.auto_extract_eng5_db:
        return {}
    if flags.no_kafka or not flags.await_completion:
        return {"--auto-extract-eng5-db": "needs --await-completion, and no --no-kafka"}
    return {} if flags.output_dir is not None else {"--auto-extract-eng5-db": "needs --output-dir to write to"}


def _of_values(flags: RunFlags) -> dict[str, str]:
    found: dict[str, str] = {}
    if flags.course_code.strip().upper() not in COURSES:
        found["--course-code"] = f"is one of {', '.join(COURSES)}"
    if flags.language.strip().lower() not in LANGUAGES:
        found["--language"] = "is en or sv"
    if not 0 < flags.completion_timeout <= 604_800:
        found["--completion-timeout"] = "is a number of seconds above 0, at most 604800 (7 days)"
    for pair in flags.pair or []:
        if not all(name.strip() for name in pair.partition(",")[::2]):
            found["--pair"] = f"{pair!r} is no ESSAY,ESSAY"
    for label in flags.label or []:
        if not label.partition("=")[0].strip() or "=" not in label:
            found["--label"] = f"{label!r} is no KEY=VALUE"
    return found


def body(flags: RunFlags, package_id: str, prompts: Mapping[str, Json]) -> Json:
    """Return the body of ``POST /v1/runs``; ``prompts`` are those of the judge, by role."""
    said = {
        "mode": str(flags.mode),
        "batch_label": flags.batch_id,
        "assets": {"package_id": package_id},
        "assignment_id": None if flags.assignment_id is None else str(flags.assignment_id),
        "course_id": None if flags.course_id is None else str(flags.course_id),
        "course_code": flags.course_code.strip().upper(),
        "language": flags.language.strip().lower(),
        "expected_grade_scale": (flags.expected_grade_scale or "").strip() or None,
        "user_id": flags.user_id,
        "org_id": flags.org_id,
        "llm": judge(flags) | dict(prompts),
        "budget": _said(
            max_comparisons=flags.max_comparisons,
            max_cost_usd=flags.max_cost_usd,
            completion_timeout_s=flags.completion_timeout,
        ),
        "design": _design(flags),
        "boundary": _boundary(flags) if flags.mode is Mode.BOUNDARY else None,
        "labels": _labels(flags.label or []),
        "publish": False if flags.no_kafka else None,
    }
    return _said(**said)


def judge(flags: RunFlags) -> Json:
    """Return who judges; of anchor-align-test its own options count first, and a model alone is anthropic's."""
    provider = flags.anchor_align_provider or flags.llm_provider
    model = flags.anchor_align_model or flags.llm_model
    if model is not None and provider is None:
        provider_name: str | None = "anthropic"
    else:
        provider_name = None if provider is None else str(provider)
    return _said(
        provider=provider_name,
        model=model,
        temperature=flags.llm_temperature,
        max_tokens=flags.llm_max_tokens,
        reasoning_effort=flags.anchor_align_reasoning_effort or flags.reasoning_effort,
        output_verbosity=flags.anchor_align_output_verbosity or flags.output_verbosity,
    )


def named(error: AppError) -> str:
    """Return the words of a refusal with options in the place of fields."""
    if not error.problems:
        return error.detail
    return "; ".join(f"{flag_of(problem)}: {problem.message}" for problem in error.problems)


def flag_of(problem: FieldProblem) -> str:
    """Return the option that fills a field, or one that the field lies in; else the field's own name."""
    field = problem.field
    while field:
        if field in FLAGS:
            return FLAGS[field]
        field = field.rpartition(".")[0]
    return problem.field


def _design(flags: RunFlags) -> Json:
    return _said(
        seed=flags.seed,
        pairing=flags.pairing,
        both_orders=flags.both_orders or None,
        batching_mode=flags.llm_batching_mode,
        stop=None if flags.stop is None else {"rule": str(flags.stop)},
    )


def _boundary(flags: RunFlags) -> Json | None:
    """Return what is tested; nothing said means all neighbours."""
    pairs = [pair.partition(",")[::2] for pair in flags.pair or []]
    return _said(
        boundaries=flags.boundary or None,
        pairs=[{"a": first.strip(), "b": second.strip()} for first, second in pairs] or None,
        iterations=flags.iterations,
        least_win_rate=flags.least_win_rate,
    ) or {"boundaries": "all"}


def _labels(pairs: list[str]) -> Json:
    return {key.strip(): value for key, _, value in (pair.partition("=") for pair in pairs)}


def _said(**values: Any) -> Json:
    """Return what is said; of enumerations the word, of an empty part nothing."""
    return {
        name: str(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value not in (None, {})
    }
