"""What watches the system: rules, dashboards and log shipping hold together, and name only what exists."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from app.roles.stack import WANTED_PORTS
from app.runner.runs.states import FINAL
from tests.installed import program

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
CASES = sorted((ROOT / "tests" / "alerts").glob("*.yml"))
OUR_NAME = re.compile(r"\b(?:cj_|huleedu_|llm_|messaging_)[a-z0-9_:]+")
KNOWN_ELSEWHERE = {"le", "role", "job", "instance"}
Json = dict[str, Any]


def rules(kind: str) -> list[Json]:
    found = [yaml.safe_load(path.read_text()) for path in sorted((PROMETHEUS / "rules").glob("*.yml"))]
    return [rule for file in found for group in file["groups"] for rule in group["rules"] if kind in rule]


def panels() -> Iterator[Json]:
    for path in sorted((GRAFANA / "dashboards").glob("*.json")):
        yield from (panel for panel in json.loads(path.read_text())["panels"] if panel["type"] != "row")


def queries() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    page = (ROOT / "docs" / "observability.md").read_text()
    explained = [
        line for block in re.findall(r"```promql\n(.*?)```", page, re.DOTALL) for line in block.splitlines()
    ]
    return shown + explained + [rule["expr"] for rule in [*rules("alert"), *rules("record")]]


def metrics() -> dict[str, set[str]]:
    """The names under which our metrics are sampled, with their labels."""
    sources = list((ROOT / "app").rglob("metrics.py"))
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sources]
    found: dict[str, set[str]] = {}
    for module in modules:
        for metric in vars(importlib.import_module(module)).values():
            if isinstance(metric, MetricWrapperBase):
                ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(
                    str(metric._type), [""]
                )
                found |= {metric._name + end: set(metric._labelnames) for end in ends}
    return found


def test_a_missing_program_fails_with_the_command_that_installs_it() -> None:
    with pytest.raises(pytest.fail.Exception, match="make test-tools"):
        program("a-program-that-nobody-has")


def test_promtool_finds_nothing_wrong() -> None:
    done = subprocess.run(
        [program("promtool"), "check", "config", str(PROMETHEUS / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(path: Path, tmp_path: Path) -> None:
    """Of the annotations only the summary is held against what promtool says: the others are fixed texts."""
    case = yaml.safe_load(path.read_text())
    copies = []
    for name in case["rule_files"]:
        file = yaml.safe_load((path.parent / name).read_text())
        for rule in (rule for group in file["groups"] for rule in group["rules"] if "alert" in rule):
            rule["annotations"] = {"summary": rule["annotations"]["summary"]}
        copies.append(tmp_path / Path(name).name)
        copies[-1].write_text(yaml.safe_dump(file))
    (tmp_path / "case.yml").write_text(yaml.safe_dump(case | {"rule_files": [str(copy) for copy in copies]}))
    done = subprocess.run(
        [program("promtool"), "test", "rules", str(tmp_path / "case.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_in_both_directions() -> None:
    expected: dict[str, set[bool]] = {rule["alert"]: set() for rule in rules("alert")}
    for path in CASES:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test.get("alert_rule_test", []):
                expected[case["alertname"]].add(bool(case["exp_alerts"]))
    assert {name: fires for name, fires in expected.items() if fires != {True, False}} == {}


def anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("rule", rules("alert"), ids=lambda rule: rule["alert"])
def test_an_alert_says_when_how_bad_what_to_do_and_where_to_read_more(rule: Json) -> None:
    said = rule["annotations"]
    assert {"summary", "when", "what_to_do", "runbook"} == set(said)
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert all(said[name].endswith(".") and len(said[name]) > 25 for name in ("when", "what_to_do"))
    page, anchor = said["runbook"].split("#")
    assert anchor in anchors(page)


def test_dashboards_and_their_page_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(GRAFANA / "build.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_metric_and_label_that_is_asked_for_exists() -> None:
    known = metrics()
    known |= {
        rule["record"]: set().union(*(known.get(n, set()) for n in OUR_NAME.findall(rule["expr"])))
        for rule in rules("record")
    }
    unknown = set()
    for query in queries():
        names = [name for name in OUR_NAME.findall(re.sub(r'"[^"]*"', '""', query)) if name not in KNOWN_ELSEWHERE]
        unknown |= {name for name in names if name not in known}
        labels = set().union(*(known.get(name, set()) for name in names)) | KNOWN_ELSEWHERE
        grouped = {part.strip() for by in re.findall(r"by \(([^)]*)\)", query) for part in by.split(",")}
        selected = set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", query))
        unknown |= {f"{label} in {query}" for label in (grouped | selected) - labels}
    assert unknown == set()


def test_open_runs_are_those_in_no_final_state() -> None:
    (query,) = {
        target["expr"] for panel in panels() if panel["title"] == "Open runs" for target in panel["targets"]
    }
    (final,) = re.findall(r'status!~"([^"]*)"', query)
    assert set(final.split("|")) == set(FINAL)


def test_legends_name_labels_that_their_query_keeps() -> None:
    lost = [
        (target["expr"], name)
        for panel in panels()
        for target in panel["targets"]
        for name in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        if not target["expr"].startswith("cj_runner:") and not re.search(rf"by \([^)]*\b{name}\b", target["expr"])
    ]
    assert lost == []


def test_dashboards_use_the_datasources_that_are_provisioned_and_ids_of_their_own() -> None:
    files = [json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))]
    sources = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "datasources.yml").read_text())
    assert {"Prometheus", "Loki", "Jaeger"} == {source["name"] for source in sources["datasources"]}
    used = {target["datasource"]["uid"] for panel in panels() for target in panel["targets"]}
    assert used == {source["uid"] for source in sources["datasources"] if source["type"] == "prometheus"}
    assert len({file["uid"] for file in files}) == len({file["title"] for file in files}) == len(files) == 4
    for file in files:
        ids = [panel["id"] for panel in file["panels"]]
        assert len(set(ids)) == len(ids)


def test_panels_do_not_lie_on_one_another() -> None:
    for path in sorted((GRAFANA / "dashboards").glob("*.json")):
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
            assert not taken & cells
            assert at["x"] + at["w"] <= 24
            taken |= cells


def test_prometheus_asks_every_role_at_its_port_by_the_names_of_compose() -> None:
    (job,) = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    asked = {found["names"][0]: found["port"] for found in job["dns_sd_configs"]}
    assert asked == WANTED_PORTS
