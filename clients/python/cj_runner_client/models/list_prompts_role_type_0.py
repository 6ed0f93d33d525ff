from typing import Literal

ListPromptsRoleType0 = Literal["rubric", "system"]

LIST_PROMPTS_ROLE_TYPE_0_VALUES: set[ListPromptsRoleType0] = {
    "rubric",
    "system",
}


def check_list_prompts_role_type_0(value: str) -> ListPromptsRoleType0:
    if value in LIST_PROMPTS_ROLE_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_PROMPTS_ROLE_TYPE_0_VALUES!r}"
    )
