"""The list of models that may be asked for, as ``GET /api/v1/models`` shows it.

Fed by a manifest of models, or by the judges themselves where there is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.gateway.manifest import Manifest
from app.gateway.prices import facts
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
class ManifestCatalogue:
    """The models of the manifest with their limits, abilities and prices; of other providers what judges name."""

    manifest: Manifest
    judges: Mapping[str, Judge]
    clock: Callable[[], datetime]

    def entries(self, provider: str | None, *, include_deprecated: bool) -> Sequence[ModelEntry]:
        """Return the models of one provider, or of all."""
        listed = {model.provider for model in self.manifest.model}
        names = sorted(listed if provider is None else listed & {provider})
        found = [entry for name in names for entry in self._of(name, include_deprecated=include_deprecated)]
        others = JudgesCatalogue({name: judge for name, judge in self.judges.items() if name not in listed})
        return [*found, *others.entries(provider, include_deprecated=include_deprecated)]

    def _of(self, provider: str, *, include_deprecated: bool) -> Sequence[ModelEntry]:
        judge = self.judges.get(provider)
        default = None if judge is None else next(iter(judge.models()), None)
        now = self.clock()
        return [
            ModelEntry(
                provider, model.name, model.name == default, model.deprecated, facts(model, self.manifest, at=now)
            )
            for model in self.manifest.known(provider, deprecated=include_deprecated)
        ]


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
