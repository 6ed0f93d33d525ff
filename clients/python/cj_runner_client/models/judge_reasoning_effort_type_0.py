from typing import Literal

JudgeReasoningEffortType0 = Literal["high", "low", "medium", "none"]

JUDGE_REASONING_EFFORT_TYPE_0_VALUES: set[JudgeReasoningEffortType0] = {
    "high",
    "low",
    "medium",
    "none",
}


def check_judge_reasoning_effort_type_0(value: str) -> JudgeReasoningEffortType0:
    if value in JUDGE_REASONING_EFFORT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {JUDGE_REASONING_EFFORT_TYPE_0_VALUES!r}"
    )
