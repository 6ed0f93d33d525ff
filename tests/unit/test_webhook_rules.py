"""When a webhook is tried again, when a subscription is disabled, and how what is sent is signed."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.errors import Misconfigured
from app.runner.webhooks import schedule, signing
from app.runner.webhooks.outcome import Health, Limits, Outcome, Result, Tried, decide
from app.runner.webhooks.vault import Unreadable, Vault

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LIMITS = Limits(24 * 3600, disable_after_exhausted=3, disable_after=timedelta(days=5))
PAYLOAD = '{"type":"run.completed","data":{"batch_label":"våren 2026"}}'


def tried(status: int | None = 500, tries: int = 1, retry_after: str | None = None, chance: float = 0.0) -> Tried:
    good = status is not None and 200 <= status < 300
    return Tried(good, status, retry_after, tries, NOW, chance)


def test_the_schedule_is_that_of_the_specification() -> None:
    pauses = [schedule.pause_before_next(tries, chance=0.0) for tries in range(11)]
    hours = [2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600]
    assert pauses == [0, 5, 300, 1800, *hours, None]
    assert sum(pause or 0 for pause in pauses) == 75 * 3600 + 35 * 60 + 5


@given(st.integers(0, 9), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 1e9), st.floats(0, 1e6))
def test_jitter_and_a_wish_only_ever_lengthen_a_pause(
    tries: int, chance: float, wanted: float | None, longest: float
) -> None:
    plain = schedule.PAUSES_S[tries]
    pause = schedule.pause_before_next(tries, chance=chance, wanted_s=wanted, longest_s=longest)
    assert pause is not None
    assert plain <= pause <= max(plain * 1.1, min(wanted or 0, longest))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("²", None),
        ("9" * 400, 999_999_999),
        ("Fri, 02 Jan 2026 03:05:05", None),
        ("Fri, 99 Jan 99999 03:05:05 GMT", None),
    ],
)
def test_a_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert schedule.retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_breaks_anything(header: str) -> None:
    found = schedule.retry_after(header, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_delivery_and_heals(status: int) -> None:
    before = Health(2, NOW - timedelta(days=9))
    assert decide(tried(status), before, LIMITS) == Outcome(Result.DELIVERED)


@pytest.mark.parametrize("status", [None, 100, 301, 302, 400, 404, 429, 500, 503])
def test_everything_else_is_tried_again(status: int | None) -> None:
    found = decide(tried(status), Health(), LIMITS)
    assert (found.result, found.due_at) == (Result.FAILED, NOW + timedelta(seconds=5))
    assert (found.health, found.disabled) == (Health(0, NOW), None)


def test_a_receiver_that_asks_for_time_gets_it_up_to_a_limit() -> None:
    assert decide(tried(503, retry_after="90"), Health(), LIMITS).due_at == NOW + timedelta(seconds=90)
    assert decide(tried(200 + 229, retry_after="1"), Health(), LIMITS).due_at == NOW + timedelta(seconds=5)
    assert decide(tried(503, retry_after="9999999"), Health(), LIMITS).due_at == NOW + timedelta(days=1)


def test_gone_means_gone() -> None:
    found = decide(tried(410), Health(), LIMITS)
    assert (found.result, found.due_at, found.disabled) == (Result.GONE, None, "gone")


def test_exhausted_deliveries_in_a_row_disable() -> None:
    last = decide(tried(tries=10), Health(1, NOW), LIMITS)
    assert (last.result, last.due_at, last.health.exhausted_in_a_row, last.disabled) == (
        Result.EXHAUSTED,
        None,
        2,
        None,
    )
    assert decide(tried(tries=10), last.health, LIMITS).disabled == "exhausted"


def test_failing_for_days_disables() -> None:
    just_short = Health(0, NOW - timedelta(days=5) + timedelta(seconds=1))
    assert decide(tried(), just_short, LIMITS).disabled is None
    assert decide(tried(), Health(0, NOW - timedelta(days=5)), LIMITS).disabled == "failing"


def test_what_is_signed_is_verified_by_the_library_of_the_standard() -> None:
    secret, other, now = signing.new_secret("hmac"), signing.new_secret("hmac"), datetime.now(UTC)
    both = signing.headers("msg_1", now, PAYLOAD, [secret, other])
    for known in (secret, other):
        assert Webhook(known).verify(PAYLOAD, both)["type"] == "run.completed"
    alone = signing.headers("msg_1", now, PAYLOAD, [secret])
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(PAYLOAD, alone)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(PAYLOAD, alone | {"webhook-id": "msg_2"})


def test_ed25519_signs_what_the_public_key_verifies() -> None:
    secret = signing.new_secret("ed25519")
    public = str(signing.public_key(secret))
    assert (secret[:5], public[:5]) == ("whsk_", "whpk_")
    sent = signing.headers("msg_1", NOW, PAYLOAD, [secret])
    version, signature = sent["webhook-signature"].split(",")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    signed = f"msg_1.{sent['webhook-timestamp']}.{PAYLOAD}".encode()
    key.verify(base64.b64decode(signature), signed)
    assert version == "v1a"
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature), signed + b" ")
    assert signing.public_key(signing.new_secret("hmac")) is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("whsec_" + base64.b64encode(bytes(24)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(64)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), False),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), False),
        (base64.b64encode(bytes(32)).decode(), False),
        ("whsec_?" + base64.b64encode(bytes(32)).decode(), False),
        ("whsec_", False),
        ("", False),
    ],
    ids=str,
)
def test_a_secret_has_its_prefix_and_its_length(text: str, *, good: bool) -> None:
    assert signing.is_secret(text) is good


def test_a_new_secret_is_one_and_a_key_pair_is_none() -> None:
    assert signing.is_secret(signing.new_secret("hmac"))
    assert not signing.is_secret(signing.new_secret("ed25519"))


def test_a_sealed_secret_is_opened_by_any_of_the_keys_and_by_no_other() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    kept = Vault.of(SecretStr(old)).seal("whsec_x")
    assert "whsec_x" not in kept
    assert Vault.of(SecretStr(f"{new},{old}")).open(kept) == "whsec_x"
    for vault in (Vault.of(SecretStr(new)), Vault.of(None)):
        with pytest.raises(Unreadable):
            vault.open(kept)
    assert Vault.of(SecretStr(new)).open(Vault.of(None).seal("whsec_x")) == "whsec_x"
    with pytest.raises(Misconfigured, match="WEBHOOKS_SECRET_KEY"):
        Vault.of(SecretStr("too short"))
