from typing import Literal

SubscriptionRequestEventsItem = Literal[
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
]

SUBSCRIPTION_REQUEST_EVENTS_ITEM_VALUES: set[SubscriptionRequestEventsItem] = {
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
}


def check_subscription_request_events_item(value: str) -> SubscriptionRequestEventsItem:
    if value in SUBSCRIPTION_REQUEST_EVENTS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBSCRIPTION_REQUEST_EVENTS_ITEM_VALUES!r}"
    )
