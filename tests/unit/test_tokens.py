"""Bearer tokens of admins: every kind of key, and every token that must not pass."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Response
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr

from app.edge.key_set import SMALLEST_RSA_BITS, KeySet
from app.edge.tokens import AdminTokens, service_token
from app.errors import AppError, Forbidden, Misconfigured, Unauthorized, Unavailable, UpstreamRefused
from app.settings import AuthSettings
from tests.integration.parts import Clock, in_process, neighbour

SECRET = "a secret that is long enough for the tests"
CLAIMS: dict[str, Any] = {
    "sub": "ada",
    "roles": ["teacher", "admin"],
    "iss": "huleedu-identity-service",
    "aud": "huleedu-platform",
    "exp": 4_000_000_000,
}
BAD_CLAIMS: list[dict[str, Any]] = [
    {"exp": 1},
    {"exp": None},
    {"exp": "soon"},
    {"iss": "someone"},
    {"iss": None},
    {"aud": "others"},
    {"aud": None},
    {"nbf": 3_999_999_999},
]


@cache
def rsa(name: str) -> RSAPrivateKey:
    """One key for each name, made once."""
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (CLAIMS | changes).items() if value is not None}


def signed(key: RSAPrivateKey, key_id: str | None = None, **changes: Any) -> str:
    headers = None if key_id is None else {"kid": key_id}
    return f"Bearer {jwt.encode(claims(**changes), key, 'RS256', headers=headers)}"


def settings(**values: Any) -> AuthSettings:
    return AuthSettings(**({"jwt_secret_key": None, "admin_token": None} | values))


def with_secret(**values: Any) -> AdminTokens:
    return AdminTokens(settings(jwt_secret_key=SecretStr(SECRET), **values))


def by_hand(header: dict[str, Any], key: bytes) -> str:
    """A token that no library would sign: a PEM used as the secret of HS256, or no signature at all."""
    parts = b".".join(base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, claims()))
    signature = hmac.new(key, parts, hashlib.sha256).digest() if header["alg"] == "HS256" else b""
    return f"Bearer {(parts + b'.' + base64.urlsafe_b64encode(signature).rstrip(b'=')).decode()}"


async def test_our_own_token_opens_our_own_door() -> None:
    auth = settings(jwt_secret_key=SecretStr(SECRET))
    assert await AdminTokens(auth).admin(f"Bearer {service_token(auth, 'worker')}") == "worker"


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=str)
async def test_a_token_with_a_bad_claim_is_refused_whatever_the_key(changes: dict[str, Any]) -> None:
    own = f"Bearer {jwt.encode(claims(**changes), SECRET, 'HS256')}"
    for tokens, bearer in (
        (with_secret(), own),
        (AdminTokens(settings(jwt_public_key=pem(rsa("one")))), signed(rsa("one"), **changes)),
    ):
        with pytest.raises(Unauthorized):
            await tokens.admin(bearer)


@pytest.mark.parametrize("roles", [None, [], ["teacher"], "admin", "administrator", {"admin": True}, 7], ids=str)
async def test_a_valid_token_without_the_role_is_forbidden(roles: object) -> None:
    with pytest.raises(Forbidden):
        await with_secret().admin(f"Bearer {jwt.encode(claims(roles=roles), SECRET, 'HS256')}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer a.b.c"])
async def test_what_is_no_token_is_refused(header: str | None) -> None:
    for tokens in (with_secret(), AdminTokens(settings(jwt_public_key=pem(rsa("one"))))):
        with pytest.raises(Unauthorized):
            await tokens.admin(header)


async def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    just_over = int(datetime.now(UTC).timestamp()) - 60
    bearer = f"Bearer {jwt.encode(claims(exp=just_over), SECRET, 'HS256')}"
    assert await with_secret(jwt_leeway_s=300).admin(bearer) == "ada"
    with pytest.raises(Unauthorized):
        await with_secret(jwt_leeway_s=30).admin(bearer)


async def test_no_other_algorithm_than_the_configured_one_passes() -> None:
    public = pem(rsa("one"))
    as_secret = by_hand({"alg": "HS256", "typ": "JWT"}, public.encode())
    unsigned = by_hand({"alg": "none", "typ": "JWT"}, b"")
    for tokens in (AdminTokens(settings(jwt_public_key=public)), with_secret()):
        for bearer in (as_secret, unsigned):
            with pytest.raises(Unauthorized):
                await tokens.admin(bearer)
    with pytest.raises(Unauthorized):
        await with_secret().admin(signed(rsa("one")))
    with pytest.raises(Unauthorized):
        await AdminTokens(settings(jwt_public_key=public)).admin(signed(rsa("two")))


async def test_a_public_key_may_come_from_a_file_or_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text(pem(rsa("one")))
    for auth in (
        settings(jwt_public_key_path=path),
        settings(jwt_public_key=pem(rsa("one")).replace("\n", "\\n")),
        settings(jwt_public_key=pem(rsa("one")), jwt_secret_key=SecretStr(SECRET), jwt_algorithm="RS256"),
    ):
        assert await AdminTokens(auth).admin(signed(rsa("one"))) == "ada"


def small() -> str:
    return pem(generate_private_key(public_exponent=65537, key_size=SMALLEST_RSA_BITS // 2))


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"jwt_public_key": "nonsense"}, "cannot be read"),
        ({"jwt_public_key_path": Path("there-is-no-such.pem")}, "cannot be read"),
        ({"jwt_public_key": small()}, "2048"),
        ({"jwt_public_key": elliptic()}, "RSA"),
        ({"jwt_public_key": "x", "jwt_jwks_url": "http://identity"}, "only one of"),
        ({"jwt_public_key": "x", "jwt_secret_key": SecretStr(SECRET)}, "JWT_ALGORITHM"),
        ({"jwt_algorithm": "RS256", "jwt_secret_key": SecretStr(SECRET)}, "JWT_PUBLIC_KEY"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(values: dict[str, Any], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        AdminTokens(settings(**values))


async def test_without_any_key_the_answer_says_what_to_set() -> None:
    with pytest.raises(Misconfigured, match="JWT_SECRET_KEY"):
        await AdminTokens(settings()).admin("Bearer x")


class Identity:
    """An identity service in process, whose keys and health tests change."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.body: object = {"keys": []}
        self.status, self.asked, self.clock = 200, 0, Clock()

        @self.app.get("/jwks")
        async def jwks() -> Response:
            self.asked += 1
            return Response(orjson.dumps(self.body), self.status)

    def lists(self, *keys: tuple[str | None, RSAPrivateKey], **more: Any) -> None:
        self.body = {
            "keys": [
                {"kty": "EC", "kid": "other", "crv": "P-256"},
                "nonsense",
                *(
                    RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | ({"kid": name} if name else {}) | more
                    for name, key in keys
                ),
            ]
        }

    @asynccontextmanager
    async def tokens(self) -> AsyncIterator[AdminTokens]:
        url = "http://identity/jwks"
        async with in_process(self.app, "http://identity") as client:
            keys = KeySet(neighbour(client, "the identity service"), url, 300, self.clock)
            yield AdminTokens(settings(jwt_jwks_url=url), keys)


