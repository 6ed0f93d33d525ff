"""What a call cost: tokens times price, with cached reads, cache writes and the discount of batch jobs.

Prices come from the maintained price package where it covers the model, else from the manifest; a model that
neither knows costs an unknown amount, which is said and never passes for zero. PURE but for reading its tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from app.gateway.manifest import Manifest, Model, Price
from app.gateway.money import dearest

PACKAGE_SOURCE = f"genai-prices {genai_prices.__version__}"
_BATCH = {"processing": "batch"}
_DIGITS = 9
_PROMPT_PARTS = ("input", "cache_write", "cache_write_1h")
MILLION = 1_000_000


@dataclass(frozen=True)
class Tokens:
    """Counts of one call. ``cached`` (read), ``cache_write`` and ``cache_write_1h`` are parts of ``prompt``.

    ``cache_write`` counts all writes, of which ``cache_write_1h`` were written for an hour.
    """

    prompt: int
    completion: int
    cached: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0


@dataclass(frozen=True)
class Cost:
    """USD; 0.0 with ``known`` false where nobody knows the price."""

    usd: float
    known: bool


@dataclass(frozen=True)
class Quote:
    """The present price of a model (without surcharges for very long prompts), and who says so."""

    price: Price
    source: str


def cost(model: Model, tokens: Tokens, *, at: datetime, batch: bool = False) -> Cost:
    """Return what a call to ``model`` at the time ``at`` cost; exact to a billionth of a dollar."""
    rates, factor = _rates(model, at, batch=batch)
    if rates is None:
        return Cost(0.0, known=False)
    usage = genai_prices.Usage(
        input_tokens=tokens.prompt,
        output_tokens=tokens.completion,
        cache_read_tokens=tokens.cached,
        cache_write_tokens=tokens.cache_write,
        cache_write_1h_tokens=tokens.cache_write_1h,
    )
    total = rates.calc_price(usage)["total_price"] * factor
    return Cost(float(round(total, _DIGITS)), known=True)


def quote(model: Model, manifest: Manifest, *, at: datetime) -> Quote | None:
    """Return the price of ``model`` as it stands at ``at``, or None where nobody knows it."""
    covered = _covered(model)
    if covered is not None:
        return Quote(_price(covered.get_prices(at)), PACKAGE_SOURCE)
    if model.price is not None:
        return Quote(model.price, f"{manifest.source}, {manifest.as_of.isoformat()}")
    return None


@dataclass(frozen=True)
class ManifestPrices:
    """The most that a token of a model can cost now, for money that is held back before a call."""

    manifest: Manifest
    defaults: Mapping[str, str]
    clock: Callable[[], datetime]

    def price(self, provider: str, model: str | None) -> tuple[float, float] | None:
        """Return USD for one prompt token and one completion token at most, or None where nobody knows.

        The dearest way counts: a prompt so long that a surcharge applies, written to the cache for an hour.
        """
        name = model or self.defaults.get(provider)
        if name is None:
            return None
        try:
            found = self.manifest.find(provider, name)
        except LookupError:
            return None
        rates, _ = _rates(found, self.clock(), batch=False)
        if rates is None:
            return None
        prompt = max(_dearest(getattr(rates, f"{part}_mtok")) for part in _PROMPT_PARTS)
        return prompt / MILLION, _dearest(rates.output_mtok) / MILLION

    def assumed(self, provider: str) -> tuple[float, float] | None:
        """Return the dearest price among the listed models of the provider, None where none has a price."""
        listed = self.manifest.known(provider, deprecated=True)
        found = [self.price(provider, model.name) for model in listed]
        return dearest(price for price in found if price is not None)


def _dearest(rate: Decimal | TieredPrices | None) -> float:
    if rate is None:
        return 0.0
    return float(max(rate.base, *(tier.price for tier in rate.tiers)) if isinstance(rate, TieredPrices) else rate)


def facts(model: Model, manifest: Manifest, *, at: datetime) -> dict[str, object]:
    """Return what ``GET /api/v1/models`` shows of a model: limits, abilities, the price and who says so."""
    family = model.family
    said = quote(model, manifest, at=at)
    return {
        "context_tokens": family.context_tokens,
        "max_output_tokens": family.max_output_tokens,
        "takes_temperature": family.temperature,
        "reasoning": family.reasoning,
        "takes_verbosity": family.verbosity,
        "answer": family.answer,
        "takes_batch_jobs": family.batch,
        "cost_known": said is not None,
        "usd_per_million_tokens": None if said is None else said.price.model_dump(exclude_none=True),
        "batch_factor": family.batch_factor if family.batch else None,
        "price_source": None if said is None else said.source,
    }


def _rates(model: Model, at: datetime, *, batch: bool) -> tuple[ModelPrice | None, Decimal]:
    discount = Decimal(str(model.family.batch_factor)) if batch else Decimal(1)
    covered = _covered(model)
    if covered is None:
        return (None if model.price is None else _model_price(model.price)), discount
    if batch and _has_batch_price(covered, at):
        return covered.get_prices(at, _BATCH), Decimal(1)
    return covered.get_prices(at), discount


def _covered(model: Model) -> ModelInfo | None:
    if model.provider == "local":
        return None
    try:
        return get_snapshot().find_provider_model(model.name, None, model.provider, None)[1]
    except LookupError:
        return None


def _has_batch_price(covered: ModelInfo, at: datetime) -> bool:
    return any(
        variant.when == _BATCH and (variant.constraint is None or variant.constraint.active(at))
        for variant in covered.price_variants or ()
    )


def _model_price(price: Price) -> ModelPrice:
    values = {f"{name}_mtok": None if value is None else Decimal(str(value)) for name, value in price}
    return ModelPrice(**values)


def _price(rates: ModelPrice) -> Price:
    values = {name: _base(getattr(rates, f"{name}_mtok")) for name in Price.model_fields}
    return Price.model_validate(values | {"input": values["input"] or 0.0, "output": values["output"] or 0.0})


def _base(rate: Decimal | TieredPrices | None) -> float | None:
    if rate is None:
        return None
    return float(rate.base if isinstance(rate, TieredPrices) else rate)
