from typing import Literal

JudgeRulesOutputVerbosityType0 = Literal["high", "low", "medium"]

JUDGE_RULES_OUTPUT_VERBOSITY_TYPE_0_VALUES: set[JudgeRulesOutputVerbosityType0] = {
    "high",
    "low",
    "medium",
}


def check_judge_rules_output_verbosity_type_0(
    value: str,
) -> JudgeRulesOutputVerbosityType0:
    if value in JUDGE_RULES_OUTPUT_VERBOSITY_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {JUDGE_RULES_OUTPUT_VERBOSITY_TYPE_0_VALUES!r}"
    )
