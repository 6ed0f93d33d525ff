from typing import Literal

PromptDifferenceRole = Literal["rubric", "system_prompt"]

PROMPT_DIFFERENCE_ROLE_VALUES: set[PromptDifferenceRole] = {
    "rubric",
    "system_prompt",
}


def check_prompt_difference_role(value: str) -> PromptDifferenceRole:
    if value in PROMPT_DIFFERENCE_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROMPT_DIFFERENCE_ROLE_VALUES!r}"
    )
