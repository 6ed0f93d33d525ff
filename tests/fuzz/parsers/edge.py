"""Heads of requests, under fuzz: credentials, ranges, tags, cursors, forms, addresses, and a whole application."""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError
from starlette.types import Message

from app.contracts.identifiers import is_storage_id, readable_part, run_essay_id, sanitize, shorten
from app.edge import health, problems
from app.edge.access import InvalidToken
from app.edge.caller_tokens import CallerTokens
from app.edge.callers import address_of
from app.edge.front import Front, protect
from app.edge.key_set import KeySet
from app.edge.tokens import AdminTokens
from app.errors import AppError, Forbidden, InvalidInput, Unauthorized
from app.runner.access import keys
from app.runner.api.events import LARGEST
from app.runner.api.negotiate import has
from app.runner.api.query import RunQuery
from app.runner.api.ranges import Unsatisfiable, unchanged_since, wanted
from app.runner.export.formats import Format, NotAcceptable, chosen
from app.runner.runs import cursor
from app.runner.webhooks import addresses, signing
from app.runner.webhooks.guard_http import Guard, Refused
from app.settings import AccessSettings, AuthSettings, HttpSettings, WebhookSettings
from tests.fuzz.parsers import bytes_mutated, json_mutated
from tests.fuzz.parsers.target import Chance, Target, hold

LOOP = asyncio.new_event_loop()
SECRET = "a secret that is long enough for the tests"
CLAIMS: dict[str, Any] = {
    "sub": "ada",
    "org": "school",
    "scope": "runs:read runs:write",
    "roles": ["admin"],
    "iss": "issuer",
    "aud": "audience",
    "exp": 4_000_000_000,
}
RSA_KEY = generate_private_key(public_exponent=65537, key_size=2048)
PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
KEY = keys.new(bytes(range(keys.ENTROPY_BYTES)))
CALLERS = CallerTokens(
    AccessSettings.model_validate(
        {"access": "on", "jwt_secret": SecretStr(SECRET), "jwt_issuer": "issuer", "jwt_audience": "audience"}
    )
)
ADMINS = tuple(
    AdminTokens(AuthSettings.model_validate({"jwt_issuer": "issuer", "jwt_audience": "audience"} | how))
    for how in ({"jwt_secret_key": SecretStr(SECRET)}, {"jwt_public_key": PEM})
)
LENGTH = 1_000
PRESENT = re.compile(r"[0-9a-f]{16}")
FAR = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _of(*seeds: bytes) -> Callable[[Chance], bytes]:
    return lambda chance: bytes_mutated.mutated(chance.choice(seeds), chance, seeds)


def _header(raw: bytes) -> str:
    """Return bytes as a header's text comes to the application."""
    return raw.decode("latin-1")


def _token(chance: Chance) -> bytes:
    """Return a token whose head or claims are mutated and signed anew, or whose bytes are mutated."""
    head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": "1"}).encode()
    claims = json.dumps(CLAIMS).encode()
    draw = chance.random()
    if draw < 0.3:
        head = json_mutated.mutated(head, chance)
    elif draw < 0.8:
        claims = json_mutated.mutated(claims, chance)
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (head, claims))
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(algorithm.sign(signed, SECRET.encode())).rstrip(b"=")
    token = signed + b"." + signature
    return bytes_mutated.mutated(token, chance) if draw > 0.9 else token


def _authorises(raw: bytes) -> bool:
    text = _header(raw)
    try:
        caller = LOOP.run_until_complete(CALLERS.caller(text))
    except InvalidToken as error:
        _hold_refusal(error, text)
        caller = None
    hold(caller is None or (0 < len(caller.owner) <= 255 and caller.owner.isprintable()), "the owner is unfit")
    for admins in ADMINS:
        try:
            LOOP.run_until_complete(admins.admin(f"Bearer {text}"))
        except (Unauthorized, Forbidden) as error:
            _hold_refusal(error, text)
    return caller is not None


def _hold_refusal(error: AppError, text: str) -> None:
    error.detail.encode()
    hold(len(text) < 16 or text not in error.detail, "the refusal repeats the credential")


def _recognises(raw: bytes) -> bool:
    text = _header(raw)
    found = keys.id_in(text)
    hold(found is None or PRESENT.fullmatch(found) is not None, "the id of a key is none")
    hold(found is None or text == KEY.text, "a key is taken that was never made")
    hold(len(keys.digest(text)) == 64, "the digest is none")
    return found is not None


JWK = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key())) | {
    "kid": "1",
    "use": "sig",
    "alg": "RS256",
}