async def test_keys_of_the_identity_service_are_fetched_once_and_rotated_keys_are_found() -> None:
    identity = Identity()
    identity.lists(("one", rsa("one")))
    async with identity.tokens() as tokens:
        for _ in range(3):
            assert await tokens.admin(signed(rsa("one"), "one")) == "ada"
        assert identity.asked == 1
        identity.lists(("two", rsa("two")))
        identity.clock.pass_by(11)
        assert await tokens.admin(signed(rsa("two"), "two")) == "ada"
        assert identity.asked == 2
        with pytest.raises(Unauthorized):
            await tokens.admin(signed(rsa("one"), "one"))


async def test_made_up_key_ids_and_other_algorithms_do_not_hammer_the_identity_service() -> None:
    identity = Identity()
    identity.lists(("one", rsa("one")))
    async with identity.tokens() as tokens:
        for number in range(20):
            with pytest.raises(Unauthorized):
                await tokens.admin(signed(rsa("one"), f"made-up-{number}"))
        assert identity.asked == 1
        identity.clock.pass_by(20)
        for bearer in (by_hand({"alg": "HS256", "kid": "new"}, b"x"), by_hand({"alg": "none", "kid": "new"}, b"")):
            with pytest.raises(Unauthorized):
                await tokens.admin(bearer)
        assert identity.asked == 1


async def test_a_token_of_the_wrong_key_under_a_listed_id_is_refused() -> None:
    identity = Identity()
    identity.lists(("one", rsa("one")))
    async with identity.tokens() as tokens:
        with pytest.raises(Unauthorized):
            await tokens.admin(signed(rsa("two"), "one"))


async def test_a_token_without_a_key_id_needs_a_set_of_one_key() -> None:
    identity = Identity()
    identity.lists(("one", rsa("one")))
    async with identity.tokens() as tokens:
        assert await tokens.admin(signed(rsa("one"))) == "ada"
        identity.lists(("one", rsa("one")), ("two", rsa("two")))
        identity.clock.pass_by(301)
        with pytest.raises(Unauthorized):
            await tokens.admin(signed(rsa("one")))


async def test_keys_stay_good_for_an_hour_while_the_identity_service_is_away() -> None:
    identity = Identity()
    identity.lists(("one", rsa("one")))
    async with identity.tokens() as tokens:
        await tokens.admin(signed(rsa("one"), "one"))
        identity.status = 503
        identity.clock.pass_by(3000)
        assert await tokens.admin(signed(rsa("one"), "one")) == "ada"
        identity.clock.pass_by(3700)
        with pytest.raises(Unavailable):
            await tokens.admin(signed(rsa("one"), "one"))
        identity.status = 200
        assert await tokens.admin(signed(rsa("one"), "one")) == "ada"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"keys": []}, 200, UpstreamRefused),
        ({"keys": "x"}, 200, UpstreamRefused),
        ([], 200, UpstreamRefused),
        ("x" * 1_100_000, 200, UpstreamRefused),
        ({}, 404, UpstreamRefused),
        ({}, 500, Unavailable),
    ],
    ids=["none", "no list", "no object", "too large", "not there", "broken"],
)
async def test_a_useless_set_of_keys_is_not_taken_for_a_bad_token(
    body: object, status: int, error: type[AppError]
) -> None:
    identity = Identity()
    identity.body, identity.status = body, status
    async with identity.tokens() as tokens:
        with pytest.raises(error):
            await tokens.admin(signed(rsa("one"), "one"))


async def test_keys_for_encryption_and_of_other_algorithms_check_no_signature() -> None:
    for more in ({"use": "enc"}, {"alg": "RS512"}):
        identity = Identity()
        identity.lists(("one", rsa("one")), **more)
        async with identity.tokens() as tokens:
            with pytest.raises(UpstreamRefused):
                await tokens.admin(signed(rsa("one"), "one"))
