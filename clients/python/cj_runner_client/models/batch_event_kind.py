from typing import Literal

BatchEventKind = Literal["completion", "failure", "result"]

BATCH_EVENT_KIND_VALUES: set[BatchEventKind] = {
    "completion",
    "failure",
    "result",
}


def check_batch_event_kind(value: str) -> BatchEventKind:
    if value in BATCH_EVENT_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BATCH_EVENT_KIND_VALUES!r}"
    )