def _lists_keys(raw: bytes) -> bool:
    class Answer:
        content = raw
        status_code = 200

        def json(self) -> Any:
            return json.loads(self.content)

    class Client:
        async def call(self, *_: Any, **__: Any) -> Answer:
            return Answer()

    client: Any = Client()
    found = KeySet(client, "http://127.0.0.1:9/", 300, lambda: FAR)
    try:
        key = LOOP.run_until_complete(found.find("1"))
    except AppError:
        return False
    return key is not None


def _ranges(raw: bytes) -> bool:
    header, tag = _header(raw), '"0123456789abcdef"'
    has(header, tag)
    unchanged_since(header, tag)
    try:
        part = wanted(header, LENGTH)
    except Unsatisfiable:
        return False
    hold(part is None or 0 <= part.start < part.stop <= LENGTH, f"a part lies outside: {part}")
    return part is not None


def _forms(raw: bytes) -> bool:
    try:
        form = chosen(_header(raw), None)
    except NotAcceptable:
        return False
    hold(form in set(Format), "the form is none")
    return True


def _cursor(chance: Chance) -> bytes:
    """Return a cursor, with a right digest of mutated facts half of the time: anybody can make that."""
    if chance.random() < 0.4:
        good = cursor.written(cursor.Place(FAR, "run_1"), "q").encode()
        return bytes_mutated.mutated(good, chance)
    microseconds = json_mutated.value(chance) if chance.random() < 0.6 else 1_772_366_400_000_000
    run_id = json_mutated.value(chance) if chance.random() < 0.6 else "run_1"
    try:
        digest = cursor._digest("q", microseconds, run_id)
    except ValueError:
        digest = ""
    facts = [chance.choice((1, 1, 1, True, 1.0)), microseconds, run_id, digest]
    return base64.urlsafe_b64encode(json.dumps(facts).encode("utf-8", "surrogatepass")).rstrip(b"=")


def _reads_a_cursor(raw: bytes) -> bool:
    try:
        place = cursor.read(raw.decode("utf-8", "replace"), "q")
    except InvalidInput:
        return False
    facts: object = place.id
    hold(isinstance(facts, str) and "\x00" not in facts, f"the id is none: {facts!r}")
    place.id.encode()
    hold(place.created_at.tzinfo is not None, "the moment is none")
    written = cursor.written(place, "q")
    hold(cursor.read(written, "q") == place, "the cursor written is not the cursor read")
    return True


async def _nobody(host: str, port: int) -> list[str]:
    del host, port
    return []


GUARD = Guard(WebhookSettings(), _nobody)
URLS = (
    *(b"https://example.com/hook?x=1", b"https://93.184.216.34:8443/", b"https://[2606:2800:220:1::1]/a%20b"),
    *(
        b"https://user:pw@example.com/",
        b"https://127.0.0.1/",
        b"https://0x7f.1/",
        "https://exämple.com/ü".encode(),
    ),
    *(b"https://[::ffff:127.0.0.1]/", b"https://example.com:99999/", b"https://[fe80::1%25eth0]/", b"http://a/"),
)


def _receiver(raw: bytes) -> bool:
    url = raw.decode("utf-8", "surrogateescape")
    addresses.refusal(url.rpartition("//")[2].split("/")[0].strip("[]"), ())
    try:
        target = GUARD.read(url)
    except Refused as error:
        hold(len(str(error)) < 200, "the reason is long")
        return False
    hold(target.url.startswith("https://") and target.url.isascii(), f"the address is {target.url!r}")
    hold(bool(target.host) and "@" not in target.host and 0 < target.port < 65536, f"{target}")
    hold(GUARD.read(target.url) == target, "the address read again is another")
    return True


def _secret(raw: bytes) -> bool:
    text = raw.decode("utf-8", "surrogateescape")
    if not signing.is_secret(text):
        return False
    hold("v1," in signing.headers("msg_1", FAR, "{}", [text])["webhook-signature"], "nothing is signed")
    return True


QUERY_SEED = json.dumps(
    {
        "status": ["completed"],
        "mode": ["plan"],
        "label": ["kind=x"],
        "batch_label": "a",
        "created_after": "2026-03-01T12:00:00Z",
        "created_before": "2026-03-01T12:00:00+01:00",
        "sort": "created_at",
        "limit": "50",
        "cursor": "abc",
    }
).encode()


def _queries(raw: bytes) -> bool:
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    try:
        query = RunQuery.model_validate(given)
    except ValidationError:
        return False
    query.filters("owner")
    try:
        query.page_after("/v1/runs", "abc").encode()
    except UnicodeEncodeError:
        hold("\\ud" in ascii(given), "an address cannot be written")
    return True


