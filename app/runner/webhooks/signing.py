"""Signatures of webhooks by the Standard Webhooks specification, and the secrets for them. PURE.

Fed by ``deliver`` with what goes out, by the API with secrets. ``hmac`` is ``v1`` (``whsec_``), ``ed25519`` is
``v1a`` (``whsk_``, its public part ``whpk_``).
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

Signing = Literal["hmac", "ed25519"]
HMAC_PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"
FEWEST_BYTES, MOST_BYTES = 24, 64
NOT_A_SECRET = f"must be whsec_ and then {FEWEST_BYTES} to {MOST_BYTES} random bytes in base64"


def new_secret(kind: Signing) -> str:
    """Return a fresh secret."""
    prefix = HMAC_PREFIX if kind == "hmac" else PRIVATE_PREFIX
    return prefix + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Return whether ``text`` is a secret for HMAC that is long enough and not too long."""
    try:
        raw = base64.b64decode(text.removeprefix(HMAC_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(HMAC_PREFIX) and FEWEST_BYTES <= len(raw) <= MOST_BYTES


def public_key(secret: str) -> str | None:
    """Return what receivers verify with where it is not the secret itself, None for HMAC."""
    if not secret.startswith(PRIVATE_PREFIX):
        return None
    raw = _private(secret).public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return PUBLIC_PREFIX + base64.b64encode(raw).decode()


def headers(webhook_id: str, at: datetime, payload: str, secrets_: Sequence[str]) -> dict[str, str]:
    """Return the three headers; there is one signature a secret, so that receivers may change theirs in time."""
    signed = " ".join(_signature(secret, webhook_id, at, payload) for secret in secrets_)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signed,
    }


def _signature(secret: str, webhook_id: str, at: datetime, payload: str) -> str:
    if not secret.startswith(PRIVATE_PREFIX):
        return Webhook(secret).sign(webhook_id, at, payload)
    signed = _private(secret).sign(f"{webhook_id}.{int(at.timestamp())}.{payload}".encode())
    return "v1a," + base64.b64encode(signed).decode()


def _private(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix(PRIVATE_PREFIX)))
