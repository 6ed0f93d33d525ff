"""The page of all metrics, made from their definitions; feeds ``docs/metrics.md``."""

from importlib import import_module
from types import ModuleType

from app.telemetry.label_names import LABELS
from app.telemetry.metrics import MOST_VALUES, Counter, Gauge, Histogram

Metric = Counter | Gauge | Histogram
BY_SERVICE = {
    "Runner (`api`, `worker`)": ("app.runner.metrics", "app.runner.webhooks.metrics", "app.runner.access.metrics"),
    "Engine (`cj`)": ("app.cj.metrics",),
    "Gateway (`gateway`)": ("app.gateway.metrics",),
    "Messaging (`worker`, `cj`, `gateway`)": ("app.telemetry.metrics",),
}
HEAD = f"""# Metrics

`GET /metrics` of every role, in Prometheus's text format. No label holds an id or a text: all label names stand
at the end of this page, and of each name the first {MOST_VALUES} values are kept apart, later ones are `other`. A
histogram has `_bucket`, `_sum` and `_count`. A process also shows `process_*` and `python_*`, which the client
library explains. Counters begin at 0 with each process; gauges of states are counted from the tables every few
seconds and are true whatever process has died.

## Several processes of one role

Two processes of one role on one machine each have their own port and their own `/metrics`: scrape both. Where only
one of them can be reached (behind a load balancer), give them one folder, which is empty at first and no other
role's, before they start; then `/metrics` of each shows the sum of all:

```
mkdir -p /run/cj-runner/api-metrics
PROMETHEUS_MULTIPROC_DIR=/run/cj-runner/api-metrics RUNNER_PORT=8300 python -m app api &
PROMETHEUS_MULTIPROC_DIR=/run/cj-runner/api-metrics RUNNER_PORT=8310 python -m app api &
```

Counters and histograms of processes that ended stay in the sum until the folder is emptied, which is done while
none of them runs. Gauges of a process that ended go with it; of one that was killed, when the next one starts.
`process_*` and `python_*` are not shown then. Containers do not share process ids: give each its own folder, or
none.

This page is made by `make metrics`.
"""


def rendered() -> str:
    """Return the page's text."""
    services = "".join(_service(title, modules) for title, modules in BY_SERVICE.items())
    labels = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in sorted(LABELS.items()))
    return f"{HEAD}{services}\n## Labels\n\n| label | what it holds |\n|---|---|\n{labels}"


def metrics_of(module: ModuleType) -> list[Metric]:
    """Return the metrics that a module defines, in its order."""
    return [found for found in vars(module).values() if isinstance(found, Metric)]


def _service(title: str, modules: tuple[str, ...]) -> str:
    rows = "".join(_row(metric) for name in modules for metric in metrics_of(import_module(name)))
    return f"\n## {title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n{rows}"


def _row(metric: Metric) -> str:
    [family] = metric.describe()
    name = f"{family.name}_total" if isinstance(metric, Counter) else family.name
    labels = ", ".join(f"`{label}`" for label in metric.label_names)
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} |\n"
