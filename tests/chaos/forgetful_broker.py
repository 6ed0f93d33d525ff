"""A broker that can be killed and come back on the same port with its memory gone: topics, offsets, messages."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.roles.embedded import start_broker, stop_broker
from app.roles.free_ports import free_ports


class ForgetfulBroker:
    """One broker process on one port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        [self._port] = free_ports([0])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it with what it remembers."""
        self._process = start_broker(self._folder, self._port)

    def die_forgetting(self) -> None:
        """Kill it at once, and take everything that it knew away."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        shutil.rmtree(self._folder / "data")

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None:
            stop_broker(self._process)


@contextmanager
def forgetful_broker(folder: Path) -> Iterator[ForgetfulBroker]:
    """Yield a running one; stop it afterwards."""
    running = ForgetfulBroker(folder)
    running.start()
    try:
        yield running
    finally:
        running.stop()
