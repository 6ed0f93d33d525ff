"""Reads the log queries of the documentation as Loki would, as far as they go, and asks real lines with them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from app.roles.stack import ROOT

PROMTAIL = ROOT / "deploy" / "loki" / "promtail.yml"
PAGE = ROOT / "docs" / "observability.md"
COUNTED = re.compile(r"sum by \((\w+)\) \(count_over_time\((.*) \[\d+[mh]\]\)\)")
STREAM = re.compile(r"\{([^}]*)\}(.*)")
MATCH = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
STAGE = re.compile(
    r'\s*(?:\|= "(?P<text>[^"]*)"|\| (?P<json>json)\b|\| (?P<field>\w+)(?P<how>=~|!~|!=|=)"(?P<value>[^"]*)")'
)
Json = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """A question, whether nothing is found while all is well, and the query."""

    question: str
    quiet: bool
    query: str


def examples() -> Iterator[Example]:
    """Yield the log queries of the page."""
    (block,) = re.findall(r"```logql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for question, queries in re.findall(r"^# (.*)\n((?:[^#].*\n)+)", block, re.MULTILINE):
        for query in queries.splitlines():
            yield Example(question.removesuffix(" (quiet)"), question.endswith("(quiet)"), query)


@dataclass(frozen=True)
class Line:
    """A line as Loki has it: under few labels, with its fields after ``| json``."""

    labels: dict[str, str]
    text: str
    fields: dict[str, str]


def shipped(text: str) -> Line:
    """Return the line as the deployed promtail labels it."""
    read = json.loads(text)
    (job,) = yaml.safe_load(PROMTAIL.read_text())["scrape_configs"]
    stages = {name: stage for found in job["pipeline_stages"] for name, stage in found.items()}
    extracted = {name: read.get(path.strip('"')) for name, path in stages["json"]["expressions"].items()}
    labels = {label: str(extracted[source]) for label, source in stages["labels"].items() if extracted[source]}
    return Line(labels, text, {re.sub(r"\W", "_", name): _shown(value) for name, value in read.items()})


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def found(query: str, lines: list[Line]) -> list[Line]:
    """Return the lines that a query finds; fails where it is not one that this reader knows."""
    counted = COUNTED.fullmatch(query)
    stream = STREAM.fullmatch(counted[2] if counted else query)
    assert stream, f"not a query: {query}"
    matchers = MATCH.findall(stream[1])
    assert matchers, f"no label is asked for: {query}"
    some = [line for line in lines if all(_fits(line.labels.get(label, ""), *how) for label, *how in matchers)]
    rest, fields = stream[2], False
    while rest.strip():
        stage = STAGE.match(rest)
        assert stage, f"not a stage: {rest}"
        rest, fields = rest[stage.end() :], fields or stage["json"] is not None
        if stage["text"] is not None:
            some = [line for line in some if stage["text"] in line.text]
        elif stage["field"] is not None:
            assert fields, f"`| json` must come before {stage['field']}: {query}"
            some = [
                line for line in some if _fits(line.fields.get(stage["field"], ""), stage["how"], stage["value"])
            ]
    if counted:
        some = [line for line in some if counted[1] in line.labels | line.fields]
    return some


def _fits(value: str, how: str, wanted: str) -> bool:
    same = bool(re.fullmatch(wanted, value)) if "~" in how else value == wanted
    return same is not how.startswith("!")
