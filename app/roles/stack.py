"""The whole system on one machine: the plan of ports and settings, and the child processes of the roles.

Fed by ``everything`` (and by end-to-end tests); feeds each role through its environment only.
"""

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from app.errors import Unavailable
from app.roles.free_ports import free_ports
from app.roles.probe_http import answers
from app.roles.rights import OWNER, RIGHTS, login_of
from app.settings import LoginSettings

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("content", "gateway", "cj", "worker", "api")
WANTED_PORTS = {"api": 8300, "worker": 8301, "cj": 9095, "gateway": 8090, "content": 8001}
STATE_FILE = "stack.json"
PASSED_ON = (
    "CJ_ASSESSMENT_SERVICE_",
    "LLM_PROVIDER_SERVICE_",
    "RUNNER_",
    "CONTENT_SERVICE_",
    "LOG_",
    "OTEL_",
    "TRACING_",
)
PASSED_ON_TO_ALL = frozenset({"GRADE_SCALES_FILE", "NEIGHBOUR_TIMEOUT_S", "OPENBLAS_NUM_THREADS"})
KEYS = tuple(f"{name}_API_KEY" for name in ("ANTHROPIC", "OPENAI", "GOOGLE", "GEMINI", "OPENROUTER"))
PASSED_ON_TO_GATEWAY = frozenset(KEYS) | {f"{key}_FILE" for key in KEYS}
ROLES_WITH_WEBHOOKS = frozenset({"api", "worker"})
WEBHOOKS_ON_LOOPBACK = {
    "WEBHOOKS_ALLOW_HTTP": "true",
    "WEBHOOKS_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
    "WEBHOOKS_ALLOWED_PORTS": "1-65535",
}
"""A receiver may live on the same machine: only here, where the whole system does."""
READY_DEADLINE_S = 120.0
STOP_DEADLINE_S = 15.0


@dataclass(frozen=True)
class Plan:
    """Where everything runs; written to ``stack.json`` so that other commands find it.

    ``database_url`` may do everything in the database; with ``own_logins`` each role has a login of its own.
    """

    data_dir: str
    database_url: str
    kafka_bootstrap: str
    ports: dict[str, int]
    supervisor_pid: int
    own_logins: bool = False

    def url(self, role: str) -> str:
        """Return the base URL of one role."""
        return f"http://127.0.0.1:{self.ports[role]}"

    def database_url_of(self, role: str) -> str:
        """Return the database's address as one role knows it."""
        if not self.own_logins or role not in (OWNER, *RIGHTS):
            return self.database_url
        own = make_url(self.database_url).set(username=login_of(LoginSettings().prefix, role))
        return own.render_as_string(hide_password=False)

    def write(self) -> None:
        """Write the plan next to the data."""
        target = Path(self.data_dir) / STATE_FILE
        target.with_suffix(".tmp").write_text(json.dumps(asdict(self), indent=2))
        target.with_suffix(".tmp").replace(target)

    @classmethod
    def read(cls, data_dir: Path) -> "Plan | None":
        """Return the plan of a stack whose supervisor still lives, else None."""
        try:
            plan = cls(**json.loads((data_dir / STATE_FILE).read_text()))
            os.kill(plan.supervisor_pid, 0)
        except (OSError, ValueError, TypeError):
            return None
        return plan


def choose_ports(*, prefer_usual: bool) -> dict[str, int]:
    """Return one port for each role: the usual ones where they are free and wanted, else free ones."""
    if prefer_usual:
        taken = free_ports(WANTED_PORTS.values())
        return dict(zip(WANTED_PORTS, taken, strict=True))
    return dict(zip(WANTED_PORTS, free_ports([0] * len(WANTED_PORTS)), strict=True))


