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

from app.roles.stack import ROLES, ROOT, Stack
from tests.e2e.conftest import started
from tests.e2e.log_query import PAGE, Example, Line, examples, found, shipped
from tests.e2e.observed import TROUBLED_JUDGE, Ended, all_kinds_of_work
from tests.e2e.prometheus_server import Prometheus, asking

Json = dict[str, Any]
DEFINITIONS = sorted((ROOT / "deploy" / "grafana" / "definitions").glob("*.yml"))
pytestmark = pytest.mark.timeout(300)
SERVICES = (
    "cj_runner",
    "cj_runner_worker",
    "cj_assessment_service",
    "llm_provider_service",
    "content_service",
)


@dataclass(frozen=True)
class Looked:
    """A stack that has worked, and what looked at it."""

    stack: Stack
    prometheus: Prometheus
    ends: list[dict[str, Ended]]


@pytest.fixture(scope="module")
def looked(new_server_dir: Callable[[], Path]) -> Iterator[Looked]:
    with started(new_server_dir(), TROUBLED_JUDGE) as stack, asking(stack, new_server_dir()) as prometheus:
        ends = []
        for label in ("first", "second"):
            ends.append(all_kinds_of_work(stack, label))
            prometheus.until_asked(time.time())
        yield Looked(stack, prometheus, ends)


def test_the_work_that_was_looked_at_went_as_planned(looked: Looked) -> None:
    ends = [{name: run.status for name, run in some.items()} for some in looked.ends]
    assert ends == [{"waves": "completed", "batch job": "completed", "no answers": "failed"}] * 2


def shows(looked: Looked, query: str) -> bool:
    """Whether a query had a number at any second; one that adds a zero must have one without it."""
    bare = re.sub(r"\$\w+", ".*", query.removesuffix(" or vector(0)"))
    series = looked.prometheus.ever(bare)
    return any(math.isfinite(float(value)) for one in series for _, value in one["values"])


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_every_query_of_a_dashboard_returns_data_or_says_why_it_is_quiet(looked: Looked, path: Path) -> None:
    panels = [panel for row in yaml.safe_load(path.read_text())["rows"] for panel in row["panels"]]
    asked = [(panel, query, shows(looked, query)) for panel in panels for query in panel["queries"].values()]
    assert [(panel["title"], query) for panel, query, shown in asked if not shown and "quiet" not in panel] == []


def test_every_query_of_the_page_returns_data_where_nothing_is_wrong(looked: Looked) -> None:
    blocks = re.findall(r"```promql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    silent = [query for block in blocks for query in block.splitlines() if not shows(looked, query)]
    named = {name for query in silent for name in re.findall(r"\w+_total", query)}
    assert named == {"llm_provider_queue_expiry_total", "huleedu_cj_prompt_fetch_failures_total"}


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


@pytest.fixture(scope="module")
def lines(looked: Looked) -> list[Line]:
    logs = [Path(looked.stack.plan.data_dir) / "logs" / f"{role}.log" for role in ROLES]
    return [shipped(text) for log in logs for text in log.read_text().splitlines()]


@pytest.fixture(scope="module")
def answered(looked: Looked, lines: list[Line]) -> list[tuple[Example, list[Line]]]:
    """The log queries of the page, about one run, and what they find."""
    run = looked.ends[0]["waves"]
    end = f'{{service_name="cj_runner_worker"}} | json | event="runner_execution_complete" | run_id="{run.id}"'
    (complete,) = found(end, lines)
    names = ("batch_id", "run_id", "batch_uuid", "correlation_id")
    return [
        (example, found(re.sub(r"\$(\w+)", lambda name: complete.fields[name[1]], example.query), lines))
        for example in examples()
        if all(name in names for name in re.findall(r"\$(\w+)", example.query))
    ]


def test_every_log_query_finds_lines(answered: list[tuple[Example, list[Line]]]) -> None:
    assert len(answered) == len(list(examples())) > 20
    assert [example.query for example, some in answered if not some and not example.quiet] == []


def test_a_log_query_that_is_quiet_while_all_is_well_names_events_that_are_written() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    for query in (example.query for example in examples() if example.quiet):
        events = re.findall(r'(?: event=|\|= )"(\w+)"', query)
        assert events
        assert [event for event in events if f'"{event}"' not in sources] == []


def test_labels_of_log_lines_are_few(lines: list[Line]) -> None:
    assert {label for line in lines for label in line.labels} == {"service_name", "level", "environment"}
    assert len({tuple(sorted(line.labels.items())) for line in lines}) < 20
    assert {line.labels["service_name"] for line in lines} == set(SERVICES)


def test_the_page_names_the_services_as_they_call_themselves() -> None:
    page = PAGE.read_text()
    assert [name for name in SERVICES if f"`{name}`" not in page] == []
