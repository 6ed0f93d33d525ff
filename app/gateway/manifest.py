"""The model manifest: what may be sent to a model, its limits and its price, from ``models.toml``.

Read once; feeds the provider adapters, the prices and ``GET /api/v1/models``. A model that is not listed is asked
like its family, which the longest prefix of its name chooses.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Reasoning = Literal["none", "effort", "budget", "adaptive"]
AnswerShape = Literal["tool", "json_schema", "json_object"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Frozen):
    """USD per million tokens; None where the provider has no such price."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_read: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)
    cache_write_1h: float | None = Field(default=None, ge=0)


class Family(_Frozen):
    """How models whose name begins with ``prefix`` are asked; the fields are explained in ``models.toml``.

    ``thinking_answer`` is the answer's shape while a thinking budget is set, which forbids a forced tool.
    """

    provider: str
    prefix: str
    temperature: bool
    reasoning: Reasoning = "none"
    none_as: str = ""
    verbosity: bool = False
    answer: AnswerShape
    thinking_answer: AnswerShape = "tool"
    batch: bool = False
    batch_factor: float = Field(default=0.5, gt=0, le=1)
    context_tokens: int = Field(gt=0)
    max_output_tokens: int = Field(gt=0)
    price: Price | None = None


class Model(_Frozen):
    """One model: its family's ways and its own price; ``listed`` is false for a name that is not in the file."""

    provider: str
    name: str
    family: Family
    listed: bool
    deprecated: bool = False
    price: Price | None = None


class _Listed(_Frozen):
    provider: str
    name: str
    deprecated: bool = False
    price: Price | None = None


class Manifest(_Frozen):
    """All families and listed models, with the source and the date of the prices."""

    as_of: date
    source: str
    family: tuple[Family, ...]
    model: tuple[_Listed, ...]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        families = [(family.provider, family.prefix) for family in self.family]
        models = [(model.provider, model.name) for model in self.model]
        if len(set(families)) < len(families) or len(set(models)) < len(models):
            raise ValueError("a family or a model stands twice in models.toml")
        return self

    def known(self, provider: str, *, deprecated: bool = False) -> tuple[Model, ...]:
        """Return the listed models of ``provider``, in the order of the file."""
        names = [one.name for one in self.model if one.provider == provider and (deprecated or not one.deprecated)]
        return tuple(self.find(provider, name) for name in names)

    def find(self, provider: str, name: str) -> Model:
        """Return what is known of a model, listed or not; raises ``LookupError`` for an unknown provider."""
        fitting = [one for one in self.family if one.provider == provider and name.startswith(one.prefix)]
        if not fitting:
            raise LookupError(f"the manifest has no family for models of {provider}")
        family = max(fitting, key=lambda one: len(one.prefix))
        listed = next((one for one in self.model if (one.provider, one.name) == (provider, name)), None)
        if listed is None:
            return Model(provider=provider, name=name, family=family, listed=False, price=family.price)
        return Model(
            provider=provider,
            name=name,
            family=family,
            listed=True,
            deprecated=listed.deprecated,
            price=listed.price or family.price,
        )


@cache
def manifest() -> Manifest:
    """Return the manifest that is shipped with the package."""
    return parsed(tomllib.loads(files("app.gateway").joinpath("models.toml").read_text(encoding="utf-8")))


def parsed(values: Mapping[str, object]) -> Manifest:
    """Return a manifest from decoded TOML; raises ``pydantic.ValidationError``, which names the wrong entry."""
    return Manifest.model_validate(values)
