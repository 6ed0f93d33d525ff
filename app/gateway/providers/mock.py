"""The mock judge: seeded verdicts without a network, for demos, tests and dry experiments.

Models: ``latent`` sees a quality in the texts themselves and errs like a person; ``coin`` tosses;
``cj-generic`` always takes the first. The same seed, texts and repeat number give the same verdict.
"""

import asyncio
import math

from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Question, Usage
from app.gateway.providers.draws import uniform
from app.gateway.providers.quality import quality
from app.settings import GatewaySettings

MODELS = ("latent", "coin", "cj-generic")
PRICE_PER_TOKEN = (0.25e-6, 1.25e-6)
"""USD for a prompt token and a completion token: small and not zero, so that costs can be followed."""


class MockJudge:
    """Answers at once, or after the configured latency."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings

    def models(self) -> tuple[str, ...]:
        """Return the profiles."""
        return MODELS

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed`` for a profile that does not exist."""
        model = question.model or MODELS[0]
        if model not in MODELS:
            known = ", ".join(MODELS)
            raise JudgeFailed(
                "LLM_INVALID_CONFIG", f"the mock has no model {model}; it has {known}", kind=FailureKind.REFUSED
            )
        draw = uniform(
            question.number("seed", self._settings.mock_provider_seed),
            model,
            question.number("comparison_repeat", 0),
            question.essay_a,
            question.essay_b,
        )
        await self._think(draw)
        first_wins, certainty, why = self._decide(model, question, draw)
        prompt_tokens = math.ceil(len(question.prompt) / 4)
        completion_tokens = 20 + math.ceil(len(why) / 4)
        cost = prompt_tokens * PRICE_PER_TOKEN[0] + completion_tokens * PRICE_PER_TOKEN[1]
        confidence = round(1 + 4 * abs(2 * certainty - 1), 1)
        return Answer(first_wins, confidence, why, model, Usage(prompt_tokens, completion_tokens, round(cost, 9)))

    async def _think(self, draw: float) -> None:
        wait_ms = self._settings.mock_latency_ms + draw * self._settings.mock_jitter_ms
        if wait_ms:
            await asyncio.sleep(wait_ms / 1000)

    def _decide(self, model: str, question: Question, draw: float) -> tuple[bool, float, str]:
        if model == "cj-generic":
            return True, 0.5, "The first text is taken by this profile whatever it says."
        if model == "coin":
            return draw < 0.5, 0.5, "A toss of a coin decided."
        a, b = quality(question.essay_a), quality(question.essay_b)
        ahead = (a.score - b.score) / self._settings.mock_noise + self._settings.mock_position_bias
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, ahead))))
        first_wins = draw < chance
        better, worse = (a, b) if first_wins else (b, a)
        return first_wins, chance, better.against(worse)
