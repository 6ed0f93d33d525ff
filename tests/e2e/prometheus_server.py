"""A real Prometheus beside a stack: it asks all roles each second, with the rules that are deployed."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from app.roles.free_ports import free_ports
from app.roles.probe_http import answers
from app.roles.stack import ROLES, ROOT, Stack
from tests.installed import program

DEPLOYED = ROOT / "deploy" / "prometheus"
LOOKS, PAUSE_S = 300, 0.1
"""So often is something looked at before it is given up."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Prometheus:
    """A running server; ``since`` is when it was started, in seconds since 1970."""

    url: str
    since: float

    def ask(self, path: str, **parameters: str) -> Any:
        """Return the data of an answer; fails with what Prometheus says about a query that it cannot read."""
        answer = httpx.post(f"{self.url}/api/v1/{path}", data=parameters, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ever(self, query: str) -> list[Json]:
        """Return the series that a query had at any second since the start."""
        window = {"start": str(self.since), "end": str(time.time()), "step": "1"}
        found: list[Json] = self.ask("query_range", query=query, **window)["result"]
        return found

    def rules(self) -> list[Json]:
        """Return all rules as they were last evaluated."""
        answer = httpx.get(f"{self.url}/api/v1/rules", timeout=30)
        return [rule for group in answer.json()["data"]["groups"] for rule in group["rules"]]

    def until_asked(self, after: float) -> None:
        """Return when every role was asked after that moment, and again."""
        for _ in range(LOOKS):
            found = self.ask("query", query='min(timestamp(up{job="cj-runner"}))')["result"]
            if found and float(found[0]["value"][1]) > after + 2:
                return
            time.sleep(PAUSE_S)
        raise AssertionError("Prometheus did not ask every role again")


@contextmanager
def asking(stack: Stack, folder: Path) -> Iterator[Prometheus]:
    """Yield a Prometheus that asks the roles of ``stack``; its data and log lie in ``folder``."""
    (port,) = free_ports([0])
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_configuration(stack)))
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    since = time.time()
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        try:
            for _ in range(LOOKS):
                if answers(f"http://127.0.0.1:{port}/-/ready"):
                    break
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(PAUSE_S)
            yield Prometheus(f"http://127.0.0.1:{port}", since)
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()


def _configuration(stack: Stack) -> Json:
    """Return what is deployed, with the addresses of ``stack`` and a look each second."""
    deployed: Json = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
    (job,) = deployed["scrape_configs"]
    targets = [
        {"targets": [stack.plan.url(role).removeprefix("http://")], "labels": {"role": role}} for role in ROLES
    ]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(DEPLOYED / name) for name in deployed["rule_files"]],
        "scrape_configs": [{"job_name": job["job_name"], "static_configs": targets}],
    }
