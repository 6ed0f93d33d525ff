"""Makes the dashboards, and their tables in docs/observability.md, from ``definitions``, or says what is stale.

Fed by ``make dashboards`` and ``make check``. A definition has ``title``, ``uid``, ``variables`` (label: metric
that has it) and ``rows`` of panels; a panel has ``title``, ``says``, ``queries`` (legend: PromQL) and, where they
differ from the usual, ``unit``, ``kind`` and ``quiet`` (why it shows nothing while all is well).
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "observability.md"
RULES = ROOT / "deploy" / "prometheus" / "rules" / "alerts.yml"
ACROSS, WIDTH, HEIGHT = 24, 8, 8
SMALL = {"stat": (4, 4)}
DATASOURCE = {"type": "prometheus", "uid": "prometheus"}
Json = dict[str, Any]


def main() -> int:
    """Write what is stale; with ``--check`` name it only, and return 1 if there is any."""
    wanted = dict(files())
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    strange = [path for path in sorted((HERE / "dashboards").glob("*.json")) if path not in wanted]
    if "--check" in sys.argv[1:]:
        for path in (*stale, *strange):
            print(f"stale: {path.relative_to(ROOT)}; run `make dashboards`")
        return 1 if stale or strange else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in strange:
        path.unlink()
    return 0


def files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file and its text."""
    definitions = {path: yaml.safe_load(path.read_text()) for path in sorted((HERE / "definitions").glob("*.yml"))}
    for path, definition in definitions.items():
        text = json.dumps(dashboard(definition), indent=1, ensure_ascii=False)
        yield HERE / "dashboards" / f"{path.stem}.json", text + "\n"
    page = PAGE.read_text(encoding="utf-8")
    page = _between(page, "panels", "\n".join(_panel_lines(definitions.values())))
    yield PAGE, _between(page, "alerts", "\n".join(_alert_lines(yaml.safe_load(RULES.read_text()))))


def dashboard(definition: Json) -> Json:
    """Return the dashboard as Grafana reads it."""
    return {
        "uid": definition["uid"],
        "title": definition["title"],
        "tags": ["cj-runner"],
        "timezone": "browser",
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "schemaVersion": 39,
        "templating": {"list": [_variable(*pair) for pair in definition.get("variables", {}).items()]},
        "panels": list(_panels(definition["rows"])),
    }


def _variable(label: str, metric: str) -> Json:
    return {
        "name": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {label})", "refId": label},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "sort": 1,
    }


def _panels(rows: list[Json]) -> Iterator[Json]:
    number = y = 0
    for row in rows:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": row["title"],
            "collapsed": False,
            "gridPos": _at(0, y, ACROSS, 1),
        }
        y, x, tallest = y + 1, 0, 0
        for panel in row["panels"]:
            width, height = SMALL.get(panel.get("kind", ""), (WIDTH, HEIGHT))
            if x + width > ACROSS:
                x, y, tallest = 0, y + tallest, 0
            number += 1
            yield _panel(panel) | {"id": number, "gridPos": _at(x, y, width, height)}
            x, tallest = x + width, max(tallest, height)
        y += tallest


def _at(x: int, y: int, width: int, height: int) -> Json:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Json) -> Json:
    kind = panel.get("kind", "timeseries")
    instant = kind == "stat"
    quiet = f"\n\nEmpty while all is well: {panel['quiet']}." if "quiet" in panel else ""
    lines = {"drawStyle": "line", "fillOpacity": 10, "showPoints": "never", "spanNulls": False}
    options: Json = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if instant:
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": "value_and_name"}
    return {
        "type": kind,
        "title": panel["title"],
        "description": re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", panel["says"]) + quiet,
        "datasource": DATASOURCE,
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": DATASOURCE, "expr": query, "legendFormat": legend}
            | ({"instant": True, "range": False} if instant else {"range": True})
            for n, (legend, query) in enumerate(panel["queries"].items())
        ],
        "fieldConfig": {
            "defaults": {"unit": panel.get("unit", "short"), "min": 0, "custom": {} if instant else lines},
            "overrides": [],
        },
        "options": options,
    }


def _panel_lines(definitions: Any) -> Iterator[str]:
    for definition in definitions:
        yield f"### {definition['title']}\n"
        yield from ("| panel | what it says |", "|---|---|")
        for panel in (panel for row in definition["rows"] for panel in row["panels"]):
            quiet = f" Empty while all is well: {panel['quiet']}." if "quiet" in panel else ""
            yield f"| {panel['title']} | {panel['says']}{quiet} |"
        yield ""


def _alert_lines(rules: Json) -> Iterator[str]:
    yield from ("| alert | severity | when | what to do |", "|---|---|---|---|")
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        said = rule["annotations"]
        link = said["runbook"].removeprefix("docs/")
        severity = rule["labels"]["severity"]
        yield f"| `{rule['alert']}` | {severity} | {said['when']} | {said['what_to_do']} [More]({link}) |"


def _between(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- {name}: made by `make dashboards` -->", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end)[1]}"


if __name__ == "__main__":
    sys.exit(main())
