"""What a caller may ask for: every field of ``POST /v1/experiments`` with its rules and defaults. PURE."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, field_validator

from app.contracts.cj_events import CourseCode
from app.contracts.llm_http import Effort, Provider, Verbosity
from app.runner.experiments.measures import Criterion
from app.runner.runs import labels as naming
from app.runner.runs.spec import LARGEST_SEED, Assets, Budget, Design, Prompt, Strict
from app.runner.runs.states import Mode

MOST_LEVELS = 100
OWN_LABELS = ("experiment", "experiment_cell")
"""Labels that every run of an experiment has, beside those of the experiment."""
Judged = Literal[Mode.EXECUTE, Mode.ANCHOR_ALIGN_TEST]
Usd = Annotated[float, Field(gt=0, le=1_000_000)]
Most = Annotated[int, Field(ge=1, le=100)]


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class JudgeModel(Strict):
    """A level of the factor ``models``: without ``model`` the provider's default one."""

    provider: Annotated[Provider, BeforeValidator(_lowered)]
    model: str | None = Field(default=None, min_length=1, max_length=255)


class Factors(Strict):
    """What is varied: every combination of levels is a setting, judged once for each seed.

    A level that is null leaves the choice to the engine. Texts are read from ``prompts/`` when the experiment is
    accepted, and stay as they were then.
    """

    prompts: tuple[Prompt | None, ...] = Field(
        default=(None,), min_length=1, max_length=MOST_LEVELS, description="System prompts, by name or text."
    )
    rubrics: tuple[Prompt | None, ...] = Field(default=(None,), min_length=1, max_length=MOST_LEVELS)
    models: tuple[JudgeModel | None, ...] = Field(default=(None,), min_length=1, max_length=MOST_LEVELS)
    reasoning_efforts: tuple[Annotated[Effort | None, BeforeValidator(_lowered)], ...] = Field(
        default=(None,), min_length=1, max_length=MOST_LEVELS
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=MOST_LEVELS,
        description="How often each setting is judged, from a seed each.",
    )
    seeds: tuple[Annotated[int, Field(ge=0, le=LARGEST_SEED)], ...] = Field(
        default=(),
        max_length=MOST_LEVELS,
        description="One repeat for each; left out: `design.seed` and those that follow it, `repeats` in all.",
    )


class JudgeRules(Strict):
    """How all judges are set; null leaves the choice to the engine."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    output_verbosity: Annotated[Verbosity | None, BeforeValidator(_lowered)] = None


class CellBudget(Budget):
    """The budget of each run; its ``max_cost_usd`` is the share of the cap that each run gets."""

    max_cost_usd: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="What one run may cost; null: shared out of the experiment's cap by what runs need.",
    )


class ExperimentRequest(Strict):
    """The body of ``POST /v1/experiments``."""

    name: str = Field(
        max_length=200, description="For people; may repeat. Fields of strftime (`%Y%m%d`) are filled in (UTC)."
    )
    assets: Assets
    factors: Factors = Factors()
    max_cost_usd: Usd = Field(description="The cap of all runs together, those of resumes included.")
    max_concurrency: Most = Field(default=2, description="How many runs go on at the same time.")
    criterion: Criterion = Field(default="tau_a", description="The metric by which the best setting is chosen.")
    mode: Judged = Mode.ANCHOR_ALIGN_TEST
    assignment_id: UUID | None = Field(default=None, description="Needed in mode execute, and only there.")
    course_code: CourseCode = "ENG5"
    language: Annotated[Literal["en", "sv"], BeforeValidator(_lowered)] = "en"
    expected_grade_scale: str | None = Field(default=None, max_length=50)
    llm: JudgeRules = JudgeRules()
    budget: CellBudget = CellBudget()
    design: Design = Field(default=Design(), description="Of every run; `seed` is that of the first repeat.")
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="Up to 18 pairs of your own, given to all runs beside `experiment` and `experiment_cell`.",
    )

    @field_validator("name")
    @classmethod
    def _name_that_expands(cls, value: str) -> str:
        if naming.NUMBER in value:
            raise ValueError("{n} is filled in for runs only: take it out of the name of an experiment")
        return naming.check_template(value)

    @field_validator("labels")
    @classmethod
    def _few_short_labels(cls, value: dict[str, str]) -> dict[str, str]:
        taken = [name for name in OWN_LABELS if name in value]
        if taken:
            raise ValueError(f"{taken[0]} is set by the experiment itself: take another key")
        naming.check_labels(value | dict.fromkeys(OWN_LABELS, ""))
        return dict(sorted(value.items()))


class ResumeRequest(Strict):
    """The body of ``POST /v1/experiments/{experiment_id}/resume``; what is left out stays as it is."""

    max_cost_usd: Usd | None = Field(default=None, description="The new cap, in it what was spent already.")
    max_concurrency: Most | None = None
