"""What a caller may ask for: every field of ``POST /v1/runs`` with its rules and defaults. PURE."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    field_serializer,
    field_validator,
    model_validator,
)

from app.contracts.cj_events import CourseCode
from app.contracts.grade_scales import DEFAULT_SCALE, SCALES
from app.contracts.llm_http import Effort, Provider, Verbosity
from app.runner.runs import labels as naming
from app.runner.runs.states import AMONG_ANCHORS, PUBLISHING_MODES, Mode
from app.runner.webhooks import signing
from app.runner.webhooks.kinds import USUAL, RunKind

LARGEST_SEED = 2**31 - 1
MOST_COMPARISONS = 1_000_000
MOST_PAIRS = 10_000
GRADES = r"^(all|[^/]{1,8}/[^/]{1,8})$"
TARGETS = ("target_mean_se", "target_band_share")
Pairing = Literal["optimal_graph", "information", "nearest", "random_balanced", "anchors_only", "pre_specified"]


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _raised(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Strict(BaseModel):
    """Base of all request parts: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _storable(cls, value: object) -> object:
        if isinstance(value, str) and not naming.is_storable(value):
            raise ValueError(f"holds {naming.NOT_STORABLE}")
        return value


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
    """How much may be spent and how long to wait; null leaves a limit to the engine."""

    max_comparisons: int | None = Field(default=None, ge=2, le=MOST_COMPARISONS)
    max_cost_usd: float | None = Field(
        default=None, gt=0, le=1_000_000, description="Nothing more is asked once this much is spent."
    )
    completion_timeout_s: float = Field(default=1800.0, gt=0, le=7 * 24 * 3600)


class Stop(Strict):
    """When asking stops: when scores stand still, when they are exact enough, or only at the budget.

    ``threshold`` (largest change of a score) and ``target_mean_se`` are in logits; ``target_band_share`` is the
    mean standard error as a share of the width of a grade band. Null leaves a number to the engine.
    """

    rule: Literal["stability", "precision", "cap"] = Field(
        default="stability", description="Where it is left out, a target of precision names `precision`."
    )
    min_comparisons: int | None = Field(default=None, ge=1, le=MOST_COMPARISONS)
    threshold: float | None = Field(default=None, ge=0, le=100)
    target_mean_se: float | None = Field(default=None, gt=0, le=100)
    target_band_share: float | None = Field(default=None, gt=0, le=10)

    @model_validator(mode="before")
    @classmethod
    def _rule_of_a_target(cls, value: object) -> object:
        named = isinstance(value, dict) and value.get("rule") is not None
        if isinstance(value, dict) and not named:
            return value | {
                "rule": "precision" if any(value.get(name) is not None for name in TARGETS) else "stability"
            }
        return value

    @model_validator(mode="after")
    def _targets_of_precision(self) -> Self:
        for name in TARGETS if self.rule != "precision" else ():
            if getattr(self, name) is not None:
                raise ValueError(f"{name} goes with rule precision: leave it out, or set rule to precision")
        return self


class WantedPair(Strict):
    """A pair that is to be asked: two essays of the package by their file's name, ``a`` shown first."""

    a: str = Field(min_length=1, max_length=512)
    b: str = Field(min_length=1, max_length=512)
    times: int = Field(default=1, ge=1, le=1000)

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.a == self.b:
            raise ValueError("an essay cannot be compared with itself: name two")
        return self


