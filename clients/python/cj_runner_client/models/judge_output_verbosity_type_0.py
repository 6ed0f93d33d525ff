from typing import Literal

JudgeOutputVerbosityType0 = Literal["high", "low", "medium"]

JUDGE_OUTPUT_VERBOSITY_TYPE_0_VALUES: set[JudgeOutputVerbosityType0] = {
    "high",
    "low",
    "medium",
}


def check_judge_output_verbosity_type_0(value: str) -> JudgeOutputVerbosityType0:
    if value in JUDGE_OUTPUT_VERBOSITY_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {JUDGE_OUTPUT_VERBOSITY_TYPE_0_VALUES!r}"
    )
