"""The image without a Docker engine: the Dockerfile's own steps, replayed in a clean folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.roles.free_ports import free_ports

ROOT = Path(__file__).resolve().parents[2]


def _instructions(stage: int) -> list[tuple[str, str]]:
    """Return the instructions of a stage of the Dockerfile, joined over line ends."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    joined = text.replace("\\\n", " ")
    parts = re.split(r"^FROM .*\n", joined, flags=re.MULTILINE)[1:]
    lines = [line.split(None, 1) for line in parts[stage].splitlines() if line.strip()]
    return [(word, rest) for word, rest in lines]


def _of(kind: str, stage: int) -> list[str]:
    return [rest for word, rest in _instructions(stage) if word == kind]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the image has: ``opt/venv`` built by the first stage, ``srv`` copied by the last."""
    root = tmp_path_factory.mktemp("image")
    build = root / "build"
    build.mkdir()
    for copied in _of("COPY", 0):
        _copy(copied, build)
    for step in _of("RUN", 0):
        _replay(step.replace("/opt/venv", str(root / "opt" / "venv")), build)
    (root / "srv").mkdir()
    for copied in _of("COPY", 1):
        if not copied.startswith("--from"):
            _copy(copied, root / "srv")
    return root


def _copy(arguments: str, into: Path) -> None:
    source, target = shlex.split(arguments)
    place = into / (target if not target.endswith("/") else f"{target}{Path(source).name}")
    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(ROOT / source, place)


def _replay(step: str, where: Path) -> None:
    plain = {name: os.environ[name] for name in os.environ if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    path = f"{Path(sys.base_exec_prefix) / 'bin'}{os.pathsep}{plain['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-ec", step], cwd=where, env=plain | {"PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def _environment(image: Path) -> dict[str, str]:
    """Return the variables that the image sets, at this folder's places."""
    told = dict(part.split("=", 1) for line in _of("ENV", 1) for part in shlex.split(line))
    placed = {
        k: v.replace("/srv", str(image / "srv")).replace("/opt", str(image / "opt")) for k, v in told.items()
    }
    usual = os.pathsep.join(["/usr/local/bin", "/usr/bin", "/bin"])
    files = {"RUNNER_FILES_DIR": str(image / "files"), "RUNNER_GIT_SHA": ""}
    return placed | files | {"PATH": placed["PATH"].replace("$PATH", usual)}


def _app(image: Path, *arguments: str, **extra: str) -> subprocess.Popen[str]:
    python = str(image / "opt" / "venv" / "bin" / "python")
    return subprocess.Popen(
        [python, "-m", "app", *arguments],
        cwd=image / "srv",
        env=_environment(image) | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _told(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


@contextmanager
def _running(process: subprocess.Popen[str], sign: str) -> Iterator[subprocess.Popen[str]]:
    assert process.stdout is not None
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if sign in line:
                break
        assert seen, "it said nothing"
        assert sign in seen[-1], "".join(seen)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_every_role_is_in_the_image(image: Path) -> None:
    code, told = _told(_app(image))
    assert code == 2
    assert "api|worker|cj|gateway|content|migrate" in told
    names = ("api", "worker", "cj", "gateway", "content", "migrate")
    imports = ";".join(f"import app.roles.{name}" for name in names)
    python = str(image / "opt" / "venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-c", imports],
        cwd=image / "srv",
        env=_environment(image),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_the_image_has_no_tool_that_installs(image: Path) -> None:
    bin_dir = image / "opt" / "venv" / "bin"
    assert {path.name for path in bin_dir.iterdir()} & {"pip", "pip3", "uv", "easy_install"} == set()


def test_the_command_line_is_in_the_image(image: Path) -> None:
    command = image / "opt" / "venv" / "bin" / "cj-runner"
    script = command.read_text().replace("python", str(image / "opt" / "venv" / "bin" / "python"), 1)
    done = subprocess.run(
        ["/bin/sh", "-c", script.split("\n", 1)[1], "cj-runner", "--help"],
        cwd=image / "srv",
        env=_environment(image),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Comparative judgement" in done.stdout


def test_the_image_migrates_serves_probes_and_stops(image: Path, database_url: str, kafka_bootstrap: str) -> None:
    servers = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    code, told = _told(_app(image, "migrate", **servers))
    assert (code, "database_migrated" in told) == (0, True)
    port = str(free_ports([0])[0])
    with _running(_app(image, "api", RUNNER_PORT=port, **servers), "role_listening") as api:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        assert _told(_app(image, "probe", "api", RUNNER_PORT=port)) == (0, "")
        api.terminate()
        assert api.wait(timeout=60) == 0
    code, told = _told(_app(image, "probe", "api", RUNNER_PORT=port))
    assert code == 1
    assert f"api does not answer on port {port}" in told
