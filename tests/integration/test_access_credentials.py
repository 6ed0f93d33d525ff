"""Credentials: API keys and tokens that open the door, and every one that must not."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Response
from jwt import encode
from jwt.algorithms import ECAlgorithm
from sqlalchemy import select, text

from app.db.unit import Database
from app.edge.caller_tokens import CallerTokens
from app.edge.key_set import KeySet
from app.runner.access.doors import CredentialDoor
from app.runner.access.failures import Failures
from app.runner.access.key_store import KnownKeys
from app.runner.tables import api_keys
from app.settings import AccessSettings, StaticKey
from app.telemetry.metrics import expose
from tests.integration.access_house import SECRET, Guarded, bearer, guarded, token
from tests.integration.parts import Json, in_process, neighbour


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded(database, tmp_path) as found:
        yield found


async def asked(house: Guarded, credential: str, method: str = "GET", path: str = "/v1/runs") -> httpx.Response:
    return await house.http.request(method, path, headers=bearer(credential))


async def test_a_key_is_made_by_an_administrator_opens_and_is_revoked(house: Guarded) -> None:
    admin = await house.key("north")
    body = {"subject": "nightly", "scopes": ["runs:read"]}
    made = await house.http.post("/v1/api-keys", json=body, headers=bearer(admin))
    key = made.json()
    assert (made.status_code, key["owner"], key["scopes"]) == (201, "north", ["runs:read"])
    assert made.headers["Location"] == f"/v1/api-keys/{key['id']}"
    assert made.headers["Cache-Control"] == "no-store"
    assert (await asked(house, key["key"])).status_code == 200
    assert (await asked(house, key["key"], "POST")).status_code == 403
    assert (await asked(house, key["key"], path="/v1/audit")).status_code == 403
    listed = (await asked(house, admin, path="/v1/api-keys?limit=1")).json()
    older = (await asked(house, admin, path=f"/v1/api-keys?cursor={listed['next_cursor']}")).json()
    assert {item["id"] for item in listed["items"] + older["items"]} == {key["id"], admin.split("_")[1]}
    assert "key" not in listed["items"][0]
    for _ in range(2):
        assert (await asked(house, admin, "DELETE", f"/v1/api-keys/{key['id']}")).status_code == 204
    house.clock.pass_by(5)
    refused = await asked(house, key["key"])
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="cj-runner", error="invalid_token"')
    shown = (await asked(house, admin, path=f"/v1/api-keys/{key['id']}")).json()
    assert shown["revoked_at"] is not None


async def test_the_table_holds_no_key_that_opens(house: Guarded, database: Database) -> None:
    key = await house.key("north")
    async with database.transaction() as connection:
        rows = (
            (await connection.execute(text("SELECT to_jsonb(k)::text FROM runner.api_keys AS k"))).scalars().all()
        )
    assert hashlib.sha256(key.encode()).hexdigest() in rows[0]
    assert key.split("_")[2][:20] not in rows[0]


async def test_a_key_is_good_until_its_time_is_over(house: Guarded) -> None:
    later = house.clock().replace(hour=4)
    key = await house.key("north", "runs:read", expires_at=later)
    assert (await asked(house, key)).status_code == 200
    house.clock.at = later
    assert "expired" in (await asked(house, key)).json()["detail"]


async def test_when_a_key_was_used_is_written_once_a_minute(house: Guarded, database: Database) -> None:
    key, first = await house.key("north"), house.clock()
    times = []
    for pause in (0, 30, 29, 1, 1):
        house.clock.pass_by(pause)
        await asked(house, key)
        async with database.transaction() as connection:
            times.append((await connection.execute(select(api_keys.c.last_used_at))).scalar_one())
    assert [(time - first).total_seconds() for time in times] == [0, 0, 0, 60, 60]


async def test_a_key_with_another_secret_or_a_slip_of_the_pen_is_refused(house: Guarded) -> None:
    key, other = await house.key("north"), await house.key("south")
    async with house.database.transaction() as connection:
        await connection.execute(
            text("UPDATE runner.api_keys SET sha256 = repeat('0', 64) WHERE id = :id"), {"id": other.split("_")[1]}
        )
    slip = key[:-10] + ("a" if key[-10] != "a" else "b") + key[-9:]
    for bad, said in ((slip, "misspelled"), (key[:-1], "misspelled"), (other, "not known")):
        answer = await asked(house, bad)
        assert (answer.status_code, said in answer.json()["detail"]) == (401, True)


async def test_two_credentials_or_another_scheme_are_none(house: Guarded) -> None:
    key = await house.key("north")
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert (await house.http.get("/v1/runs", headers=twice)).status_code == 401
    assert (await house.http.get("/v1/runs", headers={"Authorization": f"Basic {key}"})).status_code == 401
    assert (await house.http.get(f"/v1/runs?access_token={key}")).status_code == 401


async def test_a_key_of_the_settings_opens_without_the_table(house: Guarded) -> None:
    key = await house.key("north")
    async with house.database.transaction() as connection:
        await connection.execute(text("DELETE FROM runner.api_keys"))
    digest = hashlib.sha256(key.encode()).hexdigest()
    kept = StaticKey(
        id=key.split("_")[1], sha256=digest, owner="north", subject="s", scopes=frozenset({"runs:read"})
    )
    house.known.static = [kept]
    house.known.__post_init__()
    assert (await asked(house, key)).status_code == 200


def counted(reason: str) -> float:
    name = f'cj_runner_authentication_failures_total{{reason="{reason}"}} '
    lines = [line for line in expose().decode().splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0.0


async def test_guessing_is_counted_and_slowed_down_and_good_keys_pass(
    database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with guarded(database, tmp_path, limit=3) as house:
        good, stranger = await house.key("north"), await house.key("south")
        assert (await asked(house, good)).status_code == 200
        before, slow = counted("token"), counted("throttled")
        statuses = [(await asked(house, "not-a-credential")).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        assert counted("token") == before + 5
        answer = await asked(house, stranger)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_failed_logins")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert counted("throttled") == slow + 1
        assert (await asked(house, good)).status_code == 200
        assert (await house.http.get("/v1/runs")).status_code == 401
    written = "".join(capfd.readouterr())
    assert "not-a-credential" not in written
    assert stranger not in written


async def test_a_token_names_its_caller(house: Guarded) -> None:
    assert (await asked(house, token())).status_code == 200
    assert (await asked(house, token(scope=["runs:read"]), "POST")).status_code == 403
    assert (await asked(house, token(scope="nonsense"))).status_code == 403
    package_id = await house.package(token())
    assert (await asked(house, token(org="south"), path=f"/v1/asset-packages/{package_id}")).status_code == 404
    assert [(row["subject"], row["owner"]) for row in await house.audited()][-1] == ("ada", "north")


BAD: list[Json] = [
    {"exp": 1},
    {"exp": None},
    {"nbf": 3_999_999_999},
    {"iss": "https://elsewhere.test"},
    {"iss": None},
    {"aud": "another"},
    {"aud": None},
    {"sub": None},
    {"sub": ""},
    {"org": None},
    {"org": 7},
    {"org": "a\nb"},
    {"scope": 7},
]


@pytest.mark.parametrize("changes", BAD, ids=str)
async def test_a_token_with_a_bad_claim_is_refused(house: Guarded, changes: Json) -> None:
    answer = await asked(house, token(**changes))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def by_hand(header: Json, key: bytes) -> str:
    """A token that no library would sign."""
    claims = {"sub": "ada", "org": "north", "scope": "admin", "iss": "https://login.test", "aud": "cj-runner"}
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, claims | {"exp": 4e9})]
    signature = hmac.new(key, b".".join(parts), hashlib.sha256).digest() if key else b""
    return b".".join((*parts, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256"])
async def test_only_the_pinned_algorithm_is_taken(house: Guarded, algorithm: str) -> None:
    for key in (b"", SECRET.encode()):
        assert (await asked(house, by_hand({"alg": algorithm}, key))).status_code == 401
    assert (await asked(house, by_hand({"alg": "HS256"}, SECRET.encode()))).status_code == 200


SIGNER = ec.generate_private_key(ec.SECP256R1())
LISTED = ECAlgorithm.to_jwk(SIGNER.public_key(), as_dict=True) | {"kid": "one", "use": "sig", "alg": "ES256"}
ES256 = AccessSettings(
    jwt_jwks_url="http://127.0.0.1/keys",
    jwt_algorithm="ES256",
    jwt_issuer="https://login.test",
    jwt_audience="cj-runner",
)


def signed(kid: str = "one", key: Any = SIGNER) -> str:
    claims = {"sub": "ada", "org": "north", "scope": "runs:read", "iss": "https://login.test", "aud": "cj-runner"}
    return encode(claims | {"exp": 4_000_000_000}, key, "ES256", headers={"kid": kid})


async def test_tokens_are_checked_with_listed_keys_also_while_the_list_is_away(
    database: Database, tmp_path: Path
) -> None:
    service, status = FastAPI(), [503]

    @service.get("/keys")
    def keys() -> Response:
        return Response(orjson.dumps({"keys": [LISTED]}), status[-1])

    house = Guarded(database, tmp_path)
    async with in_process(service) as identity, house_stack(house, identity) as opened:
        away = await asked(opened, signed())
        assert (away.status_code, away.json()["code"]) == (503, "unavailable")
        assert "identity service" in away.json()["detail"]
        status.append(200)
        house.clock.pass_by(11)
        assert (await asked(opened, signed())).status_code == 200
        status.append(503)
        house.clock.pass_by(900)
        assert (await asked(opened, signed())).status_code == 200
        stranger = ec.generate_private_key(ec.SECP256R1())
        pem = SIGNER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for bad in (signed(kid="two"), signed(key=stranger), by_hand({"alg": "HS256", "kid": "one"}, pem)):
            assert (await asked(opened, bad)).status_code == 401


@asynccontextmanager
async def house_stack(house: Guarded, identity: httpx.AsyncClient) -> AsyncIterator[Guarded]:
    keys = KeySet(neighbour(identity, "the identity service"), "/keys", 300, house.clock, "ES256")
    known = KnownKeys(house.database, house.clock, (), 4.0)
    house.door = CredentialDoor(known, CallerTokens(ES256, keys), Failures(1_000), house.clock)
    async with AsyncExitStack() as stack:
        await house.open(stack)
        yield house
