from typing import Literal

SubscriptionViewSigning = Literal["ed25519", "hmac"]

SUBSCRIPTION_VIEW_SIGNING_VALUES: set[SubscriptionViewSigning] = {
    "ed25519",
    "hmac",
}


def check_subscription_view_signing(value: str) -> SubscriptionViewSigning:
    if value in SUBSCRIPTION_VIEW_SIGNING_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBSCRIPTION_VIEW_SIGNING_VALUES!r}"
    )
