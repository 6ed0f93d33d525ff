"""What can be set of the mock: by the gateway's settings, and for one request by ``metadata.mock``.

Fed by the settings and by the caller's metadata; feeds the mock judge. A request's wish is checked before it is
taken in, and wins over the settings.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.contracts.identifiers import readable_part, sanitize
from app.errors import InvalidInput
from app.gateway.providers.profiles import KNOWN, profile_of
from app.settings import GatewaySettings

FIELD = "mock"
Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]


class MockOptions(BaseModel):
    """How the mock answers; biases are in logits for Essay A, ``qualities`` in logits by essay id.

    ``latency_ms`` and ``jitter_ms`` None mean the profile's own. ``noise`` divides differences of quality: 0.6
    is a careful judge, 3 a careless one. ``length_bias`` is worth its value for a text e times as long.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    profile: str | None = None
    seed: int | None = None
    noise: float = Field(default=0.6, gt=0)
    position_bias: float = 0.0
    length_bias: float = 0.0
    qualities: dict[str, float] = Field(default_factory=dict, max_length=10_000)
    latency_ms: Milliseconds | None = None
    jitter_ms: Milliseconds | None = None
    error_rate: Share = 0.0
    error_codes: list[Annotated[int, Field(ge=400, le=599)]] = Field(
        default=[429, 503, 500], min_length=1, max_length=20
    )
    error_burst_rate: Share = 0.0
    error_burst_length: int = Field(default=0, ge=0, le=10_000)
    cache_enabled: bool = True
    cache_hit_rate: Share = 0.0
    tokens_per_word: float = Field(default=0.75, gt=0, le=100)
    confidence_base: float = Field(default=4.5, ge=0, le=5)
    confidence_jitter: float = Field(default=0.3, ge=0, le=5)

    @field_validator("profile")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and profile_of(value) is None:
            raise ValueError(f"the mock has no profile {value[:60]}; it has {', '.join(KNOWN)}")
        return value

    @cached_property
    def _table(self) -> dict[str, float]:
        return {sanitize(key): value for key, value in self.qualities.items()}

    def quality_of(self, essay_id: str) -> float | None:
        """Return the given quality of an essay, by its id or the readable part of it, or None."""
        known = self._table.get(sanitize(essay_id))
        return self._table.get(sanitize(readable_part(essay_id))) if known is None else known


def from_settings(settings: GatewaySettings) -> MockOptions:
    """Return the options that hold where a request wishes nothing."""
    given = {name: getattr(settings, f"mock_{name}", None) for name in MockOptions.model_fields}
    return MockOptions.model_validate({name: value for name, value in given.items() if value is not None})


def for_request(base: MockOptions, metadata: Mapping[str, object]) -> MockOptions:
    """Return ``base`` with the wishes of ``metadata.mock``; raises ``InvalidInput`` naming the field."""
    wished = metadata.get(FIELD)
    if wished is None:
        return base
    if not isinstance(wished, Mapping):
        raise InvalidInput.at(f"metadata.{FIELD}", 'must be an object, as in {"profile": "latent", "noise": 1.5}')
    try:
        wishes = MockOptions.model_validate(dict(wished))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, ("metadata", FIELD, *first["loc"])))
        raise InvalidInput.at(place, _sentence(str(first["type"]), str(first["msg"]))) from error
    return base.model_copy(update={name: getattr(wishes, name) for name in wishes.model_fields_set})


def _sentence(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return f"is not an option of the mock; there are {', '.join(MockOptions.model_fields)}"
    return message.removeprefix("Value error, ")
