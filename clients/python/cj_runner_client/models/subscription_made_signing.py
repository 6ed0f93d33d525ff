from typing import Literal

SubscriptionMadeSigning = Literal["ed25519", "hmac"]

SUBSCRIPTION_MADE_SIGNING_VALUES: set[SubscriptionMadeSigning] = {
    "ed25519",
    "hmac",
}


def check_subscription_made_signing(value: str) -> SubscriptionMadeSigning:
    if value in SUBSCRIPTION_MADE_SIGNING_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBSCRIPTION_MADE_SIGNING_VALUES!r}"
    )
