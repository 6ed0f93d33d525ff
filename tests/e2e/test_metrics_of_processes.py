"""Two processes of one role that share a folder of metrics, started as the page of metrics says."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli.demo_data import folder_archive
from app.roles.free_ports import free_ports
from app.roles.probe_http import answers
from app.roles.stack import ROOT, WANTED_PORTS, Plan, environment
from app.settings import KafkaSettings

BLOCK = re.compile(r"^```\n(mkdir -p /run/cj-runner/.*?)^```", re.MULTILINE | re.DOTALL)
DEADLINE_S = 60.0
LOOKS = 3000
ACCEPTED = "cj_runner_runs_accepted_total"


class Two:
    """Both processes by their addresses and process ids; what a script of the page started."""

    def __init__(self, script: str, variables: dict[str, str], urls: list[str]) -> None:
        shell = ["sh", "-c", f"{script}\nwait"]
        self._shell = subprocess.Popen(
            shell, env=variables, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._shell.stdout is not None
        self.pids = [int(self._shell.stdout.readline()) for _ in urls]
        self.urls = urls

    def wait_until_ready(self) -> None:
        waiting = list(self.urls)
        for _ in range(LOOKS):
            waiting = [url for url in waiting if not answers(f"{url}/readyz")]
            if not waiting:
                return
            assert self._shell.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                self._shell.wait(0.05)
        raise AssertionError(f"not ready: {waiting}")

    def shown(self, place: int, metric: str) -> float:
        """Return the sum of a metric's values as one process shows it."""
        text = httpx.get(f"{self.urls[place]}/metrics").text
        return sum(float(value) for value in re.findall(rf"^{metric}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE))

    def stop(self) -> None:
        os.killpg(self._shell.pid, signal.SIGTERM)
        try:
            self._shell.wait(DEADLINE_S)
        finally:
            if self._shell.poll() is None:
                os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.communicate()


@pytest.fixture
def two(database_url: str, kafka: KafkaSettings, tmp_path: Path) -> Iterator[Two]:
    [script] = BLOCK.findall((ROOT / "docs/metrics.md").read_text(encoding="utf-8"))
    ports = re.findall(r"RUNNER_PORT=(\d+)", script)
    found = free_ports([0] * len(ports))
    for written, free in zip(ports, found, strict=True):
        script = script.replace(f"RUNNER_PORT={written}", f"RUNNER_PORT={free}")
    script = script.replace("/run/cj-runner", str(tmp_path)).replace("python -m app", f"{sys.executable} -m app")
    script = script.replace(" &\n", f" >{tmp_path}/log 2>&1 & echo $!\n")
    plan = Plan(str(tmp_path), database_url, kafka.bootstrap_servers, WANTED_PORTS, os.getpid())
    running = Two(script, environment(plan, "api", {}), [f"http://127.0.0.1:{port}" for port in found])
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


def test_each_of_two_processes_shows_what_both_have_counted(two: Two) -> None:
    essays = {"file": ("essays.zip", folder_archive(ROOT / "data/eng5-demo"))}
    package = httpx.post(f"{two.urls[0]}/v1/asset-packages", files=essays).json()["id"]
    for number, url in enumerate([*two.urls, two.urls[1]]):
        wish = {"mode": "plan", "batch_label": f"counted-{number}", "assets": {"package_id": package}}
        assert httpx.post(f"{url}/v1/runs", json=wish).status_code == 202
    assert [two.shown(place, ACCEPTED) for place in (0, 1)] == [3, 3]
    os.kill(two.pids[1], signal.SIGKILL)
    for _ in range(LOOKS):
        if not answers(f"{two.urls[1]}/healthz"):
            break
    assert two.shown(0, ACCEPTED) == 3
