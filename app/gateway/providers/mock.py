"""The mock judge: seeded verdicts without a network, for demos, tests and dry experiments.

What it does is a profile, named by ``metadata.mock.profile``, else by the model, else by the current mode of the
gateway. The same seed, prompt and repeat number give the same verdict in every process and in any order.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from app.errors import InvalidInput, Misconfigured
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Question, Usage
from app.gateway.providers.draws import uniform
from app.gateway.providers.mock_failures import failure_of
from app.gateway.providers.mock_options import MockOptions, for_request, from_settings
from app.gateway.providers.profiles import DEFAULT_MODE, KNOWN, PROFILES, Profile, by_hash, profile_of
from app.gateway.providers.quality import quality
from app.settings import GatewaySettings

DEFAULT_MODEL = "mock-model-v1"
STAND_INS = ("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929", "gpt-5.1", "gemini-2.5-flash")
"""Real models that the mock answers for under their own names, in the mode of the moment."""
MODELS = (DEFAULT_MODEL, *KNOWN, *STAND_INS)
PRICE_PER_TOKEN = (0.25e-6, 1.25e-6)
"""USD for a prompt token and a completion token: small and not zero, so that costs can be followed."""
STEEPEST = 30.0
"""Logits beyond this are as good as certain."""


@dataclass(frozen=True)
class _Verdict:
    first_wins: bool
    confidence: float
    why: str


class MockJudge:
    """Answers at once, or after the latency of its profile.

    ``mode`` is asked for the current mode of the gateway at each question; ``any_model`` lets it answer for
    whatever model is named, where it stands in for all providers. Raises ``Misconfigured`` for an unknown mode.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        mode: Callable[[], Awaitable[str]] | None = None,
        *,
        any_model: bool = False,
    ) -> None:
        if profile_of(settings.mock_mode) is None:
            raise Misconfigured(f"mock_mode: there is no mode {settings.mock_mode}; there are {', '.join(KNOWN)}")
        self._mode, self._own_mode = mode, settings.mock_mode
        self._seed = settings.mock_provider_seed
        self._base = from_settings(settings)
        self._any_model = any_model

    def models(self) -> tuple[str, ...]:
        """Return the names that may be asked for: the profiles, and models that the mock stands in for."""
        return MODELS

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed`` as configured, or for what cannot be judged."""
        options = self._options(question)
        profile = await self._profile(question, options)
        seed = question.number("seed", self._seed) if options.seed is None else options.seed
        await _think(profile, options, question, seed)
        failed = failure_of(options, question, seed)
        if failed is not None:
            raise failed
        verdict = _decide(profile, options, question, seed)
        return Answer(
            verdict.first_wins,
            verdict.confidence,
            verdict.why,
            question.model or DEFAULT_MODEL,
            _usage(profile, options, question, verdict.why, seed),
            finish_reason="stop",
        )

    def _options(self, question: Question) -> MockOptions:
        try:
            return for_request(self._base, question.metadata)
        except InvalidInput as error:
            raise JudgeFailed("LLM_INVALID_CONFIG", error.detail, kind=FailureKind.REFUSED) from error

    async def _profile(self, question: Question, options: MockOptions) -> Profile:
        if question.model is not None and question.model not in MODELS and not self._any_model:
            known = ", ".join(MODELS)
            raise JudgeFailed(
                "LLM_INVALID_CONFIG",
                f"the mock has no model {question.model}; it has {known}",
                kind=FailureKind.REFUSED,
            )
        wished = profile_of(options.profile or question.model or "")
        if wished is not None:
            return wished
        mode = self._own_mode if self._mode is None else await self._mode()
        return profile_of(mode) or PROFILES[DEFAULT_MODE]


async def _think(profile: Profile, options: MockOptions, question: Question, seed: int) -> None:
    latency, jitter = float(profile.latency_ms), profile.jitter_ms
    if options.latency_ms is not None or options.jitter_ms is not None:
        latency, jitter = float(options.latency_ms or 0), options.jitter_ms or 0
    if jitter:
        latency += jitter * uniform(seed, "latency", question.prompt, question.number("comparison_repeat", 0))
    if latency:
        await asyncio.sleep(latency / 1000)


def _decide(profile: Profile, options: MockOptions, question: Question, seed: int) -> _Verdict:
    if profile.rule == "hash":
        first_wins, why = by_hash(profile, question.prompt)
        shift = options.confidence_jitter * (2 * uniform(seed, "confidence", question.prompt) - 1)
        inner = min(1.0, max(0.0, (options.confidence_base + shift) / 5))
        return _Verdict(first_wins, round(1 + 4 * inner, 2), why)
    essays = (question.essay_a, question.essay_b) if question.essay_a or question.essay_b else (question.prompt,)
    draw = uniform(seed, profile.name, question.number("comparison_repeat", 0), *essays)
    if profile.rule == "coin":
        return _Verdict(draw < 0.5, 1.0, "A toss of a coin decided.")
    chance, why_a, why_b = _latent(options, question)
    return _Verdict(draw < chance, round(1 + 4 * abs(2 * chance - 1), 1), why_a if draw < chance else why_b)


def _latent(options: MockOptions, question: Question) -> tuple[float, str, str]:
    """Return the chance that Essay A wins, and the reason for either verdict."""
    if options.qualities:
        score_a, score_b = _given(options, question, "essay_a_id"), _given(options, question, "essay_b_id")
        why_a = why_b = "The better text was given the higher quality, or luck decided."
    elif question.essay_a or question.essay_b:
        a, b = quality(question.essay_a), quality(question.essay_b)
        score_a, score_b, why_a, why_b = a.score, b.score, a.against(b), b.against(a)
    else:
        raise JudgeFailed(
            "LLM_INVALID_PROMPT",
            "the profile latent needs a prompt that shows two marked essays, or metadata.mock.qualities",
            kind=FailureKind.REFUSED,
        )
    ahead = (score_a - score_b) / options.noise + options.position_bias
    if options.length_bias:
        words = [max(1, len(text.split())) for text in (question.essay_a, question.essay_b)]
        ahead += options.length_bias * math.log(words[0] / words[1])
    return 1 / (1 + math.exp(-max(-STEEPEST, min(STEEPEST, ahead)))), why_a, why_b


def _given(options: MockOptions, question: Question, key: str) -> float:
    essay_id = str(question.metadata.get(key, ""))
    found = options.quality_of(essay_id)
    if found is None:
        raise JudgeFailed(
            "LLM_INVALID_CONFIG",
            f"the given qualities name no essay {essay_id[:64] or f'(metadata.{key} is missing)'}",
            kind=FailureKind.REFUSED,
        )
    return found


def _usage(profile: Profile, options: MockOptions, question: Question, why: str, seed: int) -> Usage:
    def tokens(text: str) -> int:
        return math.ceil(len(text.split()) * options.tokens_per_word)

    prompt = max(profile.least_prompt_tokens, tokens(question.prompt))
    completion = max(profile.least_completion_tokens, tokens(why) + 10)
    cost = prompt * PRICE_PER_TOKEN[0] + completion * PRICE_PER_TOKEN[1]
    usage = Usage(prompt, completion, round(cost, 9))
    repeating = [block.content for block in question.blocks if block.cacheable]
    if not options.cache_enabled or not repeating:
        return usage
    cached = min(prompt, sum(map(tokens, repeating)))
    if uniform(seed, "cache", question.prompt) < options.cache_hit_rate:
        return replace(usage, cached_tokens=cached)
    return replace(usage, cache_write_tokens=cached)
