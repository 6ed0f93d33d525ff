"""What an experiment would do, and everything that can be wrong with it, before anything is written.

Fed by the request; asks the database for the package, the folder for prompts, cj for the assignment and the
gateway for models and prices; feeds the plan that a caller sees, and ``accept``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from app.contracts.cj_http import AssessmentInstructions
from app.contracts.llm_http import ModelView
from app.db.unit import Database
from app.errors import FieldProblem, InvalidInput, NotFound
from app.runner.assets.inventory import Inventory
from app.runner.experiments import matrix
from app.runner.experiments.matrix import Setting
from app.runner.experiments.spec import ExperimentRequest
from app.runner.plan.costs import Costs, NoPrice, Price, Texts, costs_of
from app.runner.plan.expected import Expected, expected, judged_in
from app.runner.plan.plan import Neighbours, assignment_of, package_of
from app.runner.plan.prices_http import price_of
from app.runner.runs import essays, labels, prompts
from app.runner.runs.prompts import Role
from app.runner.runs.spec import Prompt, RunRequest
from app.runner.runs.states import Mode
from app.settings.experiments import ExperimentSettings

OPEN_LISTS = frozenset({"openrouter", "local"})
"""Providers that judge with models that the gateway does not list."""
Listed = Mapping[str, Sequence[ModelView] | NoPrice]
FIRST = 1


@dataclass(frozen=True)
class SettingPlan:
    """One setting: how many comparisons one run of it asks, what they cost, what it needs at most.

    ``need_usd`` is None where nobody can say: without a price, or where tokens of reasoning come on top.
    """

    setting: Setting
    counts: Expected
    costs: Costs
    need_usd: float | None


@dataclass(frozen=True)
class Ready:
    """An experiment that may be accepted: prompts are texts, the name is filled in."""

    request: ExperimentRequest
    name: str
    settings: tuple[SettingPlan, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """With what an experiment is looked at, for whom, and when."""

    database: Database
    neighbours: Neighbours
    prompts_dir: Path
    limits: ExperimentSettings
    owner: str
    now: datetime


async def looked_at(look: Look, request: ExperimentRequest) -> Ready:
    """Return the experiment as it would be; raises ``InvalidInput`` that names every field that is wrong."""
    refuse([*matrix.problems_of(request, look.limits.max_cells), *_limits(look.limits, request)])
    listed = await _listed(look.neighbours, request)
    named = _named(look, request)
    ready, problems = _with_texts(look.prompts_dir, request)
    refuse([*problems, *_unknown_models(request, listed), *matrix.problems_of(ready, look.limits.max_cells)])
    first = _first_run(ready)
    async with look.database.transaction() as connection:
        _, stock = await package_of(connection, request.assets.package_id, look.owner)
    essays.check(first, stock)
    assignment, notes = await assignment_of(look.neighbours.assignments, first)
    plans = tuple(
        _planned(ready, setting, stock, assignment, _price(setting, listed))
        for setting in matrix.settings_of(ready)
    )
    return Ready(ready, named, plans, (*notes, *_notes(request, listed)))


def refuse(problems: Sequence[FieldProblem]) -> None:
    """Raise ``InvalidInput`` if there are problems."""
    if problems:
        raise InvalidInput("; ".join(f"{item.field}: {item.message}" for item in problems[:5]), problems=problems)


def _limits(limits: ExperimentSettings, request: ExperimentRequest) -> list[FieldProblem]:
    return concurrency_problems(limits, request.max_concurrency)


def concurrency_problems(limits: ExperimentSettings, wanted: int) -> list[FieldProblem]:
    """Return what is wrong with a wish for so many runs at once."""
    if wanted <= limits.max_concurrency:
        return []
    message = f"at most {limits.max_concurrency} runs go on at once (RUNNER_EXPERIMENTS_MAX_CONCURRENCY)"
    return [FieldProblem("max_concurrency", message)]


def _named(look: Look, request: ExperimentRequest) -> str:
    try:
        return labels.dated(request.name, look.now)
    except ValueError as error:
        raise InvalidInput.at("name", str(error)) from error


async def _listed(neighbours: Neighbours, request: ExperimentRequest) -> Listed:
    """Return the models that the gateway lists, by provider."""
    providers = {model.provider for model in request.factors.models if model is not None}
    if neighbours.prices is None:
        return {name: NoPrice("this service has no gateway to ask for prices") for name in providers}
    return {name: await neighbours.prices.models(name) for name in sorted(providers)}


def _unknown_models(request: ExperimentRequest, listed: Listed) -> list[FieldProblem]:
    problems = []
    for place, model in enumerate(request.factors.models):
        if model is None or model.model is None or model.provider in OPEN_LISTS:
            continue
        found = listed[model.provider]
        known = [] if isinstance(found, NoPrice) else [item.model for item in found]
        if known and model.model not in known:
            message = f"{model.provider} has no model {model.model[:100]}; known: {', '.join(known[:30])}"
            problems.append(FieldProblem(f"factors.models.{place}.model", message))
    return problems


def _with_texts(folder: Path, request: ExperimentRequest) -> tuple[ExperimentRequest, list[FieldProblem]]:
    """Return the request with the texts of its named prompts, and those names that are unknown."""
    system, problems = _texts_of(folder, "system", "prompts", request.factors.prompts)
    rubrics, more = _texts_of(folder, "rubric", "rubrics", request.factors.rubrics)
    factors = request.factors.model_copy(update={"prompts": system, "rubrics": rubrics})
    return request.model_copy(update={"factors": factors}), [*problems, *more]


def _texts_of(
    folder: Path, role: Role, field: str, given: Sequence[Prompt | None]
) -> tuple[tuple[Prompt | None, ...], list[FieldProblem]]:
    found: list[Prompt | None] = []
    problems = []
    for place, prompt in enumerate(given):
        if prompt is None or prompt.text is not None:
            found.append(prompt)
            continue
        try:
            found.append(Prompt(name=prompt.name, text=prompts.named(folder, role, str(prompt.name)).text))
        except NotFound as error:
            problems.append(FieldProblem(f"factors.{field}.{place}.name", error.detail))
    return tuple(found), problems


def _first_run(request: ExperimentRequest) -> RunRequest:
    """Return the first run, whose rules those of all others are; raises ``InvalidInput`` where they are broken."""
    setting, cell = matrix.settings_of(request)[0], matrix.cells_of(request)[0]
    try:
        return matrix.run_of(request, setting, cell, experiment_id="exp", label="x")
    except ValidationError as error:
        problems = []
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            field = ".".join(map(str, item["loc"]))
            message = str(item["msg"]).removeprefix("Value error, ")
            problems.append(FieldProblem(field or message.split()[0], message))
        refuse(problems)
        raise


def _price(setting: Setting, listed: Listed) -> Price | NoPrice:
    provider = setting.judge.provider
    if provider is None:
        return NoPrice("the model is left to the engine, so its price is not known here")
    found = listed[provider]
    return found if isinstance(found, NoPrice) else price_of(found, provider, setting.judge.model)


def _planned(
    request: ExperimentRequest,
    setting: Setting,
    stock: Inventory,
    assignment: AssessmentInstructions | None,
    price: Price | NoPrice,
) -> SettingPlan:
    cell = matrix.Cell(FIRST, setting.number, FIRST, matrix.seeds_of(request)[0])
    run = matrix.run_of(request, setting, cell, experiment_id="exp", label="x")
    anchors, students = stock.of_kind("anchor"), stock.of_kind("student")
    judged = [*anchors, *(students if request.mode is Mode.EXECUTE else [])]
    task = next(iter(stock.of_kind("instructions")), None) if request.mode is not Mode.EXECUTE else None
    texts = Texts(
        [file.text or "" for file in judged],
        None if task is None else task.text,
        None if assignment is None else assignment.instructions_text,
    )
    counts = expected(run, judged_in(request.mode, anchors=len(anchors), students=len(students)))
    costs = costs_of(run, texts, counts, price)
    return SettingPlan(setting, counts, costs, _need(run, counts, costs))


def _need(run: RunRequest, counts: Expected, costs: Costs) -> float | None:
    if run.budget.max_cost_usd is not None:
        return run.budget.max_cost_usd
    reasons = run.llm.reasoning_effort not in {None, "none"}
    return None if reasons or counts.at_most is None else costs.usd_at_most


def _notes(request: ExperimentRequest, listed: Listed) -> list[str]:
    said = []
    if all(isinstance(found, NoPrice) for found in listed.values()) and listed:
        said.append("models were not checked: the gateway lists none")
    if request.budget.max_comparisons is None:
        said.append(
            "budget.max_comparisons is left out: the engine's own budget counts, and may differ by setting"
        )
    if len(matrix.seeds_of(request)) == 1:
        said.append(
            "one repeat only: how much of a difference is chance will not be known; three or more are better"
        )
    if request.design.stop.rule != "cap":
        said.append(
            "design.stop may end runs early: settings then differ in comparisons too; rule cap keeps them equal"
        )
    return said
