"""Metrics have few labels with few values, and docs/metrics.md has them all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from app.cli.metrics_page import BY_SERVICE, Metric, metrics_of, rendered
from app.telemetry.label_names import LABELS
from app.telemetry.metrics import MOST_VALUES, OTHER, bounded

ROOT = Path(__file__).resolve().parents[2]
EVERY = [metric for names in BY_SERVICE.values() for name in names for metric in metrics_of(import_module(name))]
IDS = {"run_id", "batch_id", "batch_uuid", "correlation_id", "event_id", "request_id", "user_id", "owner", "path"}
PINNED = [
    "huleedu_cj_prompt_fetch_failures_total",
    "huleedu_cj_prompt_fetch_success_total",
    "cj_llm_requests_total",
    "cj_llm_batches_started_total",
    "cj_callbacks_processed_total",
    "cj_callback_latency_seconds",
    "cj_batch_processing_duration_seconds",
    "cj_iterations_per_batch",
    "cj_batch_state",
    "cj_workflow_decisions_total",
    "cj_bt_se_inflated_batches_total",
    "cj_bt_sparse_coverage_batches_total",
    "cj_admin_instruction_operations_total",
    "cj_stuck_batches_detected",
    "cj_stuck_batches_recovered_total",
    "cj_stuck_batches_failed_total",
    "llm_provider_requests_total",
    "llm_requests_total",
    "llm_provider_serial_bundle_calls_total",
    "llm_provider_serial_bundle_items_per_call",
    "llm_provider_queue_expiry_total",
    "llm_provider_queue_wait_time_seconds",
    "llm_provider_comparison_callbacks_total",
    "llm_provider_queue_depth",
    "llm_provider_batch_api_jobs_total",
    "llm_provider_batch_api_items_per_job",
    "llm_provider_batch_api_job_duration_seconds",
    "llm_provider_cost_dollars_total",
    "llm_provider_tokens_used_total",
]
PROCESS = """
import sys
from pathlib import Path
from app.telemetry.metrics import CONSUMED, OUTBOX_PENDING, expose, share
share(Path(sys.argv[1]))
CONSUMED.labels("cj", "topic", "taken").inc(int(sys.argv[2]))
OUTBOX_PENDING.labels("cj").set(int(sys.argv[2]))
print("counted", flush=True)
for line in sys.stdin:
    text = expose().decode()
    print([row for row in text.splitlines() if row.startswith("messaging_")], flush=True)
"""


@pytest.mark.parametrize("metric", EVERY, ids=str)
def test_labels_have_known_names_and_none_is_an_id(metric: Metric) -> None:
    assert set(metric.label_names) <= set(LABELS)
    assert not set(metric.label_names) & IDS


def test_every_name_in_the_list_of_labels_is_used() -> None:
    assert set(LABELS) - {name for metric in EVERY for name in metric.label_names} == set()


def test_every_module_of_metrics_stands_on_the_page() -> None:
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "app").rglob("metrics.py")}
    assert files == {name for names in BY_SERVICE.values() for name in names}


def test_the_page_is_fresh_and_has_the_names_that_dashboards_pin() -> None:
    page = (ROOT / "docs/metrics.md").read_text()
    assert page == rendered()
    assert [name for name in PINNED if f"| `{name}` |" not in page] == []


def test_a_label_that_others_fill_keeps_so_many_values_apart() -> None:
    seen = set[str]()
    known = [bounded(seen, f"made up {number}") for number in range(MOST_VALUES + 5)]
    assert len(set(known)) <= MOST_VALUES + 1
    assert known[-1] == OTHER
    assert bounded(seen, known[0]) == known[0]


@contextmanager
def counting(folder: Path, number: int) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROCESS, str(folder), str(number)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        yield process


def shown(process: "subprocess.Popen[str]") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    print("show", file=process.stdin, flush=True)
    return process.stdout.readline()


def test_two_processes_show_the_sum_of_both_and_a_killed_ones_gauges_go(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, two = (stack.enter_context(counting(tmp_path, number)) for number in (2, 5))
        for process in (one, two):
            text = shown(process)
            assert 'messaging_consumed_total{result="taken",service="cj",topic="topic"} 7.0' in text
            assert 'messaging_outbox_pending{service="cj"} 5.0' in text
        two.kill()
        two.wait()
        third = stack.enter_context(counting(tmp_path, 1))
        text = shown(third)
        assert 'messaging_consumed_total{result="taken",service="cj",topic="topic"} 8.0' in text
        assert 'messaging_outbox_pending{service="cj"} 1.0' in text
        assert not list(tmp_path.glob(f"gauge_live*_{two.pid}.db"))
        assert list(tmp_path.glob(f"gauge_live*_{one.pid}.db"))
