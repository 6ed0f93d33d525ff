"""A 200 MB file and its bundle over HTTP: throughput against copying it to a socket, and peak memory."""

import asyncio
import hashlib
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import uuid6
import uvicorn
from sqlalchemy import insert

from app.db.listen import Changes
from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import postgres
from app.roles.free_ports import free_ports
from app.roles.webhooks import desk_of
from app.runner.access.doors import LocalDoor
from app.runner.api.app import build
from app.runner.api.parts import Parts
from app.runner.tables import CHANGES_CHANNEL, run_files, runs
from app.settings import DatabaseSettings, RunnerSettings, WebhookSettings

SIZE, TIMES, CHUNK = 200 * 1024 * 1024, 5, 1 << 20
RUN = "run_benchmark"


def now() -> datetime:
    return datetime.now(UTC)


async def prepare(url: str, folder: Path) -> None:
    """Write a run that ended, with one large file and its row."""
    place = folder / RUN / "assessment_run.execute.json"
    place.parent.mkdir(parents=True)
    piece, digest = os.urandom(CHUNK), hashlib.sha256()
    with place.open("wb") as file:
        for _ in range(SIZE // CHUNK):
            file.write(piece)
            digest.update(piece)
    run = {
        "id": RUN,
        "mode": "execute",
        "status": "completed",
        "batch_uuid": uuid4(),
        "batch_label": "benchmark",
        "correlation_id": uuid4(),
        "package_id": "pkg",
        "spec": {},
        "revision": 1,
    }
    kind = {"kind": "artefact", "media_type": "application/json"}
    row = {"run_id": RUN, "path": place.name, "sha256": digest.hexdigest(), "bytes": SIZE} | kind
    database = Database.connect(DatabaseSettings(url=url), application_name="benchmark")
    async with database.transaction() as connection:
        await connection.execute(insert(runs).values(**run))
        await connection.execute(insert(run_files).values(**row))
    await database.close()


def serve(url: str, folder: Path, port: int, pipe: Connection) -> None:
    """Serve in a process of its own until told to stop; tell the peak of memory at the start and at the end."""
    asyncio.run(_serve(url, folder, port, pipe))


async def _serve(url: str, folder: Path, port: int, pipe: Connection) -> None:
    database = Database.connect(DatabaseSettings(url=url), application_name="benchmark")
    async with Changes(url, CHANGES_CHANNEL) as news:
        webhooks = desk_of(WebhookSettings())
        parts = Parts(
            database, RunnerSettings(files_dir=folder), now, uuid4, uuid6.uuid7, news, LocalDoor(), webhooks
        )
        server = uvicorn.Server(uvicorn.Config(build(parts, {}), port=port, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        pipe.send(peak_mb())
        await asyncio.to_thread(pipe.recv)
        pipe.send(peak_mb())
        server.should_exit = True
        await serving
    await database.close()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fetched(port: int, address: str) -> float:
    """Return the megabytes a second of one answer, connection and head included."""
    started, size, buffer = time.perf_counter(), 0, bytearray(CHUNK)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while got := client.recv_into(buffer):
            size += got
    if size < SIZE:
        raise SystemExit(f"{address} answered {size} bytes: {bytes(buffer[:200])!r}")
    return SIZE / 1e6 / (time.perf_counter() - started)


def copied(place: Path) -> float:
    """Return the megabytes a second of the floor: the file read and written to a socket by ``shutil``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def send() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("wb") as out, place.open("rb") as file:
                shutil.copyfileobj(file, out, CHUNK)

        sender = threading.Thread(target=send)
        started, buffer = time.perf_counter(), bytearray(CHUNK)
        sender.start()
        with socket.create_connection(server.getsockname()) as client:
            while client.recv_into(buffer):
                pass
        sender.join()
        return SIZE / 1e6 / (time.perf_counter() - started)


def main() -> None:
    with tempfile.TemporaryDirectory() as where, postgres(Path(where) / "postgres") as url:
        upgrade(url)
        folder = Path(where) / "files"
        asyncio.run(prepare(url, folder))
        [port] = free_ports([0])
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        server = context.Process(target=serve, args=(url, folder, port, theirs))
        server.start()
        before = ours.recv()
        own = f"/v1/runs/{RUN}"
        print(f"first bundle, measured before it is sent: {fetched(port, f'{own}/bundle.zip'):.0f} MB/s")
        ways: dict[str, Callable[[], float]] = {
            "floor: shutil to a socket": lambda: copied(folder / RUN / "assessment_run.execute.json"),
            "artefact": lambda: fetched(port, f"{own}/artefact"),
            "bundle, measured": lambda: fetched(port, f"{own}/bundle.zip"),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(TIMES):
            for name, way in ways.items():
                found[name].append(way())
        floor = statistics.median(found["floor: shutil to a socket"])
        for name, rates in found.items():
            rate = statistics.median(rates)
            print(f"{name}: {rate:.0f} MB/s, {rate / floor:.2f} of the floor")
        ours.send("stop")
        after = ours.recv()
        server.join()
        print(f"peak memory of the server: {before:.0f} MB idle, {after:.0f} MB after (file: {SIZE / 1e6:.0f} MB)")


if __name__ == "__main__":
    main()
