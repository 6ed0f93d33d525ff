from typing import Literal

PromptViewRole = Literal["rubric", "system"]

PROMPT_VIEW_ROLE_VALUES: set[PromptViewRole] = {
    "rubric",
    "system",
}


def check_prompt_view_role(value: str) -> PromptViewRole:
    if value in PROMPT_VIEW_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROMPT_VIEW_ROLE_VALUES!r}"
    )
