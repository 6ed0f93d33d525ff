"""The list of models that may be asked for, as ``GET /api/v1/models`` shows it.

Fed by a manifest of models, or by the judges themselves where there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.gateway.providers.base import Judge


@dataclass(frozen=True)
class ModelEntry:
    """One model; ``facts`` are limits, capabilities and prices, where they are known."""

    provider: str
    model: str
    default: bool = False
    deprecated: bool = False
    facts: Mapping[str, object] | None = None


class Catalogue(Protocol):
    """Knows models."""

    def entries(self, provider: str | None, *, include_deprecated: bool) -> Sequence[ModelEntry]:
        """Return the models of one provider, or of all."""


@dataclass(frozen=True)
class JudgesCatalogue:
    """The models that the judges name."""

    judges: Mapping[str, Judge]

    def entries(self, provider: str | None, *, include_deprecated: bool) -> Sequence[ModelEntry]:
        """Return the models of one provider, or of all; none of them is known to be deprecated."""
        del include_deprecated
        return [
            ModelEntry(name, model, default=place == 0)
            for name, judge in self.judges.items()
            if provider in {None, name}
            for place, model in enumerate(judge.models())
        ]
