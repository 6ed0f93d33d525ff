"""What a call cost: tokens times price, with cached reads, cache writes and the discount of batch jobs.

Prices come from the maintained price package where it covers the model, else from the manifest; a model that
neither knows costs an unknown amount, which is said and never passes for zero. PURE but for reading its tables.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from app.gateway.manifest import Manifest, Model, Price

PACKAGE_SOURCE = f"genai-prices {genai_prices.__version__}"
_BATCH = {"processing": "batch"}
_DIGITS = 9


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
