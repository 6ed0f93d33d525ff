"""What the API takes and shows of webhooks: subscriptions, deliveries, attempts."""

from datetime import datetime
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from app.runner.runs import cursor as cursors
from app.runner.runs import labels as naming
from app.runner.runs.spec import Strict
from app.runner.runs.states import Mode
from app.runner.webhooks import signing
from app.runner.webhooks.guard_http import LONGEST_URL
from app.runner.webhooks.kinds import USUAL, RunKind
from app.runner.webhooks.log import Attempt, Delivery
from app.runner.webhooks.signing import Signing
from app.runner.webhooks.subscriptions import Place, Subscription

DeliveryStatus = Literal["pending", "delivered", "exhausted", "dropped"]
EXAMPLE_URL = "https://hooks.example.org/cj-runs"
MOST_LISTED = 20


def _checked_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not signing.is_secret(value.get_secret_value()):
        raise ValueError(signing.NOT_A_SECRET)
    return value


class _Filters(Strict):
    @field_validator("labels", check_fields=False)
    @classmethod
    def _few_short_labels(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        naming.check_labels(value or {})
        return value


class SubscriptionRequest(_Filters):
    """Who is to be told of what: all filters must fit, an empty one fits all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": EXAMPLE_URL, "events": ["run.completed", "run.failed"]}]}
    )

    url: str = Field(min_length=1, max_length=LONGEST_URL, description="Where to; must answer within 15 s.")
    events: tuple[RunKind, ...] = Field(default=USUAL, min_length=1, max_length=MOST_LISTED)
    modes: tuple[Mode, ...] = Field(default=(), max_length=MOST_LISTED, description="Only runs of these modes.")
    labels: dict[str, str] = Field(default_factory=dict, description="Only runs that have all these labels.")
    description: str | None = Field(default=None, max_length=500)
    enabled: bool = True
    signing: Signing = Field(default="hmac", description="`hmac` is `v1`, `ed25519` is `v1a`.")
    secret: SecretStr | None = Field(
        default=None, description="`whsec_…`, for hmac only; null: one is made, and shown in this answer."
    )

    _good_secret = field_validator("secret")(_checked_secret)

    @model_validator(mode="after")
    def _secret_of_its_kind(self) -> "SubscriptionRequest":
        if self.secret is not None and self.signing != "hmac":
            raise ValueError("secret goes with signing hmac: leave it out, the keys of ed25519 are made here")
        return self


class SubscriptionChange(_Filters):
    """What is to be changed; what is left out stays as it is. Enabling forgets what went wrong before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    url: str = Field(default="", min_length=1, max_length=LONGEST_URL)
    events: tuple[RunKind, ...] = Field(default=USUAL, min_length=1, max_length=MOST_LISTED)
    modes: tuple[Mode, ...] = Field(default=(), max_length=MOST_LISTED)
    labels: dict[str, str] = Field(default_factory=dict)
    description: str | None = Field(default=None, max_length=500)
    enabled: bool = True


class Rotation(Strict):
    """How the secret is changed; all of it may be left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_s": 3600}]})

    secret: SecretStr | None = Field(default=None, description="`whsec_…`, for hmac only; null: one is made.")
    overlap_s: float | None = Field(
        default=None,
        ge=0,
        le=30 * 24 * 3600,
        description="So long the former secret signs as well; null: WEBHOOKS_ROTATION_OVERLAP_S.",
    )

    _good_secret = field_validator("secret")(_checked_secret)


class PageQuery(BaseModel):
    """The place in a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = Field(default=None, max_length=cursors.LONGEST, description="From the page before.")
    limit: int = Field(default=50, ge=1, le=200)

    def place(self, query: str) -> Place | None:
        """Return where the page begins; raises ``InvalidInput`` for a cursor of another list."""
        if self.cursor is None:
            return None
        found = cursors.read(self.cursor, query)
        return Place(found.created_at, found.id)


class DeliveryQuery(PageQuery):
    """Deliveries by state, and the place in the list."""

    status: list[DeliveryStatus] = Field(default=[], max_length=4)

    def described(self, subscription_id: str) -> str:
        """Return a text that is equal for equal queries."""
        return repr(("deliveries", subscription_id, sorted(self.status)))


class SubscriptionView(BaseModel):
    """One subscription; its secret is never shown again."""

    id: str
    run_id: str | None = Field(description="Set for the one-off webhook of a run.")
    url: str
    events: list[str]
    modes: list[str]
    labels: dict[str, str]
    description: str | None
    enabled: bool
    disabled_reason: str | None = Field(
        description="`by_request`; `gone`: it answered 410; `exhausted`: several deliveries failed for good; "
        "`failing`: every attempt failed for days."
    )
    disabled_at: datetime | None
    signing: Signing
    public_key: str | None = Field(description="`whpk_…`, what receivers verify with; null for hmac.")
    previous_secret_until: datetime | None = Field(description="Until when the former secret signs as well.")
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime
    links: dict[str, str]


class SubscriptionMade(SubscriptionView):
    """One subscription with its new secret: shown here and never again."""

    secret: str | None = Field(
        description="`whsec_…` if it was made here; null for one of yours, and for ed25519."
    )


class SubscriptionList(BaseModel):
    """A page of subscriptions."""

    items: list[SubscriptionView]
    next_cursor: str | None


class AttemptView(BaseModel):
    """One attempt at a delivery."""

    number: int
    at: datetime
    ms: int
    status_code: int | None
    error: str | None = Field(description="Why there is no status, or why it does not count.")
    body: str | None = Field(description="The answer's body, at most its first 1,024 bytes.")


class DeliveryView(BaseModel):
    """One event on its way to one subscription."""

    id: str = Field(description="The `webhook-id` of every attempt at it.")
    subscription_id: str
    run_id: str | None
    type: str
    event_number: int | None
    status: DeliveryStatus
    status_reason: str | None
    attempt_count: int
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    links: dict[str, str]


class DeliveryDetail(DeliveryView):
    """One delivery with its body and its attempts."""

    payload: dict[str, object]
    attempts: list[AttemptView]


class DeliveryList(BaseModel):
    """A page of deliveries, newest first."""

    items: list[DeliveryView]
    next_cursor: str | None


def subscription_view(known: Subscription) -> SubscriptionView:
    """Return one subscription as shown."""
    return SubscriptionView.model_validate(_shown(known))


def made_view(known: Subscription, secret: str | None) -> SubscriptionMade:
    """Return one subscription as shown once, with its secret."""
    return SubscriptionMade.model_validate(_shown(known) | {"secret": secret})


def _shown(known: Subscription) -> dict[str, object]:
    own = f"/v1/webhooks/{known.id}"
    links = {
        "self": own,
        "deliveries": f"{own}/deliveries",
        "test": f"{own}/test",
        "rotate_secret": f"{own}/rotate-secret",
    }
    named = {name: getattr(known, name) for name in SubscriptionView.model_fields if hasattr(known, name)}
    return named | {"previous_secret_until": known.previous_until, "links": links}


def delivery_view(known: Delivery) -> DeliveryView:
    """Return one delivery as shown."""
    return DeliveryView.model_validate(_delivery(known))


def delivery_detail(known: Delivery, attempts: list[Attempt]) -> DeliveryDetail:
    """Return one delivery with everything that is known of it."""
    tried = [AttemptView(**attempt.__dict__) for attempt in attempts]
    return DeliveryDetail.model_validate(
        _delivery(known) | {"payload": orjson.loads(known.payload), "attempts": tried}
    )


def _delivery(known: Delivery) -> dict[str, object]:
    own = f"/v1/webhooks/{known.subscription_id}/deliveries/{known.id}"
    links = {"self": own, "replay": f"{own}/replay"} | (
        {"run": f"/v1/runs/{known.run_id}"} if known.run_id else {}
    )
    named = {name: getattr(known, name) for name in DeliveryView.model_fields if hasattr(known, name)}
    due_at = known.due_at if known.status == "pending" else None
    return named | {"attempt_count": known.attempts, "next_attempt_at": due_at, "links": links}


def following(found: list[Subscription] | list[Delivery], query: str, *, more: bool) -> str | None:
    """Return the cursor of the page after ``found``, None where there is none."""
    return cursors.written(cursors.Place(found[-1].created_at, found[-1].id), query) if more else None
