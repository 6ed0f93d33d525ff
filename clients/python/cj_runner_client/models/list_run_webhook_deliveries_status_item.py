from typing import Literal

ListRunWebhookDeliveriesStatusItem = Literal[
    "delivered", "dropped", "exhausted", "pending"
]

LIST_RUN_WEBHOOK_DELIVERIES_STATUS_ITEM_VALUES: set[
    ListRunWebhookDeliveriesStatusItem
] = {
    "delivered",
    "dropped",
    "exhausted",
    "pending",
}


def check_list_run_webhook_deliveries_status_item(
    value: str,
) -> ListRunWebhookDeliveriesStatusItem:
    if value in LIST_RUN_WEBHOOK_DELIVERIES_STATUS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUN_WEBHOOK_DELIVERIES_STATUS_ITEM_VALUES!r}"
    )
