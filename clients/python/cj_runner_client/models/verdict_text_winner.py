from typing import Literal

VerdictTextWinner = Literal["first", "second"]

VERDICT_TEXT_WINNER_VALUES: set[VerdictTextWinner] = {
    "first",
    "second",
}


def check_verdict_text_winner(value: str) -> VerdictTextWinner:
    if value in VERDICT_TEXT_WINNER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VERDICT_TEXT_WINNER_VALUES!r}"
    )
