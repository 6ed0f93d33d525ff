from typing import Literal

SubscriptionChangeEventsItem = Literal[
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
]

SUBSCRIPTION_CHANGE_EVENTS_ITEM_VALUES: set[SubscriptionChangeEventsItem] = {
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
}


def check_subscription_change_events_item(value: str) -> SubscriptionChangeEventsItem:
    if value in SUBSCRIPTION_CHANGE_EVENTS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBSCRIPTION_CHANGE_EVENTS_ITEM_VALUES!r}"
    )
