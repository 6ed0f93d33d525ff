"""What a request wishes for beside its essays: read from the envelope's metadata, checked, turned into a plan.

Fed by ``intake``; the plan is stored with the batch. The platform's keys are ``max_comparisons``,
``llm_batching_mode_hint`` and ``batch_config_overrides``; ours are ``seed``, ``stop_rule``, ``stop``, ``design``
and ``max_cost_usd``. A value that cannot be used is refused with its field: the platform passes over some of them,
and a batch then runs on other terms than its caller thinks.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, ValidationError, model_validator

from app.cj.design import Design, Policy
from app.cj.plan import Plan
from app.cj.stopping import StopRule
from app.contracts.cj_events import CJRequest
from app.contracts.envelope import Wire
from app.contracts.llm_http import OverridesHTTP
from app.errors import FieldProblem, InvalidInput
from app.settings import BatchingMode, CJSettings

ALWAYS_ALLOWED_AT_ONCE = ("mock", "replay")
"""Providers that take an all-at-once batch whatever the setting says, so that it can be tried."""

Whole = Annotated[int, Field(strict=True)]
Real = Annotated[float, Field(allow_inf_nan=False)]
Mode = Annotated[
    BatchingMode, BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value)
]


class InvalidRequest(InvalidInput):
    """The request breaks a rule: nothing is asked, and a failure event names the field."""

    code = "invalid_cj_request"


def _no_bool(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic reports ValueError by its field
    return value


Number = Annotated[Real, BeforeValidator(_no_bool)]


class _Ours(Wire):
    """A wish that only this engine knows: a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchConfig(Wire):
    """``BatchConfigOverrides`` of the platform."""

    batch_size: Annotated[Whole, Field(ge=10, le=200)] | None = None
    max_concurrent_batches: Annotated[Whole, Field(ge=1, le=5)] | None = None
    partial_completion_threshold: Annotated[Number, Field(ge=0.5, le=1)] | None = None
    llm_batching_mode_override: Mode | None = None


class StopWish(_Ours):
    """When to stop; ``target_band_share`` is the mean error as a share of the width of a grade band."""

    min_comparisons: Annotated[Whole, Field(ge=1)] | None = None
    threshold: Annotated[Number, Field(ge=0)] | None = None
    target_mean_se: Annotated[Number, Field(gt=0)] | None = None
    target_band_share: Annotated[Number, Field(gt=0, le=10)] | None = None
    use_full_cap: StrictBool = False


class SpecifiedPair(_Ours):
    """A pair by essay id, as shown."""

    a: str = Field(min_length=1, max_length=255, pattern=r"^[^\x00]+$")
    b: str = Field(min_length=1, max_length=255, pattern=r"^[^\x00]+$")
    times: Annotated[Whole, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.a == self.b:
            raise ValueError("an essay cannot be compared with itself")
        return self


class DesignWish(_Ours):
    """How pairs are chosen."""

    policy: Policy | None = None
    both_orders: StrictBool = False
    early_repeats: StrictBool = False
    count_weight: Annotated[Number, Field(ge=0)] | None = None
    proximity_weight: Annotated[Number, Field(ge=0)] | None = None
    specified: tuple[SpecifiedPair, ...] = Field(default=(), max_length=100_000)

    @model_validator(mode="after")
    def _specified_with_its_policy(self) -> Self:
        if bool(self.specified) != (self.chosen is Policy.PRE_SPECIFIED):
            raise ValueError("the policy pre_specified and a list of specified pairs go together")
        return self

    @property
    def chosen(self) -> Policy:
        """The policy that was named, or follows from the rest."""
        return self.policy or (Policy.PRE_SPECIFIED if self.specified else Design.policy)


class Wishes(Wire):
    """The metadata of a request; keys that nobody knows are passed over, as the platform does."""

    max_comparisons: Annotated[Whole, Field(ge=1)] | None = None
    llm_batching_mode_hint: Mode | None = None
    batch_config_overrides: BatchConfig = BatchConfig()
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] | None = None
    stop_rule: Literal["stability", "precision", "cap"] | None = None
    stop: StopWish = StopWish()
    design: DesignWish = DesignWish()
    max_cost_usd: Annotated[Number, Field(gt=0)] | None = None

    @property
    def rule(self) -> StopRule:
        """The stop rule: the named one; a target of precision, or the wish for the full cap, name one as well."""
        if self.stop.use_full_cap:
            return StopRule.CAP
        targets = self.stop.target_mean_se is not None or self.stop.target_band_share is not None
        return StopRule(self.stop_rule or ("precision" if targets else "stability"))


def read_wishes(metadata: object) -> Wishes:
    """Return the wishes; raises ``InvalidRequest`` naming each field that cannot be used. Null means no wish."""
    if metadata is not None and not isinstance(metadata, Mapping):
        raise InvalidRequest.at("metadata", "must be an object")
    given = {name: value for name, value in (metadata or {}).items() if value is not None}
    try:
        wishes = Wishes.model_validate(given)
    except ValidationError as error:
        raise refused(error, "metadata") from error
    targets = [name for name in ("target_mean_se", "target_band_share") if getattr(wishes.stop, name) is not None]
    if targets and wishes.rule is not StopRule.PRECISION:
        raise InvalidRequest.at(f"metadata.stop.{targets[0]}", "goes with stop_rule precision only")
    return wishes


