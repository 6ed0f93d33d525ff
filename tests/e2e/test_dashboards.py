"""Dashboards, rules and log queries, held against a real Prometheus and real lines of a stack that worked."""

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.roles.stack import ROOT, Stack
from tests.e2e.conftest import started
from tests.e2e.observed import TROUBLED_JUDGE, all_kinds_of_work
from tests.e2e.prometheus_server import Prometheus, asking

Json = dict[str, Any]
DEFINITIONS = sorted((ROOT / "deploy" / "grafana" / "definitions").glob("*.yml"))


@dataclass(frozen=True)
class Looked:
    """A stack that has worked, and what looked at it."""

    stack: Stack
    prometheus: Prometheus
    ends: list[dict[str, str]]


@pytest.fixture(scope="module")
def looked(new_server_dir: Callable[[], Path]) -> Iterator[Looked]:
    with started(new_server_dir(), TROUBLED_JUDGE) as stack, asking(stack, new_server_dir()) as prometheus:
        ends = []
        for label in ("first", "second"):
            ends.append(all_kinds_of_work(stack, label))
            prometheus.until_asked(time.time())
        yield Looked(stack, prometheus, ends)


def panels() -> Iterator[tuple[str, Json]]:
    for path in DEFINITIONS:
        for row in yaml.safe_load(path.read_text())["rows"]:
            for panel in row["panels"]:
                yield f"{path.stem}: {panel['title']}", panel


@pytest.mark.timeout(300)
def test_the_work_that_was_looked_at_went_as_planned(looked: Looked) -> None:
    assert looked.ends == [{"waves": "completed", "batch job": "completed", "no answers": "failed"}] * 2


@pytest.mark.parametrize(("name", "panel"), [pytest.param(*found, id=found[0]) for found in panels()])
def test_every_query_of_a_panel_returns_data(looked: Looked, name: str, panel: Json) -> None:
    for query in panel["queries"].values():
        bare = query.removesuffix(" or vector(0)")
        series = looked.prometheus.ever(re.sub(r"\$\w+", ".*", bare))
        numbers = [float(value) for one in series for _, value in one["values"]]
        if "quiet" not in panel:
            assert any(map(math.isfinite, numbers)), f"{name} shows nothing: {bare}"


def test_every_rule_could_be_evaluated(looked: Looked) -> None:
    rules = looked.prometheus.rules()
    assert len(rules) > 20
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


def test_recorded_sums_exist(looked: Looked) -> None:
    recorded = {rule["name"] for rule in looked.prometheus.rules() if rule["type"] == "recording"}
    assert {name for name in recorded if not looked.prometheus.ever(name)} == set()


def test_failed_runs_fire_their_alert_and_nothing_critical_fires(looked: Looked) -> None:
    firing = {rule["name"]: rule for rule in looked.prometheus.rules() if rule.get("state") == "firing"}
    assert "CJRunnerRunsEndBadly" in firing
    assert [name for name, rule in firing.items() if rule["labels"]["severity"] == "critical"] == []
