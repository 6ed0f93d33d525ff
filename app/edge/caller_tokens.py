"""Tokens of an identity service (JWT) on calls in: checked with one pinned algorithm, and read as a caller.

Fed by the guard; uses ``key_set`` where keys come from a JWKS address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from app.edge.access import SCOPES, Caller, InvalidToken
from app.edge.key_set import KeySet
from app.errors import Misconfigured
from app.settings import AccessSettings

LONGEST = 255
LONGEST_TOKEN = 16_384


@dataclass(frozen=True)
class CallerTokens:
    """``keys`` is given where the settings name a JWKS address."""

    settings: AccessSettings
    keys: KeySet | None = None

    async def caller(self, token: str) -> Caller:
        """Return whom a token names; raises ``InvalidToken``, or ``Unavailable`` without a key to check with."""
        if len(token) > LONGEST_TOKEN:
            raise InvalidToken("the token is too long")
        return self._read(self._decode(token, await self._key(token)))

    async def _key(self, token: str) -> Any:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError) as error:
            raise InvalidToken("the credential is neither an API key nor a token") from error
        if header.get("alg") != self.settings.algorithm:
            raise InvalidToken(f"tokens must be signed with {self.settings.algorithm}")
        if self.settings.jwt_secret is not None:
            return self.settings.jwt_secret.get_secret_value()
        if self.keys is None:
            raise Misconfigured("there is no key that tokens could be checked with")
        key_id = header.get("kid")
        key = await self.keys.find(key_id if isinstance(key_id, str) else None)
        if key is None:
            raise InvalidToken("the token is signed with a key that the identity service does not list")
        return key

    def _decode(self, token: str, key: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[self.settings.algorithm],
                audience=self.settings.jwt_audience,
                issuer=self.settings.jwt_issuer,
                leeway=self.settings.jwt_leeway_s,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise InvalidToken("the token is expired") from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise InvalidToken(f"the token is not valid ({type(error).__name__})") from error
        return found

    def _read(self, claims: Mapping[str, Any]) -> Caller:
        settings = self.settings
        owner = _text(claims, settings.jwt_owner_claim)
        listed = claims.get(settings.jwt_scope_claim, "")
        words = listed.split() if isinstance(listed, str) else listed
        if not isinstance(words, list):
            raise InvalidToken(f"the token's claim '{settings.jwt_scope_claim}' is neither a text nor a list")
        return Caller(_text(claims, "sub"), owner, frozenset(scope for scope in SCOPES if scope in words))


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST or not found.isprintable():
        raise InvalidToken(f"the token's claim '{name}' must be a text of 1 to {LONGEST} printable characters")
    return found