def refused(error: ValidationError, place: str) -> InvalidInput:
    """Return the refusal that names the first fields that are wrong, without their content."""
    problems = [
        FieldProblem(".".join(map(str, (place, *item["loc"]))), str(item["msg"])[:200])
        for item in error.errors(include_input=False)[:5]
    ]
    return InvalidRequest("; ".join(f"{item.field}: {item.message}" for item in problems), problems=problems)


def check_request(request: CJRequest, wishes: Wishes, settings: CJSettings) -> None:
    """Raise ``InvalidRequest`` for what can be seen to be wrong before anything is fetched."""
    times = Counter(ref.essay_id for ref in request.essays_for_cj)
    twice = [essay_id for essay_id, count in times.items() if count > 1]
    if twice:
        named = ", ".join(essay_id[:64] for essay_id in twice[:5])
        raise InvalidRequest.at("data.essays_for_cj", f"an essay id must occur once; more than once: {named}")
    if request.assignment_id is None and wishes.design.chosen is Policy.ANCHORS_ONLY:
        raise InvalidRequest.at("metadata.design.policy", "anchors_only needs an assignment with anchors")
    if request.assignment_id is None and wishes.stop.target_band_share is not None:
        raise InvalidRequest.at("metadata.stop.target_band_share", "needs an assignment with a grade scale")
    _check_judge(request, settings)


def _check_judge(request: CJRequest, settings: CJSettings) -> None:
    wanted = {} if request.llm_config_overrides is None else request.llm_config_overrides.model_dump()
    wanted["provider_override"] = wanted.get("provider_override") or settings.default_llm_provider
    try:
        OverridesHTTP.model_validate(wanted)
    except ValidationError as error:
        raise refused(error, "data.llm_config_overrides") from error


def plan_of(wishes: Wishes, request: CJRequest, settings: CJSettings) -> Plan:
    """Return the plan: each wish where there is one, the setting otherwise."""
    stop, config, rule = wishes.stop, wishes.batch_config_overrides, wishes.rule
    most = settings.max_pairwise_comparisons
    seed = settings.pair_generation_seed or 0
    only_share = stop.target_band_share is not None and stop.target_mean_se is None
    return Plan(
        cap=min(most, wishes.max_comparisons or most),
        seed=seed if wishes.seed is None else wishes.seed,
        rule=rule,
        source="service_default" if wishes.max_comparisons is None else "runner_override",
        batching_mode=_mode(wishes, request, settings),
        batch_size=config.batch_size or settings.default_batch_size,
        max_concurrent=config.max_concurrent_batches or settings.max_concurrent_batches,
        min_comparisons=stop.min_comparisons or settings.min_comparisons_for_stability_check,
        threshold=settings.score_stability_threshold if stop.threshold is None else stop.threshold,
        min_success_rate=settings.min_success_rate_threshold,
        partial_threshold=config.partial_completion_threshold,
        target_mean_se=None if only_share else stop.target_mean_se or settings.target_mean_se,
        target_band_share=stop.target_band_share,
        max_cost_usd=wishes.max_cost_usd,
        retries=settings.max_retry_attempts if settings.enable_failed_comparison_retry else 0,
        design=_design(wishes.design, settings),
        temperature=_temperature(request, settings),
    )


def _temperature(request: CJRequest, settings: CJSettings) -> float:
    wanted = None if request.llm_config_overrides is None else request.llm_config_overrides.temperature_override
    return settings.default_llm_temperature if wanted is None else wanted


def _design(wish: DesignWish, settings: CJSettings) -> dict[str, Any]:
    stated = wish.model_dump(mode="json", exclude={"count_weight", "proximity_weight", "policy"})
    count, near = settings.matching_weight_comparison_count, settings.matching_weight_bt_proximity
    return stated | {
        "policy": wish.chosen.value,
        "count_weight": count if wish.count_weight is None else wish.count_weight,
        "proximity_weight": near if wish.proximity_weight is None else wish.proximity_weight,
    }


def _mode(wishes: Wishes, request: CJRequest, settings: CJSettings) -> str:
    """Return the batching mode; all at once only with a provider that takes whole jobs, else the setting."""
    wanted = wishes.batch_config_overrides.llm_batching_mode_override or wishes.llm_batching_mode_hint
    mode = wanted or settings.llm_batching_mode
    overrides = request.llm_config_overrides
    provider = (None if overrides is None else overrides.provider_override) or settings.default_llm_provider
    if mode != "provider_batch_api" or provider in (
        *settings.llm_batch_api_allowed_providers,
        *ALWAYS_ALLOWED_AT_ONCE,
    ):
        return mode
    return "serial_bundle" if settings.llm_batching_mode == "provider_batch_api" else settings.llm_batching_mode


def stored(plan: Plan) -> dict[str, object]:
    """Return the plan as it is kept with its batch."""
    return asdict(plan)
