"""The options of ``cj-runner run``: those of the former tool under their names, and what the service has besides.

Feeds ``request``. The fields of the dataclass are the parameters of the command.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints
from uuid import UUID

import typer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind", bound="DataclassInstance")
ESSAYS, JUDGE, BUDGET, DESIGN, END = "Essays", "Judge", "Budget", "Design", "Waiting and results"
TEST = "Boundary test"
FORMER = "Of the former tool; without effect here"


class Mode(StrEnum):
    """What a run does."""

    PLAN = "plan"
    DRY_RUN = "dry-run"
    EXECUTE = "execute"
    ALIGN = "anchor-align-test"
    BOUNDARY = "boundary-test"


class Output(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


class Provider(StrEnum):
    """Who judges."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    GOOGLE = "google"
    OPENROUTER = "openrouter"
    LOCAL = "local"
    MOCK = "mock"
    REPLAY = "replay"


class Effort(StrEnum):
    """How much a judge thinks."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Verbosity(StrEnum):
    """How much a judge writes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Batching(StrEnum):
    """How comparisons reach the judge."""

    PER_REQUEST = "per_request"
    SERIAL_BUNDLE = "serial_bundle"
    PROVIDER_BATCH_API = "provider_batch_api"


class Stop(StrEnum):
    """When asking stops before the budget is used up."""

    STABILITY = "stability"
    PRECISION = "precision"
    CAP = "cap"


def _words(*names: str, panel: str | None = None, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, case_sensitive=False, **more)


