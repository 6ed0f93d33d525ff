from typing import Literal

NewKeyViewScopesItem = Literal["admin", "runs:read", "runs:write"]

NEW_KEY_VIEW_SCOPES_ITEM_VALUES: set[NewKeyViewScopesItem] = {
    "admin",
    "runs:read",
    "runs:write",
}


def check_new_key_view_scopes_item(value: str) -> NewKeyViewScopesItem:
    if value in NEW_KEY_VIEW_SCOPES_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_KEY_VIEW_SCOPES_ITEM_VALUES!r}"
    )