class Thing(BaseModel):
    """A body for the application under fuzz."""

    name: str
    number: int = 0


def _application() -> Any:
    app = FastAPI()
    answers = problems.install(app, service="fuzz")
    app.include_router(health.routes("fuzz", {}))

    @app.api_route("/thing", methods=["GET", "POST"])
    async def thing(body: Thing | None = None, after: int = 0) -> dict[str, object]:
        return {"name": None if body is None else body.name, "after": after}

    protect(app, answers, Front(HttpSettings()))
    return app


APP = _application()
REQUESTS = (
    b"GET /thing?after=1\naccept: application/json\nx-request-id: abc\n\n",
    b'POST /thing?after=%31\ncontent-type: application/json\nhost: 127.0.0.1\n\n{"name": "a", "number": 3}',
    b"HEAD /thing\nrange: bytes=0-1\nif-none-match: *\norigin: http://127.0.0.1\nx-forwarded-for: 1.2.3.4\n\n",
    b"OPTIONS /thing\norigin: http://example.com\naccess-control-request-method: POST\n\n",
)


def _request(chance: Chance) -> bytes:
    seed = chance.choice(REQUESTS)
    if seed is REQUESTS[1] and chance.random() < 0.5:
        head, _, body = seed.partition(b"\n\n")
        return head + b"\n\n" + json_mutated.mutated(body, chance)
    return bytes_mutated.mutated(seed, chance, REQUESTS)


def _answers(raw: bytes) -> bool:
    """Send a request to the application as the server would: no exception, and every refusal is a problem."""
    head, _, body = raw.partition(b"\n\n")
    line, *lines = head.split(b"\n")
    method, _, target = line.partition(b" ")
    path, _, query = target.partition(b"?")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (one.partition(b":") for one in lines)]
    if body:
        headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method.decode("latin-1").upper(),
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    address_of(scope, ())
    LOOP.run_until_complete(APP(scope, receive, send))
    hold(bool(sent) and sent[0]["type"] == "http.response.start", "there is no answer")
    status, names = sent[0]["status"], dict(sent[0]["headers"])
    hold(status < 500, f"the answer is {status}")
    hold(all(b"\n" not in value and b"\r" not in value for value in names.values()), "a header has two lines")
    whole = b"".join(part.get("body", b"") for part in sent[1:])
    if status >= 400 and whole and scope["method"] != "HEAD":
        hold(json.loads(whole)["status"] == status, "the refusal is no problem")
    return bool(status < 400)


def _names(raw: bytes) -> bool:
    text = raw.decode("utf-8", "surrogateescape")
    hold(re.fullmatch(r"[A-Z0-9_]+", sanitize(text)) is not None, "a name holds other characters")
    hold(len(shorten(text)) <= 36 and len(readable_part(shorten(text))) >= 1, "a short name is long")
    if is_storage_id(text):
        hold("/" not in text and text != ".." and text.isascii(), "an id of a text means another place")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return False
    hold(len(run_essay_id(text, "batch", prefix="student::")) <= 36, "an id is too long")
    return is_storage_id(text)


def _last_event(raw: bytes) -> bool:
    """Read a ``Last-Event-ID`` as the route does."""
    try:
        number = EVENT_ID.validate_python(_header(raw))
    except ValidationError:
        return False
    hold(0 <= number <= LARGEST, "the number does not fit the column")
    return True


EVENT_ID: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, le=LARGEST)])
TARGETS = (
    Target("token", _token, _authorises),
    Target("api-key", _of(KEY.text.encode()), _recognises),
    Target("key-set", partial(json_mutated.mutated, json.dumps({"keys": [JWK, JWK]}).encode()), _lists_keys),
    Target("range-and-tag", _of(b"bytes=0-499,500-", b"bytes=-1", b'W/"0123456789abcdef", *'), _ranges),
    Target("accept", _of(b"text/csv;q=0.5, application/*;q=0.1", b"*/*", b"application/x-ndjson; q=1"), _forms),
    Target("cursor", _cursor, _reads_a_cursor),
    Target("last-event-id", _of(b"0", b"17", b"2147483647", b" 5 ", b"1_000"), _last_event),
    Target("webhook-url", _of(*URLS), _receiver),
    Target("webhook-secret", _of(signing.new_secret("hmac").encode()), _secret),
    Target("run-query", partial(json_mutated.mutated, QUERY_SEED), _queries),
    Target("identifier", _of(b"student::A_B_0123ABCD", "å ä/ö.docx".encode(), b"text-1"), _names),
    Target("request", _request, _answers),
)
