"""What a caller may ask for: every field of ``POST /v1/runs`` with its rules and defaults. PURE."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from app.contracts.cj_events import CourseCode
from app.contracts.grade_scales import DEFAULT_SCALE, SCALES
from app.contracts.llm_http import Effort, Provider, Verbosity
from app.runner.runs.states import PUBLISHING_MODES, Mode

LABEL_HINT = "is blank: give a label; if it came from a shell variable, check that it was set in that shell"
LARGEST_SEED = 2**31 - 1


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _raised(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


class Strict(BaseModel):
    """Base of all request parts: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _storable(self) -> Self:
        for name, value in self:
            if isinstance(value, str) and "\x00" in value:
                raise ValueError(f"{name} holds a NUL character")
        return self


class Assets(Strict):
    """The essays to judge."""

    package_id: str = Field(min_length=1, max_length=64, description="From POST /v1/asset-packages.")


class Prompt(Strict):
    """A prompt: the name of one under ``prompts/``, or its text; ``name`` is kept beside a resolved text."""

    name: str | None = Field(default=None, max_length=100, pattern=r"^[0-9A-Za-z_]+$")
    text: str | None = Field(default=None, max_length=100_000)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is not None and not self.text.strip():
            raise ValueError("text is blank: give the prompt's text, or leave the prompt out")
        if self.name is None and self.text is None:
            raise ValueError("give a name or a text")
        return self


class Judge(Strict):
    """Which model judges, and how it is set; null leaves the choice to the engine."""

    provider: Annotated[Provider | None, BeforeValidator(_lowered)] = None
    model: str | None = Field(default=None, min_length=1, max_length=255)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    reasoning_effort: Annotated[Effort | None, BeforeValidator(_lowered)] = None
    output_verbosity: Annotated[Verbosity | None, BeforeValidator(_lowered)] = None
    system_prompt: Prompt | None = None
    rubric: Prompt | None = None

    @model_validator(mode="after")
    def _model_of_a_provider(self) -> Self:
        if self.model is not None and self.provider is None:
            raise ValueError("model is given without provider: name the provider of the model")
        return self


class Budget(Strict):
    """How much may be spent and how long to wait."""

    max_comparisons: int | None = Field(default=None, ge=2, le=1_000_000)
    completion_timeout_s: float = Field(default=1800.0, gt=0, le=7 * 24 * 3600)


class Design(Strict):
    """How pairs are chosen and when asking stops; the same seed gives the same pairs."""

    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    stop_rule: Literal["stability", "cap"] = "stability"
    batching_mode: Literal["per_request", "serial_bundle", "provider_batch_api"] | None = None


class RunRequest(Strict):
    """The body of ``POST /v1/runs``."""

    mode: Mode
    batch_label: str = Field(max_length=200, description="For people; may repeat; never a key.")
    assets: Assets
    assignment_id: UUID | None = None
    course_id: UUID | None = None
    course_code: Annotated[CourseCode, BeforeValidator(_raised)] = "ENG5"
    language: Annotated[Literal["en", "sv"], BeforeValidator(_lowered)] = "en"
    expected_grade_scale: str | None = Field(default=None, max_length=50)
    user_id: str = Field(default="cj_runner", min_length=1, max_length=255)
    org_id: str | None = Field(default=None, max_length=255)
    llm: Judge = Judge()
    budget: Budget = Budget()
    design: Design = Design()
    publish: bool = Field(default=True, description="false: compose and keep the request, send nothing.")

    @field_validator("batch_label")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError(LABEL_HINT)
        return value.strip()

    @field_validator("expected_grade_scale")
    @classmethod
    def _known_scale(cls, value: str | None) -> str | None:
        if value is not None and value not in SCALES:
            raise ValueError(f"unknown scale; known: {', '.join(sorted(SCALES))}")
        return value

    @model_validator(mode="after")
    def _fits_the_mode(self) -> Self:
        if self.mode is Mode.EXECUTE and self.assignment_id is None:
            raise ValueError("assignment_id is required in mode execute: register the assignment with cj first")
        if self.mode is Mode.ANCHOR_ALIGN_TEST and self.assignment_id is not None:
            raise ValueError("assignment_id must be left out in mode anchor-align-test: it judges as a guest")
        if self.mode not in PUBLISHING_MODES and (self.llm.system_prompt or self.llm.rubric):
            raise ValueError(
                f"llm.system_prompt and llm.rubric have no effect in mode {self.mode}: leave them out"
            )
        return self

    @property
    def grade_scale(self) -> str:
        """The scale that the run's grades are read in."""
        return self.expected_grade_scale or DEFAULT_SCALE


def expanded_label(label: str, now: datetime) -> str:
    """Return the label with the fields of ``strftime`` filled in (``%Y%m%d-%H%M``)."""
    return now.strftime(label) if "%" in label else label
