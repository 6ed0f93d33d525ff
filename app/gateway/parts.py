"""What the gateway is made of: chosen in its role, handed to the API, the worker and the batch jobs."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter

from app.db.unit import Database
from app.edge.key_set import KeySet
from app.gateway.catalogue import Catalogue, JudgesCatalogue
from app.gateway.gates import Gates
from app.gateway.money import Prices, PriceTable
from app.gateway.providers.base import BatchJudge, Judge
from app.settings import AuthSettings, GatewaySettings

FIXED_MODELS = frozenset({"mock", "replay"})
"""Providers whose list of models is complete; with the others a model that is not listed may still exist."""


@dataclass(frozen=True)
class Parts:
    """The gateway's parts. ``batch_judges`` are those providers that take whole jobs.

    ``draw`` gives uniform numbers in [0, 1) for jitter; ``routers`` are further routes of the HTTP edge, which
    asks for the service credential on them too; ``keys`` are the identity service's, if there is one.
    """

    database: Database
    judges: Mapping[str, Judge]
    settings: GatewaySettings
    clock: Callable[[], datetime]
    auth: AuthSettings
    batch_judges: Mapping[str, BatchJudge] = field(default_factory=dict)
    prices: Prices = field(default_factory=PriceTable)
    catalogue: Catalogue | None = None
    routers: Sequence[APIRouter] = ()
    keys: KeySet | None = None
    draw: Callable[[], float] = random.random
    gates: Gates = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", Gates(self.settings))

    def models(self) -> Catalogue:
        """Return the list of models: the given one, else what the judges themselves say."""
        return self.catalogue or JudgesCatalogue(self.judges)

    def label(self, provider: str, model: str | None) -> str:
        """Return the model as metrics and callbacks name it: as asked for, else the judge's default."""
        if model is not None:
            return model
        judge = self.judges.get(provider)
        return next(iter(judge.models()), UNKNOWN_MODEL) if judge is not None else UNKNOWN_MODEL


UNKNOWN_MODEL = "unknown"
