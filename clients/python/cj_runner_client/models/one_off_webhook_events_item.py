from typing import Literal

OneOffWebhookEventsItem = Literal[
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
]

ONE_OFF_WEBHOOK_EVENTS_ITEM_VALUES: set[OneOffWebhookEventsItem] = {
    "run.artefact_revised",
    "run.cancelled",
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.progress",
    "run.timed_out",
}


def check_one_off_webhook_events_item(value: str) -> OneOffWebhookEventsItem:
    if value in ONE_OFF_WEBHOOK_EVENTS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ONE_OFF_WEBHOOK_EVENTS_ITEM_VALUES!r}"
    )
