from typing import Literal

VerdictSetViewLayout = Literal["choice", "winner_loser"]

VERDICT_SET_VIEW_LAYOUT_VALUES: set[VerdictSetViewLayout] = {
    "choice",
    "winner_loser",
}


def check_verdict_set_view_layout(value: str) -> VerdictSetViewLayout:
    if value in VERDICT_SET_VIEW_LAYOUT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VERDICT_SET_VIEW_LAYOUT_VALUES!r}"
    )
