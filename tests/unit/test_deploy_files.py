"""What is deployed: containers, cluster and workflows hold together and pass the checkers of their kind."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.roles.probe import PLACES
from app.roles.rights import RIGHTS, login_of
from app.settings import LoginSettings
from app.settings.check import unknown
from app.settings.readers import every_group
from app.settings.source import FROM_FILE, file_names, names_of

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "cj-runner" in service["image"]}
ROLES = set(PLACES)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _run(*command: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], capture_output=True, cwd=ROOT, check=False
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode()


def test_compose_fits_its_specification() -> None:
    assert _run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml") == ""


def test_the_dockerfile_has_no_findings() -> None:
    assert _run("hadolint", "Dockerfile") == ""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_fit_their_schema_and_call_targets_that_exist(path: Path) -> None:
    assert _run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)) == ""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = re.findall(r"(?:make|target:) ([a-z][a-z-]*)", path.read_text().replace("make target", ""))
    assert called
    assert set(called) <= targets


def test_the_image_brings_what_the_lock_file_says_and_no_tool_that_builds() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    assert "--require-hashes" in text
    assert not re.search(r"pip\S* install|apt-get|gcc|make ", last)
    assert "USER 10001:10001" in last
    assert "HEALTHCHECK" in last


def test_the_image_can_send_traces() -> None:
    lock = (ROOT / "deploy" / "requirements.lock").read_text()
    assert re.search(r"^opentelemetry-exporter-otlp-proto-http==", lock, re.MULTILINE)
    assert re.search(r"^opentelemetry-sdk==", lock, re.MULTILINE)


@pytest.mark.parametrize("profile", ["core", "mock"])
def test_a_profile_has_each_role_once_and_its_servers(profile: str) -> None:
    chosen = [service for service in SERVICES.values() if profile in service["profiles"]]
    roles = sorted(service["command"][0] for service in chosen if service in OURS.values())
    assert roles == sorted([*ROLES, "grant", "migrate"])
    assert {"postgres", "kafka"} <= {name for name, service in SERVICES.items() if service in chosen}


def test_every_container_of_ours_is_read_only_without_rights() -> None:
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def _given(environment: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in environment.items()}


def test_variables_of_compose_are_settings() -> None:
    known = {name for group in every_group() for names in names_of(group).values() for name in names}
    for service in OURS.values():
        assert set(service["environment"]) <= known
        assert unknown(_given(service["environment"])) == []


def test_what_compose_mounts_is_there() -> None:
    mounted = [v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", []) if v[0] == "."]
    assert mounted
    assert [path for path in mounted if not (ROOT / path).exists()] == []


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def _objects() -> Iterator[dict[str, Any]]:
    listed = yaml.safe_load((K8S / "base" / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted(
        path.name for path in (K8S / "base").glob("*.yaml") if path.stem != "kustomization"
    )
    for name in listed:
        yield from yaml.safe_load_all((K8S / "base" / name).read_text())


OBJECTS = list(_objects())
WORKLOADS = [found for found in OBJECTS if found["kind"] in {"Deployment", "Job"}]


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {found["metadata"]["name"]: found for found in OBJECTS if found["kind"] == kind}


@pytest.mark.parametrize("path", sorted((K8S / "base").glob("*.yaml")), ids=lambda path: path.stem)
def test_objects_of_the_cluster_fit_their_schemas(path: Path) -> None:
    text = _run("kubernetes-validate", "--strict", "--quiet", str(path))
    assert [line for line in text.splitlines() if line and "find schema for kind" not in line] == []


def test_every_role_is_deployed_with_probes_and_resources() -> None:
    assert set(_of("Deployment")) == ROLES
    for name, deployment in _of("Deployment").items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        assert container["args"] == [name]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert {"requests", "limits"} <= set(container["resources"])
        assert _of("Service")[name]["spec"]["ports"][0]["port"] == container["ports"][0]["containerPort"]


def test_nothing_in_the_cluster_runs_as_root_or_writes_to_its_image() -> None:
    for workload in WORKLOADS:
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["enableServiceLinks"] is False
        assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
        mounts = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        assert mounts == {volume["name"] for volume in pod["volumes"]}


def _containers(workload: dict[str, Any]) -> list[dict[str, Any]]:
    pod = workload["spec"]["template"]["spec"]
    return [*pod.get("initContainers", []), *pod["containers"]]


def test_every_role_comes_to_the_database_under_its_own_login() -> None:
    for service in OURS.values():
        [role] = service["command"]
        login = {"grant": "runner"}.get(role, login_of(LoginSettings().prefix, role))
        assert f"//{login}:" in service["environment"]["DATABASE_URL"]
    for container in (found for workload in WORKLOADS for found in _containers(workload)):
        [role] = container["args"]
        key = {"grant": "admin"}.get(role, role)
        [url] = [found for found in container["env"] if found["name"] == "DATABASE_URL"]
        assert url["valueFrom"]["secretKeyRef"] == {"name": "cj-runner-database", "key": key}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert set(RIGHTS) == ROLES


def test_passwords_of_logins_reach_nobody_but_the_role_that_makes_them() -> None:
    for service in OURS.values():
        told = [name for name in service["environment"] if name.startswith("DATABASE_LOGIN_")]
        assert bool(told) == (service["command"] == ["grant"])
    for container in (found for workload in WORKLOADS for found in _containers(workload)):
        secrets = {source.get("secretRef", {}).get("name") for source in container["envFrom"]} - {None}
        assert secrets == {"grant": {"cj-runner-logins"}, "migrate": set()}.get(
            container["args"][0], {"cj-runner"}
        )


def test_selectors_find_the_pods_that_they_mean() -> None:
    for name, deployment in _of("Deployment").items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"] == labels
        assert _of("Service")[name]["spec"]["selector"] == labels
        assert _of("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == labels


def test_what_scales_is_there_and_only_once() -> None:
    scaled = [found for kind in ("ScaledObject", "HorizontalPodAutoscaler") for found in _of(kind).values()]
    targets = [found["spec"]["scaleTargetRef"]["name"] for found in scaled]
    assert sorted(targets) == sorted(ROLES)


def test_variables_of_the_cluster_are_settings() -> None:
    assert unknown(_given(_of("ConfigMap")["cj-runner"]["data"])) == []


def test_the_names_of_the_cluster_s_secret_are_secrets_in_the_settings() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    named = set(re.findall(r"--from-(?:literal|file)=([A-Z_]+)=", page))
    known = {name for group in every_group() for names in names_of(group).values() for name in names}
    known |= {name + FROM_FILE for group in every_group() for name in file_names(group)}
    assert {"DATABASE_LOGIN_API_PASSWORD", "JWT_SECRET_KEY", "RUNNER_API_KEYS"} <= named
    assert named <= known


def test_the_small_overlay_builds_on_the_base() -> None:
    overlay = yaml.safe_load((K8S / "overlays" / "small" / "kustomization.yaml").read_text())
    assert overlay["resources"] == ["../../base"]
    kinds = {found["kind"] for found in OBJECTS}
    assert {patch["target"]["kind"] for patch in overlay["patches"]} <= kinds
