from typing import Literal

KeyViewScopesItem = Literal["admin", "runs:read", "runs:write"]

KEY_VIEW_SCOPES_ITEM_VALUES: set[KeyViewScopesItem] = {
    "admin",
    "runs:read",
    "runs:write",
}


def check_key_view_scopes_item(value: str) -> KeyViewScopesItem:
    if value in KEY_VIEW_SCOPES_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {KEY_VIEW_SCOPES_ITEM_VALUES!r}"
    )
