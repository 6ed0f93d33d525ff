"""The preflight: every probe, well and badly, bounded in time and without secrets."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.contracts.topics import ALL
from app.db import migrate
from app.db.unit import Database
from app.edge.tokens import service_token
from app.errors import Misconfigured, Unavailable
from app.messaging.kafka import ensure_topics, missing_topics
from app.runner.api.app import build
from app.runner.preflight import here, neighbours_http
from app.runner.preflight.broker import broker
from app.runner.preflight.check import Finding, Probe, look_at_all
from app.settings import DatabaseSettings, KafkaSettings
from tests.integration.house import AUTH, House
from tests.integration.parts import Clock, neighbour, runner_parts, runner_settings

SECRET = "hunter2-is-no-password"


async def found(probe: Probe) -> Finding:
    [looked] = await look_at_all([probe])
    return Finding(looked.ok, looked.detail, looked.what_to_do, looked.severity)


def answering(status: int, body: str = "{}") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(status, text=body)))


async def test_a_database_at_the_newest_schema_is_well(database: Database) -> None:
    assert (await found(here.database(database))).ok
    assert (await found(here.migrations(database))).ok


async def test_a_schema_that_is_behind_ahead_or_absent_is_told_apart(database: Database) -> None:
    for revision, words in (("0001", "behind: at 0001"), ("9999", "ahead: at 9999"), (None, "empty")):
        async with database.transaction() as connection:
            await connection.execute(text("DELETE FROM alembic_version"))
            if revision is not None:
                await connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": revision})
        finding = await found(here.migrations(database))
        assert not finding.ok
        assert words in finding.detail
        assert finding.what_to_do
    assert migrate.knows(migrate.head())


async def test_a_database_that_is_away_is_said_without_its_password(unused_tcp_port: int) -> None:
    url = f"postgresql+asyncpg://someone:{SECRET}@127.0.0.1:{unused_tcp_port}/none"
    away = Database.connect(DatabaseSettings(url=url), application_name="tests")
    for probe in (here.database(away), here.migrations(away)):
        finding = await found(probe)
        assert not finding.ok
        assert "does not answer" in finding.detail
        assert SECRET not in str(finding)
    await away.close()


async def test_the_broker_must_answer_and_have_all_topics(kafka: KafkaSettings, unused_tcp_port: int) -> None:
    await ensure_topics(kafka, ALL)
    assert (await found(broker(kafka))).ok
    assert await missing_topics(kafka, [*ALL, "no.such.topic"]) == ["no.such.topic"]
    away = await found(broker(kafka.model_copy(update={"bootstrap_servers": f"127.0.0.1:{unused_tcp_port}"})))
    assert not away.ok
    assert "KAFKA_BOOTSTRAP_SERVERS" in str(away.what_to_do)


async def test_cj_must_take_our_credential(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path)
    async with house.stack:
        await house.open()
        cj = neighbour(house.cj, "cj")
        assert (await found(neighbours_http.cj(cj, "http://cj"))).ok
        good = neighbours_http.cj_credential(cj, "http://cj", lambda: service_token(AUTH, "tests"))
        assert (await found(good)).ok
        bad = await found(neighbours_http.cj_credential(cj, "http://cj", lambda: SECRET))
    assert (bad.ok, bad.severity) == (False, "error")
    assert "JWT_SECRET_KEY" in str(bad.what_to_do)
    assert SECRET not in str(bad)


async def test_no_credential_at_all_names_the_setting() -> None:
    def none() -> str:
        raise Misconfigured("no credential for cj: set HULEEDU_SERVICE_ACCOUNT_TOKEN or JWT_SECRET_KEY")

    async with answering(200) as client:
        finding = await found(neighbours_http.cj_credential(neighbour(client, "cj"), "http://cj", none))
    assert not finding.ok
    assert "no credential" in finding.detail


def _providers(**status: str) -> str:
    items = ",".join(
        f'{{"name": "{name}", "set_up": true, "status": "{said}", "batch_jobs": false, "models": []}}'
        for name, said in status.items()
    )
    return f'{{"providers": [{items}]}}'


@pytest.mark.parametrize(
    ("body", "ok", "words"),
    [
        (_providers(mock="available", replay="available"), False, "no provider has a key"),
        (_providers(mock="available", openai="available"), True, "set up: openai"),
        (_providers(openai="unavailable", anthropic="available"), False, "does not answer: openai"),
        ("<html>", True, "does not say"),
    ],
)
async def test_keys_of_providers_are_warned_about_never_fatal(body: str, ok: bool, words: str) -> None:
    async with answering(200, body) as client:
        finding = await found(neighbours_http.provider_keys(neighbour(client, "the gateway"), "http://gateway"))
    assert finding.ok is ok
    assert words in finding.detail
    assert ok or finding.severity == "warning"


@pytest.mark.parametrize(
    "probe", [neighbours_http.cj, neighbours_http.gateway, neighbours_http.provider_keys, neighbours_http.content]
)
async def test_a_neighbour_that_is_away_is_said_with_the_way_out(probe: Callable[..., Probe]) -> None:
    async with answering(503) as client:
        finding = await found(probe(neighbour(client, "it"), "http://it"))
    assert not finding.ok
    assert finding.what_to_do


async def test_the_disk_must_take_files_and_have_room(tmp_path: Path) -> None:
    settings = runner_settings(tmp_path / "runs")
    assert (await found(here.disk(settings))).ok
    full = await found(here.disk(settings, least=2**62))
    assert (full.ok, full.severity) == (False, "warning")
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    finding = await found(here.disk(runner_settings(blocked)))
    assert (finding.ok, finding.severity) == (False, "error")


async def test_folders_of_packages_and_prompts_are_looked_into(tmp_path: Path) -> None:
    settings = runner_settings(tmp_path)
    nowhere = settings.model_copy(update={"packages_root": tmp_path / "no", "prompts_dir": tmp_path / "no"})
    for probe in (here.assets, here.prompt_texts):
        assert (await found(probe(settings))).ok
        finding = await found(probe(nowhere))
        assert (finding.ok, finding.severity) == (False, "warning")
    unset = await found(here.assets(settings.model_copy(update={"packages_root": None})))
    assert unset.ok


async def test_a_probe_that_hangs_or_breaks_holds_up_no_other() -> None:
    async def hang() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    async def break_down() -> Finding:
        raise RuntimeError(SECRET)

    async def away() -> Finding:
        raise Unavailable("it does not answer")

    async def well() -> Finding:
        return Finding(ok=True, detail="fine")

    probes = [Probe(name, look, "wake it") for name, look in (("a", hang), ("b", hang), ("c", break_down))]
    started = time.monotonic()
    looked = await look_at_all([*probes, Probe("d", away, "wake it"), Probe("e", well, "-")], bound_s=0.2)
    assert time.monotonic() - started < 5, "one after the other, or without a bound"
    assert [item.name for item in looked] == ["a", "b", "c", "d", "e"]
    assert [item.ok for item in looked] == [False, False, False, False, True]
    assert looked[0].detail == "no answer within 0.2 s"
    assert looked[2].detail == "looking failed (RuntimeError)"
    assert {item.what_to_do for item in looked} == {"wake it", None}
    assert SECRET not in str(looked)


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    clients: list[httpx.AsyncClient] = []
    async with runner_parts(database, tmp_path, Clock()) as parts:

        def with_probes(*probes: Probe) -> httpx.AsyncClient:
            app = build(replace(parts, probes=probes), {})
            clients.append(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost"))
            return clients[-1]

        yield with_probes
        for client in clients:
            await client.aclose()


async def test_warnings_leave_the_whole_ok_and_errors_do_not(api: Callable[..., httpx.AsyncClient]) -> None:
    def probe(finding: Finding) -> Probe:
        async def look() -> Finding:
            return finding

        return Probe("it", look, "-")

    good = Finding(ok=True, detail="fine")
    warned = Finding(ok=False, detail="hm", what_to_do="look", severity="warning")
    bad = Finding(ok=False, detail="oh", what_to_do="act")
    for findings, ok, warnings in (([good], True, 0), ([good, warned], True, 1), ([warned, bad], False, 1)):
        answer = await api(*map(probe, findings)).get("/v1/preflight")
        body = answer.json()
        assert (answer.status_code, body["ok"], body["warnings"]) == (200, ok, warnings)
        assert answer.headers["cache-control"] == "no-store"
        assert [item["ok"] for item in body["checks"]] == [finding.ok for finding in findings]
