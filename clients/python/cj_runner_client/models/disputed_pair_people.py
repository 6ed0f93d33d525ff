from typing import Literal

DisputedPairPeople = Literal["first", "second", "tied"]

DISPUTED_PAIR_PEOPLE_VALUES: set[DisputedPairPeople] = {
    "first",
    "second",
    "tied",
}


def check_disputed_pair_people(value: str) -> DisputedPairPeople:
    if value in DISPUTED_PAIR_PEOPLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DISPUTED_PAIR_PEOPLE_VALUES!r}"
    )
