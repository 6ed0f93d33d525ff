"""The mock's profiles: who wins, how long it takes, how many tokens it claims; as recorded from judges. PURE.

Fed by a name from the settings, the admin route, a model name or a request; feeds the mock judge. Each profile
has the platform's name for it too (``MOCK_MODE``), which is taken wherever the short name is.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

Rule = Literal["hash", "latent", "coin"]
DEFAULT_MODE = "default"


@dataclass(frozen=True)
class Profile:
    """How the mock answers under one name.

    With the rule ``hash``, Essay A wins where the first 8 hex digits of the prompt's SHA-256, modulo ``of``, are
    below ``wins_of_a``; ``latent`` and ``coin`` are drawn. Latency applies where no other is configured:
    ``latency_ms`` and up to ``jitter_ms`` more. Token counts are never below ``least_prompt_tokens`` and
    ``least_completion_tokens``.
    """

    name: str
    mode: str
    rule: Rule = "hash"
    wins_of_a: int = 1
    of: int = 2
    latency_ms: int = 0
    jitter_ms: int = 0
    least_prompt_tokens: int = 0
    least_completion_tokens: int = 0


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("default", DEFAULT_MODE),
        Profile("cj-generic", "cj_generic_batch", "hash", 1, 1, 0, 0, 5, 17),
        Profile("cj-generic-batch-api", "cj_generic_batch", "hash", 1, 1, 0, 0, 5, 17),
        Profile("eng5-anchor", "eng5_anchor_gpt51_low", "hash", 35, 66, 1200, 800, 1100, 40),
        Profile("eng5-lower5", "eng5_lower5_gpt51_low", "hash", 4, 10, 1000, 1000, 1000, 30),
        Profile("latent", "latent", "latent"),
        Profile("coin", "coin", "coin"),
    )
}
_BY_MODE = {profile.mode: profile for profile in reversed(PROFILES.values())}
KNOWN = (*PROFILES, *(mode for mode in _BY_MODE if mode not in PROFILES))
"""Every name that can be asked for: the profiles, then the platform's other names for them."""

_REASONS = {
    True: (
        "Essay A states its point and supports it.",
        "Essay A is easier to follow throughout.",
        "Essay A answers the task more completely.",
        "Essay A controls its language better.",
        "Essay A develops its ideas further.",
    ),
    False: (
        "Essay B states its point and supports it.",
        "Essay B is easier to follow throughout.",
        "Essay B answers the task more completely.",
        "Essay B controls its language better.",
        "Essay B develops its ideas further.",
    ),
}


def profile_of(name: str) -> Profile | None:
    """Return the profile with this name or this ``MOCK_MODE``, or None."""
    return PROFILES.get(name) or _BY_MODE.get(name)


def by_hash(profile: Profile, prompt: str) -> tuple[bool, str]:
    """Return whether Essay A wins, and one of five reasons, from nothing but the prompt's SHA-256."""
    digest = hashlib.sha256(prompt.encode()).hexdigest()
    first_wins = int(digest[:8], 16) % profile.of < profile.wins_of_a
    reasons = _REASONS[first_wins]
    return first_wins, reasons[int(digest[8:12], 16) % len(reasons)]
