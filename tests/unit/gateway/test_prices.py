"""What a call costs, by hand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.contracts.llm_http import PROVIDERS
from app.gateway.manifest import Price, manifest, parsed
from app.gateway.prices import ManifestPrices, Tokens, cost, facts, quote

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
REAL = [provider for provider in PROVIDERS if provider not in {"mock", "replay"}]


@pytest.mark.parametrize(
    ("provider", "name", "tokens", "batch", "usd"),
    [
        # 600 * 1 + 300 * 0.1 + 100 * 1.25 + 50 * 5 = 1,005 millionths
        ("anthropic", "claude-haiku-4-5-20251001", Tokens(1_000, 50, 300, 100), False, 0.001005),
        # 600 * 1 + 300 * 0.1 + 40 * 1.25 + 60 * 2 + 50 * 5 = 1,050 millionths
        ("anthropic", "claude-haiku-4-5-20251001", Tokens(1_000, 50, 300, 100, 60), False, 0.001050),
        # the same at half the price
        ("anthropic", "claude-haiku-4-5-20251001", Tokens(1_000, 50, 300, 100, 60), True, 0.000525),
        # (600 * 2 + 400 * 0.1 + 50 * 10) / 2 = 870 millionths, by the package's own price of batches
        ("anthropic", "claude-sonnet-5-5", Tokens(1_000, 50, 400), True, 0.000870),
        # 600 * 1.25 + 400 * 0.125 + 50 * 10 = 1,300 millionths
        ("openai", "gpt-5.1", Tokens(1_000, 50, 400), False, 0.0013),
        ("openai", "gpt-5.1", Tokens(1_000, 50, 400), True, 0.00065),
        ("openai", "gpt-5-mini-2025-08-07", Tokens(1_000, 50), False, 0.00035),
        ("google", "gemini-2.5-flash", Tokens(1_000, 50, 400), False, 0.000317),
        ("openrouter", "anthropic/claude-haiku-4.5", Tokens(1_000, 50), False, 0.00125),
        ("local", "llama3.1", Tokens(1_000, 50), False, 0.0),
        ("openai", "gpt-4o-2024-11-20", Tokens(0, 0), False, 0.0),
    ],
)
def test_a_cost_is_what_the_hand_computes(
    provider: str, name: str, tokens: Tokens, batch: bool, usd: float
) -> None:
    found = cost(manifest().find(provider, name), tokens, at=AT, batch=batch)
    assert (found.usd, found.known) == (usd, True)


def test_a_price_that_changes_on_a_day_changes_the_cost_on_that_day() -> None:
    model = manifest().find("google", "gemini-4-argon")
    before, after = (cost(model, Tokens(1_000_000, 0), at=at).usd for at in (AT, AT.replace(month=12)))
    assert (before, after) == (2.0, 4.0)


@pytest.mark.parametrize(
    ("provider", "name"),
    [("openai", "gpt-9-unheard"), ("anthropic", "claude-x"), ("openrouter", "nobody/nothing")],
)
def test_a_model_that_nobody_knows_costs_an_unknown_amount(provider: str, name: str) -> None:
    found = cost(manifest().find(provider, name), Tokens(1_000, 50), at=AT)
    assert (found.usd, found.known) == (0.0, False)
    assert quote(manifest().find(provider, name), manifest(), at=AT) is None


def test_a_manifest_price_counts_where_the_package_has_none() -> None:
    entry = {"provider": "openai", "name": "gpt-9-unheard", "price": {"input": 2, "output": 4, "cache_read": 1}}
    ours = parsed(manifest().model_dump() | {"model": [entry]})
    model = ours.find("openai", "gpt-9-unheard")
    assert cost(model, Tokens(1_000, 100, 500), at=AT).usd == pytest.approx(0.0019)
    assert cost(model, Tokens(1_000, 100, 500), at=AT, batch=True).usd == pytest.approx(0.00095)
    said = quote(model, ours, at=AT)
    assert said is not None
    assert said.source.endswith("2026-11-24")


@pytest.mark.parametrize("provider", REAL)
def test_prices_of_the_manifest_agree_with_the_price_package(provider: str) -> None:
    for model in manifest().known(provider, deprecated=True):
        said = quote(model, manifest(), at=AT)
        assert said is not None
        assert model.price is not None
        assert said.price.model_copy(update={"cache_write_1h": model.price.cache_write_1h}) == model.price


@pytest.mark.parametrize("provider", REAL)
def test_every_provider_has_a_family_for_any_name(provider: str) -> None:
    assert manifest().find(provider, "a-name-never-heard").listed is False


@pytest.mark.parametrize(
    ("name", "temperature", "reasoning", "none_as"),
    [
        ("gpt-5.1", False, "effort", "none"),
        ("gpt-5-mini-2025-08-07", False, "effort", "minimal"),
        ("gpt-5.7-unheard-of", False, "effort", "none"),
        ("gpt-6-sol", False, "effort", "none"),
        ("gpt-4o-2024-11-20", True, "none", ""),
        ("gpt-5-chat-latest", True, "none", ""),
    ],
)
def test_an_openai_model_is_asked_like_its_family(
    name: str, temperature: bool, reasoning: str, none_as: str
) -> None:
    family = manifest().find("openai", name).family
    assert (family.temperature, family.reasoning, family.none_as) == (temperature, reasoning, none_as)


def test_deprecated_models_are_shown_on_request_only() -> None:
    assert [model.name for model in manifest().known("google") if model.deprecated] == []
    assert [model.name for model in manifest().known("google", deprecated=True) if model.deprecated] != []


def test_a_manifest_with_a_model_twice_is_refused() -> None:
    values = manifest().model_dump()
    with pytest.raises(ValidationError, match="twice"):
        parsed(values | {"model": [*values["model"], values["model"][0]]})


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ValidationError):
        Price(input=-1, output=1)


@pytest.mark.parametrize(
    ("provider", "name", "most"),
    [
        ("anthropic", "claude-haiku-4-5-20251001", (2e-6, 5e-6)),
        ("anthropic", None, (2e-6, 5e-6)),
        ("openai", "gpt-5.1", (1.25e-6, 10e-6)),
        ("openai", "gpt-5.4", (5e-6, 22.5e-6)),
        ("local", "anything", (0.0, 0.0)),
        ("openai", "gpt-9-unheard", None),
        ("mock", "latent", None),
        ("google", None, None),
    ],
)
def test_what_is_held_back_is_the_most_that_a_token_can_cost(
    provider: str, name: str | None, most: tuple[float, float] | None
) -> None:
    prices = ManifestPrices(manifest(), {"anthropic": "claude-haiku-4-5-20251001"}, lambda: AT)
    found = prices.price(provider, name)
    assert found == (None if most is None else pytest.approx(most))


@given(
    st.sampled_from([("anthropic", "claude-sonnet-4-5-20250929"), ("openai", "gpt-5.4"), ("openai", "gpt-4.1")]),
    st.integers(0, 500_000),
    st.integers(0, 100_000),
    st.data(),
)
def test_no_call_costs_more_than_was_held_back(
    asked: tuple[str, str], prompt: int, completion: int, data: st.DataObject
) -> None:
    cached = data.draw(st.integers(0, prompt))
    written = data.draw(st.integers(0, prompt - cached))
    hour = data.draw(st.integers(0, written)) if asked[0] == "anthropic" else 0
    prices = ManifestPrices(manifest(), {}, lambda: AT)
    most = prices.price(*asked)
    assert most is not None
    paid = cost(manifest().find(*asked), Tokens(prompt, completion, cached, written, hour), at=AT)
    assert paid.usd <= prompt * most[0] + completion * most[1] + 1e-9


def test_the_facts_of_a_model_are_its_limits_abilities_and_price() -> None:
    shown = facts(manifest().find("openai", "gpt-5.1"), manifest(), at=AT)
    assert shown["usd_per_million_tokens"] == {"input": 1.25, "output": 10.0, "cache_read": 0.125}
    assert (shown["takes_temperature"], shown["reasoning"], shown["batch_factor"]) == (False, "effort", 0.5)
    assert str(shown["price_source"]).startswith("genai-prices ")
    unknown = facts(manifest().find("openai", "gpt-9-unheard"), manifest(), at=AT)
    assert (unknown["cost_known"], unknown["usd_per_million_tokens"]) == (False, None)
