"""Webhooks against what receivers, networks and crashes do to them."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.db.unit import Database
from app.runner.webhooks.deliver import Deliverer
from tests.fakes.http_server import Reply
from tests.integration.webhook_rig import NAME, Rig, refused_for


@pytest.fixture
async def rig(database: Database, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(database, tmp_path)
    async with rig.stack:
        await rig.open(timeout_s=30.0, concurrency_per_host=2)
        yield rig


def impatient(deliverer: Deliverer, seconds: float) -> Deliverer:
    deliverer.parts.sender._timeout_s = seconds
    return deliverer


async def begin(deliverer: Deliverer, arrived: asyncio.Event) -> None:
    """Let a sender begin, and wait until the receiver has the request."""
    assert await deliverer.start_due() == 1
    async with asyncio.timeout(10):
        await arrived.wait()


async def test_a_sender_that_dies_before_it_records_is_followed_by_one_that_sends_again_under_the_same_id(
    rig: Rig,
) -> None:
    receiver = await rig.receiver(Reply(hang=True), Reply(204))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await begin(rig.sender, receiver.arrived)
    for task in set(rig.sender._busy):  # as a crash: nothing is recorded, nothing handed back
        task.cancel()
    await rig.sender.finish_started()
    other = await rig.new_sender()
    assert await rig.send(other) == 0
    rig.clock.pass_by(rig.parts.webhooks.settings.lease_s)
    assert await rig.send(other) == 1
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert (await rig.the_delivery(made))["attempt_count"] == 1


async def test_a_sender_that_is_stopped_hands_its_leases_back(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(hang=True), Reply(204))
    await rig.subscribe(receiver)
    await rig.cancelled()
    await begin(rig.sender, receiver.arrived)
    assert await rig.leases() == [rig.sender.owner]
    await rig.sender.stop()
    assert await rig.leases() == [None]
    assert await rig.send(await rig.new_sender()) == 1
    assert len(set(receiver.ids)) == 1


async def test_what_a_late_sender_brings_does_not_count_once_another_one_has_the_lease(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(500, b"x" * 400, drip_s=0.001), Reply(204))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await begin(rig.sender, receiver.arrived)
    rig.clock.pass_by(rig.parts.webhooks.settings.lease_s)
    assert await rig.send(await rig.new_sender()) == 1
    await rig.sender.finish_started()
    delivery = await rig.the_delivery(made)
    assert (delivery["status"], delivery["attempt_count"]) == ("delivered", 1)


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    elsewhere = await rig.receiver()
    receiver = await rig.receiver(Reply(302, headers={"Location": elsewhere.url}))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send()
    assert (len(receiver.requests), len(elsewhere.requests)) == (1, 0)
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert (attempt["status_code"], attempt["error"]) == (302, "redirects are not followed")


async def test_a_name_that_leads_to_a_private_address_later_is_refused_then(rig: Rig) -> None:
    receiver = await rig.receiver()
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    desk, asked = rig.resolving(["10.0.0.1"])
    await rig.send(await rig.new_sender(desk))
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert "is not a public address" in attempt["error"]
    assert (attempt["status_code"], asked, receiver.requests) == (None, [NAME], [])


async def test_the_connection_goes_to_the_address_that_was_checked(rig: Rig) -> None:
    receiver = await rig.receiver()
    await rig.subscribe(receiver)
    await rig.cancelled()
    desk, asked = rig.resolving(["127.0.0.1"], ["10.0.0.1"])  # no resolver in the world knows the name
    await rig.send(await rig.new_sender(desk))
    assert (len(receiver.requests), asked) == (1, [NAME])


async def test_a_second_address_is_tried_where_the_first_takes_no_connection(rig: Rig) -> None:
    receiver = await rig.receiver()
    await rig.subscribe(receiver)
    await rig.cancelled()
    desk, _ = rig.resolving(["127.0.0.2", "127.0.0.1"])
    await rig.send(await rig.new_sender(desk))
    assert len(receiver.requests) == 1


async def test_of_a_huge_answer_only_the_start_is_read(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(200, b"y\x00" * 4_000_000))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send()
    delivery = await rig.the_delivery(made)
    [attempt] = delivery["attempts"]
    assert (delivery["status"], attempt["body"]) == ("delivered", "y\ufffd" * 512)


async def test_a_body_that_never_ends_does_not_undo_a_good_status(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(200, b"drop" * 100_000, drip_s=0.05))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    async with asyncio.timeout(30):
        await rig.send()
    assert (await rig.the_delivery(made))["status"] == "delivered"


async def test_a_receiver_that_hangs_is_given_up_in_time(rig: Rig) -> None:
    receiver = await rig.receiver(Reply(hang=True))
    made = await rig.subscribe(receiver)
    await rig.cancelled()
    await rig.send(impatient(rig.sender, 0.2))
    delivery = await rig.the_delivery(made)
    assert (delivery["status"], delivery["attempts"][0]["error"]) == ("pending", "no answer within 0.2 s")


async def test_a_receiver_that_hangs_delays_neither_other_receivers_nor_runs(rig: Rig) -> None:
    slow = await rig.receiver(Reply(hang=True), name="slow.test")
    await rig.subscribe(slow)
    quick = await rig.receiver(name="quick.test")
    for _ in range(5):
        await rig.cancelled()
    made = await rig.subscribe(quick)
    run = await rig.cancelled()
    assert await rig.sender.start_due() == 3  # two to the slow host, one to the other
    await asyncio.wait(set(rig.sender._busy), return_when=asyncio.FIRST_COMPLETED)
    assert ((await rig.the_delivery(made))["status"], len(rig.sender._busy)) == ("delivered", 2)
    assert (await rig.get(f"/v1/runs/{run['id']}"))["status"] == "cancelled"
    assert (await rig.cancelled())["status"] == "accepted"
    await rig.sender.stop()


async def test_a_receiver_that_is_not_there_is_a_failure_like_others(rig: Rig, unused_tcp_port: int) -> None:
    body = {"url": f"http://{NAME}:{unused_tcp_port}/?token=hush"}
    made = (await rig.api.post("/v1/webhooks", json=body)).json()
    await rig.cancelled()
    await rig.send()
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert (attempt["status_code"], attempt["error"]) == (None, "ConnectError")


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 90_000]
)
async def test_an_answer_that_is_none_is_a_failure_like_others(rig: Rig, raw: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        made = (await rig.api.post("/v1/webhooks", json={"url": f"http://{NAME}:{port}/"})).json()
        await rig.cancelled()
        await rig.send()
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert attempt["status_code"] is None
    assert attempt["error"].endswith("Error")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://receiver.test/", "https://"),
        ("https://user:pw@receiver.test/", "user name"),
        ("https://receiver.test:22/", "port"),
        ("https://127.1/", "spelling"),
        ("https://receiver.test/", "not a public address"),
    ],
)
async def test_a_receiver_that_is_not_allowed_is_refused_before_any_effect(rig: Rig, url: str, why: str) -> None:
    desk, _ = rig.resolving(["127.0.0.1"])
    strict = desk.settings.model_copy(
        update={"allow_http": False, "allowed_networks": (), "allowed_ports": ((443, 443),)}
    )
    object.__setattr__(rig.parts, "webhooks", replace(desk, guard=replace(desk.guard, settings=strict)))
    assert why in refused_for(await rig.api.post("/v1/webhooks", json={"url": url}), "url")
    run = {"mode": "plan", "batch_label": "x", "assets": {"package_id": rig.package}, "webhook": {"url": url}}
    assert why in refused_for(await rig.api.post("/v1/runs", json=run), "webhook.url")
    assert (await rig.get("/v1/runs"))["items"] == (await rig.get("/v1/webhooks"))["items"] == []


@pytest.mark.parametrize(
    ("name", "error"), [(NAME, None), ("other.test", "the certificate is not valid for the name")]
)
async def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    rig: Rig, tmp_path: Path, name: str, error: str | None
) -> None:
    pem = tmp_path / "receiver.pem"
    pem.write_bytes(_certificate(NAME))
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(pem))
    serving.load_cert_chain(pem)
    asked: list[str | None] = []
    serving.sni_callback = lambda _, wanted, __: asked.append(wanted)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        made = (await rig.api.post("/v1/webhooks", json={"url": f"https://{name}:{port}/"})).json()
        await rig.cancelled()
        await rig.send(await rig.new_sender(trusted=trusting))
    [attempt] = (await rig.the_delivery(made))["attempts"]
    assert (attempt["error"], attempt["status_code"], asked) == (error, 204 if error is None else None, [name])


def _certificate(name: str) -> bytes:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)
