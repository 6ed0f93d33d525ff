from typing import Literal

GetPromptRole = Literal["rubric", "system"]

GET_PROMPT_ROLE_VALUES: set[GetPromptRole] = {
    "rubric",
    "system",
}


def check_get_prompt_role(value: str) -> GetPromptRole:
    if value in GET_PROMPT_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {GET_PROMPT_ROLE_VALUES!r}"
    )
