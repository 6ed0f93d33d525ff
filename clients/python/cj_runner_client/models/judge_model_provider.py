from typing import Literal

JudgeModelProvider = Literal[
    "anthropic", "google", "local", "mock", "openai", "openrouter", "replay"
]

JUDGE_MODEL_PROVIDER_VALUES: set[JudgeModelProvider] = {
    "anthropic",
    "google",
    "local",
    "mock",
    "openai",
    "openrouter",
    "replay",
}


def check_judge_model_provider(value: str) -> JudgeModelProvider:
    if value in JUDGE_MODEL_PROVIDER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {JUDGE_MODEL_PROVIDER_VALUES!r}"
    )
