"""Tokens between services: made for calls out, checked on calls in."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.edge.key_set import SMALLEST_RSA_BITS, KeySet
from app.errors import Forbidden, Misconfigured, Unauthorized
from app.settings import AuthSettings
from app.settings.access import SMALLEST_SECRET_BYTES

LIFETIME = timedelta(minutes=15)
Algorithm = Literal["HS256", "RS256"]


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def service_token(settings: AuthSettings, subject: str, clock: Callable[[], datetime] = utc_now) -> str:
    """Return a bearer token with the role ``admin``: the configured one, or a short-lived one of our own.

    Raises ``Misconfigured`` when neither a token nor the shared secret is set.
    """
    if settings.admin_token is not None:
        return settings.admin_token.get_secret_value()
    if settings.jwt_secret_key is None:
        raise Misconfigured("no credential for cj: set HULEEDU_SERVICE_ACCOUNT_TOKEN or JWT_SECRET_KEY")
    now = clock()
    claims = {
        "sub": subject,
        "roles": ["admin"],
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(claims, settings.jwt_secret_key.get_secret_value(), algorithm="HS256")


def can_make_tokens(settings: AuthSettings) -> bool:
    """Return whether ``service_token`` has something to make a token from."""
    return settings.admin_token is not None or settings.jwt_secret_key is not None


class AdminTokens:
    """Checks bearer tokens on calls in; the settings fix one algorithm and one kind of key.

    ``keys`` is the identity service's set of keys, given where the settings name its URL. Raises
    ``Misconfigured`` at once when the settings contradict each other or the public key cannot be read.
    """

    def __init__(self, settings: AuthSettings, keys: KeySet | None = None) -> None:
        self._settings = settings
        self._algorithm = _algorithm(settings)
        self._public = _public_key(settings) if self._algorithm == "RS256" else None
        self._keys = keys
        secret = settings.jwt_secret_key
        if self._algorithm == "HS256" and secret is not None:
            _check_length(secret.get_secret_value())
        if self._algorithm == "RS256" and self._public is None and keys is None:
            raise Misconfigured("JWT_ALGORITHM is RS256: set JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_PATH or JWT_JWKS_URL")

    async def admin(self, authorization: str | None) -> str:
        """Return the subject of a valid bearer token with the role ``admin``.

        Raises ``Unauthorized`` without a valid token, ``Forbidden`` without the role, ``Unavailable`` when
        the identity service is needed and does not answer.
        """
        claims = self._decode(token := _bearer(authorization), await self._key(token))
        roles = claims.get("roles")
        if not isinstance(roles, list) or "admin" not in roles:
            raise Forbidden("the token lacks the role 'admin'")
        return str(claims.get("sub", ""))

    async def _key(self, token: str) -> Any:
        if self._algorithm == "HS256":
            secret = self._settings.jwt_secret_key
            if secret is None:
                raise Misconfigured("no key for admin tokens: set JWT_SECRET_KEY, JWT_PUBLIC_KEY or JWT_JWKS_URL")
            return secret.get_secret_value()
        if self._public is not None or self._keys is None:
            return self._public
        key = await self._keys.find(_key_id(token, self._algorithm))
        if key is None:
            raise Unauthorized("the bearer token is signed with a key that the identity service does not list")
        return key

    def _decode(self, token: str, key: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[self._algorithm],
                audience=self._settings.jwt_audience,
                issuer=self._settings.jwt_issuer,
                leeway=self._settings.jwt_leeway_s,
                options={"require": ["exp", "iss", "aud"], "verify_iat": False},  # clocks differ; ``exp`` counts
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise Unauthorized(f"the bearer token is not valid ({type(error).__name__})") from error
        if not isinstance(found.get("iat", 0), int | float):
            raise Unauthorized("the bearer token is not valid (its iat is no number)")
        return found


def _check_length(secret: str) -> None:
    """Refuse a secret that a machine guesses from one token that it saw (RFC 7518, 3.2: as long as the hash)."""
    if len(secret.encode()) < SMALLEST_SECRET_BYTES:
        raise Misconfigured(
            f"JWT_SECRET_KEY must have at least {SMALLEST_SECRET_BYTES} bytes: make one with openssl rand -hex 32"
        )


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("send the header 'Authorization: Bearer <token>'")
    return token.strip()


def _key_id(token: str, algorithm: Algorithm) -> str | None:
    """Return the key id that an unchecked token names; one of another algorithm is refused before any look-up."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise Unauthorized(f"the bearer token is not valid ({type(error).__name__})") from error
    if header.get("alg") != algorithm:
        raise Unauthorized("the bearer token is not valid (InvalidAlgorithmError)")
    key_id = header.get("kid")
    return key_id if isinstance(key_id, str) else None


def _algorithm(settings: AuthSettings) -> Algorithm:
    asymmetric = [
        name
        for name, value in (
            ("JWT_PUBLIC_KEY", settings.jwt_public_key),
            ("JWT_PUBLIC_KEY_PATH", settings.jwt_public_key_path),
            ("JWT_JWKS_URL", settings.jwt_jwks_url),
        )
        if value is not None
    ]
    if len(asymmetric) > 1:
        raise Misconfigured(f"set only one of {' and '.join(asymmetric)}")
    if settings.jwt_algorithm is not None:
        return settings.jwt_algorithm
    if asymmetric and settings.jwt_secret_key is not None:
        raise Misconfigured(f"JWT_SECRET_KEY and {asymmetric[0]} are both set: say which counts in JWT_ALGORITHM")
    return "RS256" if asymmetric else "HS256"


def _public_key(settings: AuthSettings) -> RSAPublicKey | None:
    """Return the RSA key of the settings; line ends may be written as backslash and n, as in env files."""
    pem = settings.jwt_public_key
    try:
        if settings.jwt_public_key_path is not None:
            pem = settings.jwt_public_key_path.read_text(encoding="utf-8")
        if pem is None:
            return None
        key = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the public key for admin tokens cannot be read ({type(error).__name__})") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_RSA_BITS:
        raise Misconfigured(f"the public key for admin tokens is no RSA key of {SMALLEST_RSA_BITS} bits or more")
    return key
