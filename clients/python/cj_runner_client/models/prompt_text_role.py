from typing import Literal

PromptTextRole = Literal["rubric", "system"]

PROMPT_TEXT_ROLE_VALUES: set[PromptTextRole] = {
    "rubric",
    "system",
}


def check_prompt_text_role(value: str) -> PromptTextRole:
    if value in PROMPT_TEXT_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROMPT_TEXT_ROLE_VALUES!r}"
    )
