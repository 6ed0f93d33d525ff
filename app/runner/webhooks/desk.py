"""What the API is given for webhooks: the settings, the guard of addresses, the vault of secrets."""

from dataclasses import dataclass

from app.errors import InvalidInput
from app.runner.webhooks.guard_http import Guard, Refused, Target
from app.runner.webhooks.vault import Vault
from app.settings import WebhookSettings


@dataclass(frozen=True)
class Desk:
    """Chosen in ``app/roles/webhooks.py``."""

    settings: WebhookSettings
    guard: Guard
    vault: Vault

    async def target(self, url: str, field: str = "url") -> Target:
        """Return the receiver that a caller named in ``field``; raises ``InvalidInput`` for a refused one."""
        try:
            return await self.guard.check(url)
        except Refused as error:
            raise InvalidInput.at(field, str(error)) from error
