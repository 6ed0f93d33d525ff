from typing import Literal

SubscriptionRequestSigning = Literal["ed25519", "hmac"]

SUBSCRIPTION_REQUEST_SIGNING_VALUES: set[SubscriptionRequestSigning] = {
    "ed25519",
    "hmac",
}


def check_subscription_request_signing(value: str) -> SubscriptionRequestSigning:
    if value in SUBSCRIPTION_REQUEST_SIGNING_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBSCRIPTION_REQUEST_SIGNING_VALUES!r}"
    )
