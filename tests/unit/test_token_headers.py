"""Headers of tokens that ask the reader to take a key, a place or an algorithm of their own: none is heard."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr

from app.edge.caller_tokens import CallerTokens
from app.edge.client_http import HttpClient
from app.edge.key_set import KeySet
from app.edge.tokens import AdminTokens
from app.errors import Misconfigured, Unauthorized
from app.settings import AccessSettings, AuthSettings
from tests.integration.parts import Clock

SECRET = "the secret of an identity service, made up for these tests"
OURS = generate_private_key(public_exponent=65537, key_size=2048)
THEIRS, OTHER = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ISSUER, AUDIENCE = "https://login.test", "cj-runner"
CLAIMS = {
    "sub": "ada",
    "org": "north",
    "scope": "admin",
    "roles": ["admin"],
    "iss": ISSUER,
    "aud": AUDIENCE,
    "exp": 4_000_000_000,
}
NOWHERE = {"jku": "http://attacker.test/keys", "x5u": "http://attacker.test/chain"}
KEY_IDS: list[object] = [
    "../../../../dev/null",
    "' OR 1=1 --",
    "ours\x00",
    "",
    None,
    7,
    ["ours"],
    {"ours": 1},
    "x" * 9000,
]


class Keys(KeySet):
    """The identity service's keys, as they were read; remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(_no_client(), "http://identity.test/keys", 300, Clock())
        listed = RSAAlgorithm.to_jwk(OURS.public_key(), as_dict=True) | {"kid": "ours"}
        other = RSAAlgorithm.to_jwk(OTHER.public_key(), as_dict=True) | {"kid": "other"}
        self._keys = {"ours": jwt.PyJWK(listed, "RS256"), "other": jwt.PyJWK(other, "RS256")}
        self._seen_at = self._looked_at = self.clock()


def _no_client() -> HttpClient:
    class Never(HttpClient):
        def __init__(self) -> None:
            """Have no connection."""

        async def call(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("somebody was asked for a key")

    return Never()


def auth(**changes: Any) -> AuthSettings:
    return AuthSettings.model_construct(jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwt_leeway_s=0, **changes)


def readers() -> list[Any]:
    """Return everything that reads tokens: with a secret, with listed keys, with one public key."""
    access: dict[str, Any] = {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}
    with_secret = AccessSettings(jwt_secret=SecretStr(SECRET), **access)
    with_list = AccessSettings(jwt_jwks_url="http://identity.test/keys", **access)
    admins = [
        AdminTokens(auth(jwt_secret_key=SecretStr(SECRET))),
        AdminTokens(auth(jwt_public_key=pem(OURS))),
        AdminTokens(auth(jwt_jwks_url="http://identity.test/keys"), Keys()),
    ]
    callers = [CallerTokens(with_secret), CallerTokens(with_list, Keys())]
    return [*(admin_of(found) for found in admins), *(found.caller for found in callers)]


def admin_of(tokens: AdminTokens) -> Any:
    return lambda token: tokens.admin(f"Bearer {token}")


def pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def by_hand(header: dict[str, Any], key: bytes, claims: dict[str, Any] = CLAIMS) -> str:
    """Sign with HMAC whatever the header says, as no library would."""
    parts = b".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)
    )
    signed = base64.urlsafe_b64encode(hmac.new(key, parts, hashlib.sha256).digest()).rstrip(b"=")
    return (parts + b"." + signed).decode()


async def refused_by_all(token: str) -> None:
    for read in readers():
        with pytest.raises(Unauthorized):
            await read(token)


async def test_what_the_right_key_signed_is_taken_whatever_else_the_header_holds() -> None:
    header = {"kid": "ours"} | NOWHERE
    good = [jwt.encode(CLAIMS, OURS, "RS256", header), jwt.encode(CLAIMS, SECRET, "HS256", header)]
    for read, token in zip(readers(), [good[1], good[0], good[0], good[1], good[0]], strict=True):
        assert await read(token)


async def test_a_key_that_a_token_brings_along_checks_nothing() -> None:
    own = RSAAlgorithm.to_jwk(THEIRS.public_key(), as_dict=True)
    for header in ({"jwk": own}, NOWHERE, {"x5c": ["MIIB"]}, {"jwk": own, "kid": "ours"} | NOWHERE):
        await refused_by_all(jwt.encode(CLAIMS, THEIRS, "RS256", header))


@pytest.mark.parametrize("key_id", KEY_IDS, ids=lambda key_id: ascii(key_id)[:30])
async def test_an_id_of_a_key_is_only_a_name(key_id: object) -> None:
    for key in (b"", b"\x00", pem(OURS).encode(), b"ours"):
        for algorithm in ("HS256", "RS256", "none"):
            await refused_by_all(by_hand({"alg": algorithm, "kid": key_id}, key))


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "nOnE", "", None, "HS384", "HS512", "hs256", ["HS256"], "ES256", "PS256"]
)
async def test_an_algorithm_that_is_not_the_one_of_the_settings_is_refused(algorithm: object) -> None:
    for key in (b"", SECRET.encode(), pem(OURS).encode()):
        await refused_by_all(by_hand({"alg": algorithm, "typ": "JWT"}, key))


async def test_a_public_key_is_no_secret_for_a_signature_by_secret() -> None:
    ours = pem(OURS).encode()
    for key in (ours, ours.strip(), ours.replace(b"\n", b"\\n")):
        await refused_by_all(by_hand({"alg": "HS256", "typ": "JWT", "kid": "ours"}, key))


async def test_an_extension_that_must_be_understood_is_not_passed_over() -> None:
    for key, algorithm in ((OURS, "RS256"), (SECRET, "HS256")):
        await refused_by_all(jwt.encode(CLAIMS, key, algorithm, {"crit": ["exp-in-header"], "kid": "ours"}))


BAD: list[dict[str, Any]] = [
    {"exp": 1},
    {"exp": None},
    {"exp": "4000000000x"},
    {"exp": 1e400},
    {"nbf": 4_000_000_000},
    {"nbf": "soon"},
    {"iat": "long ago"},
    {"iss": "https://login.test.attacker.test"},
    {"iss": None},
    {"iss": [ISSUER]},
    {"aud": "cj-runner-2"},
    {"aud": None},
    {"aud": []},
    {"aud": {"cj-runner": True}},
]


@pytest.mark.parametrize("changes", BAD, ids=str)
async def test_times_issuer_and_audience_are_minded_by_every_reader(changes: dict[str, Any]) -> None:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    await refused_by_all(by_hand({"alg": "HS256", "typ": "JWT"}, SECRET.encode(), claims))


async def test_what_is_no_token_at_all_is_refused_by_every_reader() -> None:
    for token in (
        "x",
        "a.b.c",
        "." * 3,
        "é.é.é",
        "eyJhbGciOiJIUzI1NiJ9..",
        "[" * 5000,
        "a" * 50_000,
        "e30.e30.e30",
    ):
        await refused_by_all(token)


def test_a_secret_that_can_be_guessed_from_one_token_is_refused_at_the_start() -> None:
    with pytest.raises(Misconfigured, match="JWT_SECRET_KEY must have at least 32 bytes"):
        AdminTokens(auth(jwt_secret_key=SecretStr("short")))
