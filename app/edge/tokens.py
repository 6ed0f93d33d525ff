"""Tokens between services: made for calls out, checked on calls in."""

from datetime import UTC, datetime, timedelta

import jwt

from app.errors import Forbidden, Misconfigured, Unauthorized
from app.settings import AuthSettings

LIFETIME = timedelta(minutes=15)


def service_token(settings: AuthSettings, subject: str) -> str:
    """Return a bearer token with the role ``admin``: the configured one, or a short-lived one of our own.

    Raises ``Misconfigured`` when neither a token nor the shared secret is set.
    """
    if settings.admin_token is not None:
        return settings.admin_token.get_secret_value()
    if settings.jwt_secret_key is None:
        raise Misconfigured("no credential for cj: set HULEEDU_SERVICE_ACCOUNT_TOKEN or JWT_SECRET_KEY")
    now = datetime.now(UTC)
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


def require_admin(settings: AuthSettings, authorization: str | None) -> str:
    """Return the subject of a valid bearer token with the role ``admin``.

    Raises ``Unauthorized`` without a valid token, ``Forbidden`` without the role.
    """
    if settings.jwt_secret_key is None:
        raise Misconfigured("JWT_SECRET_KEY is not set, so no admin token can be checked")
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("send the header 'Authorization: Bearer <token>'")
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret_key.get_secret_value(),
            algorithms=["HS256"],
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
            options={"require": ["exp"]},
        )
    except jwt.PyJWTError as error:
        raise Unauthorized(f"the bearer token is not valid ({type(error).__name__})") from error
    if "admin" not in (claims.get("roles") or []):
        raise Forbidden("the token lacks the role 'admin'")
    return str(claims.get("sub", ""))