class Design(Strict):
    """How pairs are chosen and when asking stops; the same seed gives the same pairs."""

    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    pairing: Pairing | None = Field(default=None, description="null: the engine's usual policy.")
    both_orders: bool = Field(default=False, description="Ask each pair in both positions.")
    early_repeats: bool = Field(default=False, description="Pairs may be asked again before all were asked once.")
    batching_mode: Literal["per_request", "serial_bundle", "provider_batch_api"] | None = None
    stop: Stop = Stop()
    pairs: tuple[WantedPair, ...] = Field(
        default=(), max_length=MOST_PAIRS, description="Exactly these pairs; names the pairing pre_specified."
    )

    @model_validator(mode="before")
    @classmethod
    def _pairing_of_pairs(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("pairs") and value.get("pairing") is None:
            return value | {"pairing": "pre_specified"}
        return value

    @model_validator(mode="after")
    def _pairs_with_their_pairing(self) -> Self:
        if bool(self.pairs) != (self.pairing == "pre_specified"):
            raise ValueError("pairs and pairing pre_specified go together: give both, or neither")
        return self

    @model_validator(mode="before")
    @classmethod
    def _older_spelling(cls, value: object) -> object:
        """Take ``stop_rule``, as it was once written, for ``stop.rule``."""
        if not isinstance(value, dict) or "stop_rule" not in value:
            return value
        rest = {name: part for name, part in value.items() if name != "stop_rule"}
        stop = rest.get("stop") or {}
        if not isinstance(stop, dict) or stop.get("rule", value["stop_rule"]) != value["stop_rule"]:
            raise ValueError("stop_rule and stop.rule contradict each other: leave stop_rule out")
        return rest | {"stop": stop | {"rule": value["stop_rule"]}}


class AnchorPair(Strict):
    """Two anchors of different grades, by their files' names; the grades say which is the better one."""

    a: str = Field(min_length=1, max_length=512)
    b: str = Field(min_length=1, max_length=512)

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.a == self.b:
            raise ValueError("an essay cannot be compared with itself: name two")
        return self


class Boundary(Strict):
    """Which grade boundaries are tested, and how thoroughly; an empty group tests all that the anchors allow."""

    boundaries: Annotated[
        tuple[Annotated[str, Field(pattern=GRADES)], ...],
        BeforeValidator(_listed),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "string", "pattern": GRADES}, "maxItems": 100},
                    {"type": "string", "pattern": GRADES},
                ]
            }
        ),
    ] = Field(
        default=(),
        max_length=100,
        description="`A/B`: all anchors of one grade against all of the other; a letter that is no grade of the "
        "scale means all its grades (`C`: C+ and C-). `all`: any two grades that are neighbours among anchors. "
        "One alone needs no list. Nothing, and no `pairs`: `all`.",
    )
    pairs: tuple[AnchorPair, ...] = Field(
        default=(), max_length=MOST_PAIRS // 2, description="These pairs, beside those of `boundaries`."
    )
    iterations: int = Field(
        default=5, ge=1, le=1000, description="How often each pair is asked in each of its two positions."
    )
    least_win_rate: float = Field(
        default=0.7,
        ge=0.5,
        lt=1,
        description="The share of comparisons that the better grade must win for a boundary to hold.",
    )

    @model_validator(mode="before")
    @classmethod
    def _all_where_nothing_is_named(cls, value: object) -> object:
        if isinstance(value, dict) and not value.get("boundaries") and not value.get("pairs"):
            return value | {"boundaries": ("all",)}
        return value


class OneOffWebhook(Strict):
    """Where this run's events are sent to, without a subscription."""

    url: str = Field(
        min_length=1, max_length=2048, description="Kept whole for sending; shown without what stands after `?`."
    )
    secret: SecretStr | None = Field(
        default=None,
        exclude=True,
        description="`whsec_…`; null: one is made, and shown in the answer to this request.",
    )
    events: tuple[RunKind, ...] = Field(default=USUAL, min_length=1, max_length=20)

    @field_validator("secret")
    @classmethod
    def _good_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not signing.is_secret(value.get_secret_value()):
            raise ValueError(signing.NOT_A_SECRET)
        return value

    @field_serializer("url")
    def _without_query(self, url: str) -> str:
        return url.split("?", 1)[0]


class RunRequest(Strict):
    """The body of ``POST /v1/runs``."""

    mode: Mode
    batch_label: str = Field(
        max_length=200,
        description="For people; may repeat; never a key. Fields of strftime (`%Y%m%d`) are filled in (UTC), "
        "and `{n}` with the running number of that label.",
    )
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
    boundary: Boundary | None = Field(
        default=None,
        description="With mode boundary-test, and only there.",
        examples=[{"boundaries": ["A/B", "B/C"], "iterations": 5, "least_win_rate": 0.7}],
    )
    publish: bool = Field(default=True, description="false: compose and keep the request, send nothing.")
    webhook: OneOffWebhook | None = None
    labels: dict[str, str] = Field(
        default_factory=dict, description="Up to 20 pairs of your own; runs can be listed by them."
    )

    @field_validator("batch_label")
    @classmethod
    def _label_that_expands(cls, value: str) -> str:
        return naming.check_template(value)

    @field_validator("labels")
    @classmethod
    def _few_short_labels(cls, value: dict[str, str]) -> dict[str, str]:
        naming.check_labels(value)
        return dict(sorted(value.items()))

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
        if self.mode in AMONG_ANCHORS and self.assignment_id is not None:
            raise ValueError(f"assignment_id must be left out in mode {self.mode}: it judges as a guest")
        if self.mode not in PUBLISHING_MODES and (self.llm.system_prompt or self.llm.rubric):
            raise ValueError(
                f"llm.system_prompt and llm.rubric have no effect in mode {self.mode}: leave them out"
            )
        if self.mode is Mode.ANCHOR_ALIGN_TEST and self.design.pairing == "anchors_only":
            raise ValueError(
                "design.pairing anchors_only needs an assignment: this mode compares only anchors anyway"
            )
        if self.mode is Mode.ANCHOR_ALIGN_TEST and self.design.stop.target_band_share is not None:
            raise ValueError("design.stop.target_band_share needs an assignment: use target_mean_se in this mode")
        return self

    @property
    def grade_scale(self) -> str:
        """The scale that the run's grades are read in."""
        return self.expected_grade_scale or DEFAULT_SCALE
