from typing import Literal

JudgeProviderType0 = Literal[
    "anthropic", "google", "local", "mock", "openai", "openrouter", "replay"
]

JUDGE_PROVIDER_TYPE_0_VALUES: set[JudgeProviderType0] = {
    "anthropic",
    "google",
    "local",
    "mock",
    "openai",
    "openrouter",
    "replay",
}


def check_judge_provider_type_0(value: str) -> JudgeProviderType0:
    if value in JUDGE_PROVIDER_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {JUDGE_PROVIDER_TYPE_0_VALUES!r}"
    )
