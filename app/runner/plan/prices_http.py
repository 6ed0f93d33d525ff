"""Prices of models, as the gateway says them over HTTP; a gateway that does not say is no error.

Fed by ``GET /api/v1/models``; feeds ``costs``.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import ValidationError

from app.contracts.llm_http import ModelList, ModelView
from app.edge.client_http import HttpClient
from app.errors import AppError
from app.runner.plan.costs import NoPrice, Price


class Prices:
    """Asks one gateway."""

    def __init__(self, client: HttpClient, base_url: str) -> None:
        self._client = client
        self._url = base_url.rstrip("/")

    async def of(self, provider: str | None, model: str | None) -> Price | NoPrice:
        """Return the price of a model, of the provider's default one where none is named; or why there is none."""
        if provider is None:
            return NoPrice(
                "llm.provider is left out: the engine chooses the judge, so its price is not known here"
            )
        found = await self.models(provider)
        return found if isinstance(found, NoPrice) else price_of(found, provider, model)

    async def models(self, provider: str) -> Sequence[ModelView] | NoPrice:
        """Return the models that the gateway lists of a provider; or why nobody knows them."""
        asked = urlencode({"provider": provider, "include_deprecated": "true"})
        try:
            response = await self._client.call("GET", f"{self._url}/api/v1/models?{asked}")
        except AppError:
            return NoPrice("the gateway does not answer, so no price is known")
        if response.status_code != 200:
            return NoPrice(f"the gateway lists no models (status {response.status_code}), so no price is known")
        try:
            return ModelList.model_validate_json(response.content).models
        except ValidationError:
            return NoPrice("the gateway's list of models cannot be read, so no price is known")


def price_of(listed: Sequence[ModelView], provider: str, model: str | None) -> Price | NoPrice:
    """Return the price of a model among those that are listed, of the default one where none is named."""
    return _price(_the_one(listed, model), provider, model)


def _the_one(listed: Sequence[ModelView], model: str | None) -> ModelView | None:
    return next((item for item in listed if (item.default if model is None else item.model == model)), None)


def _price(found: ModelView | None, provider: str, model: str | None) -> Price | NoPrice:
    if found is None and model is None:
        return NoPrice(f"the gateway names no default model of {provider}: name llm.model to see its price")
    if found is None:
        return NoPrice(f"the gateway lists no {provider} model {model}, so no price is known")
    rates, factor = found.facts.get("usd_per_million_tokens"), found.facts.get("batch_factor")
    if not isinstance(rates, dict) or not {"input", "output"} <= rates.keys():
        return NoPrice(f"the gateway knows no price of {provider} {found.model}")
    return Price(
        provider,
        found.model,
        float(rates["input"]),
        float(rates["output"]),
        float(factor) if isinstance(factor, int | float) else None,
        str(found.facts.get("price_source") or "the gateway"),
    )