@dataclass(frozen=True, kw_only=True)
class RunFlags:
    """Everything that may be said of a run; None where nothing is said."""

    mode: Annotated[Mode, _words("--mode", help="What to do; plan and dry-run send nothing to a judge.")] = (
        Mode.PLAN
    )
    batch_id: Annotated[
        str,
        _words(
            "--batch-id",
            "--batch-label",
            help="Label for people; %Y%m%d (a date) and {n} (a number) are filled in.",
        ),
    ] = "eng5-np-local-batch"
    label: Annotated[
        list[str] | None,
        _words("--label", metavar="KEY=VALUE", help="To list runs by; several times for several."),
    ] = None
    assets: Annotated[
        str | None,
        _words(
            "--assets",
            "--package",
            metavar="FOLDER|ZIP|ID",
            panel=ESSAYS,
            help="Folder or zip of essays, which is uploaded, or the id of a package.",
        ),
    ] = None
    anchor_dir: Annotated[
        Path | None,
        _words(
            "--anchor-dir",
            panel=ESSAYS,
            envvar="ENG5_ANCHOR_DIR_OVERRIDE",
            help="Take the anchor essays from this folder instead.",
        ),
    ] = None
    min_text_characters: Annotated[
        int, _words("--min-text-characters", panel=ESSAYS, min=1, max=10_000, help="Shorter essays are refused.")
    ] = 100
    force_reupload: Annotated[
        bool, _words("--force-reupload", panel=ESSAYS, help="Upload even what the service has already.")
    ] = False
    assignment_id: Annotated[
        UUID | None,
        _words("--assignment-id", panel=ESSAYS, help="As `assignments list` shows it; execute needs it."),
    ] = None
    course_id: Annotated[
        UUID | None, _words("--course-id", panel=ESSAYS, help="Kept in the artefact; execute needs it.")
    ] = None
    expected_grade_scale: Annotated[
        str | None,
        _words("--expected-grade-scale", panel=ESSAYS, help="Refuse if the assignment has another one."),
    ] = None
    course_code: Annotated[
        str, _words("--course-code", panel=ESSAYS, help="ENG5, ENG6, ENG7, SV1, SV2 or SV3.")
    ] = "ENG5"
    language: Annotated[str, _words("--language", panel=ESSAYS, help="en or sv.")] = "en"
    user_id: Annotated[
        str | None, _words("--user-id", panel=ESSAYS, help="Whom the engine books the run to; default: cj_runner.")
    ] = None
    org_id: Annotated[
        str | None,
        _words("--org-id", panel=ESSAYS, help="The organisation that the engine books the run to; default: none."),
    ] = None
    llm_provider: Annotated[
        Provider | None,
        _words("--llm-provider", panel=JUDGE, help="Who judges; default: the engine's usual judge."),
    ] = None
    llm_model: Annotated[
        str | None,
        _words(
            "--llm-model",
            panel=JUDGE,
            help="Default: the provider's usual one; given alone, a model of anthropic.",
        ),
    ] = None
    llm_temperature: Annotated[
        float | None,
        _words(
            "--llm-temperature",
            panel=JUDGE,
            min=0.0,
            max=2.0,
            help="How much chance there is in an answer; default: the engine's 0.1.",
        ),
    ] = None
    llm_max_tokens: Annotated[
        int | None,
        _words("--llm-max-tokens", panel=JUDGE, min=1, help="How long an answer may be; default: the gateway's."),
    ] = None
    reasoning_effort: Annotated[
        Effort | None, _words("--reasoning-effort", panel=JUDGE, help="How much the model thinks, where it can.")
    ] = None
    output_verbosity: Annotated[
        Verbosity | None,
        _words("--output-verbosity", panel=JUDGE, help="How much the model writes, where it can."),
    ] = None
    system_prompt: Annotated[
        str | None,
        _words(
            "--system-prompt", metavar="FILE|NAME", panel=JUDGE, help="Text file, or a name of `prompts list`."
        ),
    ] = None
    rubric: Annotated[
        str | None,
        _words("--rubric", metavar="FILE|NAME", panel=JUDGE, help="Text file, or a name of `prompts list`."),
    ] = None
    cj_system_prompt: Annotated[
        bool | None,
        _words(
            "--cj-system-prompt/--no-cj-system-prompt",
            panel=JUDGE,
            help="Send the usual system prompt by name; default: the engine takes its own.",
        ),
    ] = None
    anchor_align_provider: Annotated[
        Provider | None,
        _words("--anchor-align-provider", panel=JUDGE, help="In anchor-align-test, before --llm-provider."),
    ] = None
    anchor_align_model: Annotated[
        str | None, _words("--anchor-align-model", panel=JUDGE, help="In anchor-align-test, before --llm-model.")
    ] = None
    anchor_align_reasoning_effort: Annotated[
        Effort | None,
        _words(
            "--anchor-align-reasoning-effort", panel=JUDGE, help="In anchor-align-test, before --reasoning-effort."
        ),
    ] = None
    anchor_align_output_verbosity: Annotated[
        Verbosity | None,
        _words(
            "--anchor-align-output-verbosity", panel=JUDGE, help="In anchor-align-test, before --output-verbosity."
        ),
    ] = None
    llm_batching_mode: Annotated[
        Batching | None,
        _words(
            "--llm-batching-mode", panel=DESIGN, help="How comparisons reach the judge; default: the engine's."
        ),
    ] = None
    max_comparisons: Annotated[
        int | None,
        _words(
            "--max-comparisons",
            panel=BUDGET,
            min=2,
            help="Nothing more is asked after so many; default: the engine's cap.",
        ),
    ] = None
    max_cost_usd: Annotated[
        float | None,
        _words(
            "--max-cost-usd", panel=BUDGET, help="Nothing more is asked once this much is spent; default: no cap."
        ),
    ] = None
    completion_timeout: Annotated[
        float,
        _words("--completion-timeout", metavar="SECONDS", panel=BUDGET, help="Then the run ends with what came."),
    ] = 1800.0
    seed: Annotated[
        int | None, _words("--seed", panel=DESIGN, min=0, help="The same seed asks the same pairs; default: 0.")
    ] = None
    pairing: Annotated[
        str | None,
        _words(
            "--pairing",
            panel=DESIGN,
            help="Which pairs are asked, by name (docs/pairing.md); default: the engine's.",
        ),
    ] = None
    both_orders: Annotated[
        bool, _words("--both-orders", panel=DESIGN, help="Ask each pair in both positions.")
    ] = False
    stop: Annotated[
        Stop | None,
        _words("--stop", panel=DESIGN, help="When asking stops before the budget is used up; default: stability."),
    ] = None
    boundary: Annotated[
        list[str] | None,
        _words(
            "--boundary", metavar="A/B", panel=TEST, help="Grades that are told apart; default: all neighbours."
        ),
    ] = None
    pair: Annotated[
        list[str] | None,
        _words(
            "--pair", metavar="ESSAY,ESSAY", panel=TEST, help="Two anchors by name; several times for several."
        ),
    ] = None
    iterations: Annotated[
        int | None,
        _words(
            "--iterations", panel=TEST, min=1, help="How often each pair is asked in each position; default: 5."
        ),
    ] = None
    least_win_rate: Annotated[
        float | None,
        _words(
            "--least-win-rate",
            panel=TEST,
            min=0.5,
            max=1.0,
            help="Share that the better grade must win to hold; default: 0.7.",
        ),
    ] = None
    await_completion: Annotated[
        bool,
        _words(
            "--await-completion", panel=END, help="Wait for the end, with a progress bar; then print a summary."
        ),
    ] = False
    output_dir: Annotated[
        Path | None,
        _words(
            "--output-dir",
            panel=END,
            file_okay=False,
            help="Put artefact, requests, events and reports there, as the former tool did.",
        ),
    ] = None
    output: Annotated[Output, _words("--output", panel=END, help="How the result is printed.")] = Output.TEXT
    no_kafka: Annotated[
        bool, _words("--no-kafka", panel=END, help="Compose and keep the request, send nothing.")
    ] = False
    idempotency_key: Annotated[
        str | None,
        _words("--idempotency-key", panel=END, help="The same key again gives the same run, not a second one."),
    ] = None
    auto_extract_eng5_db: Annotated[
        bool,
        _words(
            "--auto-extract-eng5-db",
            panel=END,
            help="Afterwards write what cj's database has of the batch to --output-dir; with --await-completion.",
        ),
    ] = False
    kafka_bootstrap: Annotated[str | None, _words("--kafka-bootstrap", hidden=True, panel=FORMER)] = None
    kafka_client_id: Annotated[str | None, _words("--kafka-client-id", hidden=True, panel=FORMER)] = None
    cj_service_url: Annotated[str | None, _words("--cj-service-url", hidden=True, panel=FORMER)] = None
    content_service_url: Annotated[str | None, _words("--content-service-url", hidden=True, panel=FORMER)] = None


def taking(kind: type[Kind]) -> Callable[[Callable[[Kind], None]], Callable[..., None]]:
    """Turn a function of one dataclass into a command whose parameters are the fields of that dataclass."""

    def decorated(act: Callable[[Kind], None]) -> Callable[..., None]:
        def command(**values: Any) -> None:
            act(kind(**values))

        hints = get_type_hints(kind, include_extras=True)
        parameters = [
            Parameter(
                field.name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if field.default is MISSING else field.default,
                annotation=hints[field.name],
            )
            for field in fields(kind)
        ]
        command.__dict__["__signature__"] = Signature(parameters)
        command.__annotations__, command.__doc__ = hints, act.__doc__
        return command

    return decorated