def environment(plan: Plan, role: str, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of one role's process."""
    data_dir = Path(plan.data_dir)
    inherited = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}}
    ours = {
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "DATABASE_URL": plan.database_url_of(role),
        "KAFKA_BOOTSTRAP_SERVERS": plan.kafka_bootstrap,
        "KAFKA_IDLE_PAUSE_MS": "20",
        "KAFKA_GROUP_INSTANCE_ID": f"{role}-0",
        "JWT_SECRET_KEY": _secret(data_dir / "jwt_secret"),
        "CJ_SERVICE_URL": plan.url("cj"),
        "LLM_PROVIDER_SERVICE_URL": plan.url("gateway"),
        "CONTENT_SERVICE_URL": plan.url("content") + "/v1/content",
        "RUNNER_PORT": str(plan.ports["api"]),
        "RUNNER_WORKER_PORT": str(plan.ports["worker"]),
        "RUNNER_FILES_DIR": str(data_dir / "runs"),
        "RUNNER_PROMPTS_DIR": str(ROOT / "prompts"),
        "RUNNER_PACKAGES_ROOT": str(ROOT / "data"),
        "CJ_ASSESSMENT_SERVICE_HTTP_PORT": str(plan.ports["cj"]),
        "CJ_ASSESSMENT_SERVICE_DEFAULT_LLM_PROVIDER": "mock",
        "CJ_ASSESSMENT_SERVICE_DEFAULT_LLM_MODEL": "latent",
        "CJ_ASSESSMENT_SERVICE_MAX_PAIRWISE_COMPARISONS": "5000",
        "CJ_ASSESSMENT_SERVICE_SYSTEM_PROMPT_FILE": str(ROOT / "prompts/system/001_baseline.txt"),
        "LLM_PROVIDER_SERVICE_PORT": str(plan.ports["gateway"]),
        "LLM_PROVIDER_SERVICE_REPLAY_VOTES_DIR": str(ROOT / "data/recorded-judgements"),
        "CONTENT_SERVICE_ACCESS": "on",
        "CONTENT_SERVICE_PORT": str(plan.ports["content"]),
    }
    webhooks: dict[str, str] = {}
    if role in ROLES_WITH_WEBHOOKS:
        webhooks = WEBHOOKS_ON_LOOPBACK | {"WEBHOOKS_SECRET_KEY": _secret(data_dir / "webhooks_key")}
        webhooks |= {k: v for k, v in os.environ.items() if k.startswith("WEBHOOKS_")}
    named = PASSED_ON_TO_ALL | (PASSED_ON_TO_GATEWAY if role == "gateway" else frozenset())
    overridden = {k: v for k, v in os.environ.items() if k.startswith(PASSED_ON) or k in named}
    return {**inherited, **ours, **webhooks, **overridden, **extra}


def _secret(path: Path) -> str:
    """Return a secret that this stack's services share, made at its first start: 32 random bytes in base64."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()


class Stack:
    """The child processes of one plan: started, watched, stopped together."""

    def __init__(self, plan: Plan, extra: Mapping[str, str] | None = None) -> None:
        self.plan = plan
        self._extra = dict(extra or {})
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._logs = Path(plan.data_dir) / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)

    def migrate(self) -> None:
        """Make the logins and the newest schema; raises ``Unavailable`` with the log's place."""
        for role in ("grant", "migrate") if self.plan.own_logins else ("migrate",):
            self._run_to_its_end(role)

    def _run_to_its_end(self, role: str) -> None:
        with self._log(role) as log:
            code = self._process(role, log, self._extra).wait()
        if code != 0:
            raise Unavailable(f"{role} failed; see {self._logs / f'{role}.log'}")

    def start(self, roles: Sequence[str] = ROLES, extra: Mapping[str, str] | None = None) -> None:
        """Start the processes of ``roles``; ``extra`` are settings of this start alone."""
        settings = self._extra | dict(extra or {})
        for role in roles:
            with self._log(role) as log:
                self._children[role] = self._process(role, log, settings)

    def _process(self, role: str, log: IO[bytes], settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app", role],
            env=environment(self.plan, role, settings),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self, deadline_s: float = READY_DEADLINE_S) -> None:
        """Return when every role says that it is ready; raises ``Unavailable`` naming those that are not."""
        end = time.monotonic() + deadline_s
        waiting = {role: f"{self.plan.url(role)}/readyz" for role in self._children}
        while waiting:
            waiting = {role: url for role, url in waiting.items() if not answers(url)}
            if waiting and time.monotonic() > end:
                told = ", ".join(self._how(role) for role in waiting)
                raise Unavailable(f"not ready in time: {told}; see the logs in {self._logs}")
            if waiting:
                time.sleep(0.05)

    def _how(self, role: str) -> str:
        """Return a role that is not ready, with its exit code where it has ended, and its last words."""
        code, log = self._children[role].poll(), self._logs / f"{role}.log"
        last = log.read_text(errors="replace").splitlines()[-1:] if log.is_file() else []
        return f"{role} ({'runs' if code is None else f'ended with {code}'}; {' '.join(last)[-300:]})"

    def ended(self) -> list[str]:
        """Return the roles whose process has ended."""
        return [role for role, child in self._children.items() if child.poll() is not None]

    def pid(self, role: str) -> int:
        """Return the process id of one role."""
        return self._children[role].pid

    def kill(self, role: str) -> None:
        """Kill one role's process at once (SIGKILL), as a crash would."""
        self._children[role].kill()
        self._children[role].wait()

    def ask_to_stop(self, role: str) -> int:
        """Ask one role's process to end (SIGTERM), as a rolling restart does; return its exit code."""
        child = self._children[role]
        child.terminate()
        return child.wait(STOP_DEADLINE_S)

    def stop(self) -> None:
        """Ask all processes to end, and kill those that do not within the deadline."""
        for child in self._children.values():
            child.terminate()
        end = time.monotonic() + STOP_DEADLINE_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _log(self, name: str) -> IO[bytes]:
        return (self._logs / f"{name}.log").open("ab")
