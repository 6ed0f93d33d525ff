"""The matrix of an experiment: its settings, its cells in the order in which they start, the run of each. PURE.

Repeats are the outer loop: when money or patience ends early, every setting was judged about as often.
"""

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from app.errors import FieldProblem
from app.runner.experiments.spec import OWN_LABELS, ExperimentRequest, JudgeModel
from app.runner.runs.spec import LARGEST_SEED, Judge, Prompt, RunRequest

FACTORS = ("prompt", "rubric", "model", "reasoning_effort")
DEFAULT = "default"
"""What a level is called that leaves the choice to the engine."""


@dataclass(frozen=True)
class Setting:
    """One combination of levels: ``levels`` are their names by factor, ``judge`` what a run is told."""

    number: int
    levels: Mapping[str, str]
    judge: Judge


@dataclass(frozen=True)
class Cell:
    """One run to be: a setting, judged from one seed; ``repeat`` counts the seeds from 1."""

    number: int
    setting: int
    repeat: int
    seed: int


def seeds_of(request: ExperimentRequest) -> tuple[int, ...]:
    """Return the seed of each repeat."""
    factors = request.factors
    return factors.seeds or tuple(request.design.seed + place for place in range(factors.repeats))


def size_of(request: ExperimentRequest) -> int:
    """Return how many cells there are, without making them."""
    factors = request.factors
    settings = len(factors.prompts) * len(factors.rubrics) * len(factors.models) * len(factors.reasoning_efforts)
    return settings * len(seeds_of(request))


def settings_of(request: ExperimentRequest) -> list[Setting]:
    """Return all combinations, numbered from 1, the last factor varying fastest."""
    factors = request.factors
    found = product(factors.prompts, factors.rubrics, factors.models, factors.reasoning_efforts)
    return [
        Setting(
            number,
            {
                "prompt": prompt_name(prompt),
                "rubric": prompt_name(rubric),
                "model": model_name(model),
                "reasoning_effort": effort or DEFAULT,
            },
            _judge(request, prompt, rubric, model).model_copy(update={"reasoning_effort": effort}),
        )
        for number, (prompt, rubric, model, effort) in enumerate(found, start=1)
    ]


def _judge(
    request: ExperimentRequest, prompt: Prompt | None, rubric: Prompt | None, model: JudgeModel | None
) -> Judge:
    return Judge(
        provider=None if model is None else model.provider,
        model=None if model is None else model.model,
        system_prompt=prompt,
        rubric=rubric,
        **request.llm.model_dump(),
    )


def cells_of(request: ExperimentRequest) -> list[Cell]:
    """Return all cells in the order in which they start, numbered from 1."""
    settings = range(1, size_of(request) // len(seeds_of(request)) + 1)
    found = product(enumerate(seeds_of(request), start=1), settings)
    return [Cell(number, setting, repeat, seed) for number, ((repeat, seed), setting) in enumerate(found, start=1)]


def prompt_name(prompt: Prompt | None) -> str:
    """Return how tables call a prompt: by its name, else by the hash of its text."""
    if prompt is None:
        return DEFAULT
    return prompt.name or f"text-{hashlib.sha256((prompt.text or '').encode()).hexdigest()[:8]}"


def model_name(model: JudgeModel | None) -> str:
    """Return how tables call a model."""
    if model is None:
        return DEFAULT
    return model.provider if model.model is None else f"{model.provider}/{model.model}"


def run_of(
    request: ExperimentRequest, setting: Setting, cell: Cell, *, experiment_id: str, label: str
) -> RunRequest:
    """Return the run of a cell, but for its share of the money; ``label`` is taken as it is."""
    own = dict(zip(OWN_LABELS, (experiment_id, str(cell.number)), strict=True))
    return RunRequest(
        mode=request.mode,
        batch_label=label.replace("%", "%%"),
        assets=request.assets,
        assignment_id=request.assignment_id,
        course_code=request.course_code,
        language=request.language,
        expected_grade_scale=request.expected_grade_scale,
        llm=setting.judge,
        budget=request.budget.model_dump(),
        design=request.design.model_copy(update={"seed": cell.seed}),
        labels=request.labels | own,
    )


def problems_of(request: ExperimentRequest, most_cells: int) -> list[FieldProblem]:
    """Return what is wrong with a matrix: levels that are there twice, seeds that do not fit, too many cells."""
    factors = request.factors
    lists: Mapping[str, Sequence[Hashable]] = {
        "prompts": [_text_of(prompt) for prompt in factors.prompts],
        "rubrics": [_text_of(rubric) for rubric in factors.rubrics],
        "models": [model_name(model) for model in factors.models],
        "reasoning_efforts": factors.reasoning_efforts,
        "seeds": factors.seeds,
    }
    found = [problem for name, levels in lists.items() for problem in _twice(name, levels)]
    found += _same_name(request)
    if factors.seeds and factors.repeats not in {1, len(factors.seeds)}:
        message = f"seeds names {len(factors.seeds)} repeats already: leave repeats out"
        found.append(FieldProblem("factors.repeats", message))
    if max(seeds_of(request)) > LARGEST_SEED:
        found.append(FieldProblem("design.seed", f"the seed of the last repeat is above {LARGEST_SEED}"))
    if size_of(request) > most_cells:
        message = f"{size_of(request)} cells: at most {most_cells} are taken (RUNNER_EXPERIMENTS_MAX_CELLS)"
        found.append(FieldProblem("factors", message))
    return found


def _text_of(prompt: Prompt | None) -> str | None:
    return None if prompt is None else prompt.text if prompt.text is not None else prompt.name


def _twice(name: str, levels: Sequence[Hashable]) -> Iterator[FieldProblem]:
    first: dict[Hashable, int] = {}
    for place, level in enumerate(levels):
        if level in first:
            message = f"is the same as factors.{name}.{first[level]}: leave one of them out"
            yield FieldProblem(f"factors.{name}.{place}", message)
        first.setdefault(level, place)


def _same_name(request: ExperimentRequest) -> Iterator[FieldProblem]:
    """Refuse two different texts under one name: tables could not tell them apart."""
    for name in ("prompts", "rubrics"):
        seen: dict[str, str | None] = {}
        for place, prompt in enumerate(getattr(request.factors, name)):
            called = prompt_name(prompt)
            if seen.setdefault(called, _text_of(prompt)) != _text_of(prompt):
                message = f"{called[:100]} is the name of another text above: give it another name"
                yield FieldProblem(f"factors.{name}.{place}.name", message)
