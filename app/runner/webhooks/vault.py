"""Signing secrets at rest: sealed with a key of the settings, or as they are where there is none.

Fed by ``subscriptions`` with what is to be kept, and by ``deliver`` with what is to be used.
"""

from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from app.errors import Misconfigured

SEALED, PLAIN = "fernet:", "plain:"


class Unreadable(Misconfigured):
    """A secret was sealed with a key that this process does not have."""

    code = "webhook_secret_unreadable"
    title = "The webhook's secret cannot be read"


class Vault:
    """Seals with the first key and opens with any of them."""

    def __init__(self, keys: MultiFernet | None) -> None:
        self._keys = keys

    @classmethod
    def of(cls, secret_key: SecretStr | None) -> Self:
        """Return the vault of the setting; raises ``Misconfigured`` for what is no Fernet key."""
        names = [] if secret_key is None else secret_key.get_secret_value().split(",")
        try:
            keys = [Fernet(name.strip()) for name in names if name.strip()]
        except ValueError as error:
            raise Misconfigured(
                "WEBHOOKS_SECRET_KEY must hold Fernet keys: 32 random bytes in URL-safe base64 each"
            ) from error
        return cls(MultiFernet(keys) if keys else None)

    @property
    def seals(self) -> bool:
        """Whether secrets are encrypted at rest."""
        return self._keys is not None

    def seal(self, secret: str) -> str:
        """Return a secret as it is kept."""
        if self._keys is None:
            return PLAIN + secret
        return SEALED + self._keys.encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """Return a kept secret; raises ``Unreadable``."""
        if kept.startswith(PLAIN):
            return kept.removeprefix(PLAIN)
        if self._keys is None:
            raise Unreadable("WEBHOOKS_SECRET_KEY is not set, but the secret was sealed with one")
        try:
            return self._keys.decrypt(kept.removeprefix(SEALED)).decode()
        except InvalidToken as error:
            raise Unreadable("no key in WEBHOOKS_SECRET_KEY opens the secret: put the former one back") from error
