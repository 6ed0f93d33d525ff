"""Two small runs and their reports, kept: markdown to the letter, JSON to the last digit but rounding."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.runner.reports.compose import compose
from app.runner.reports.renderings import Form, rendering
from app.runner.reports.shapes.document import Report
from tests.unit.reports.subjects import GOLDEN, alignment, golden

KEPT = dict(golden())


@pytest.mark.parametrize("name", KEPT)
def test_the_markdown_is_the_one_that_is_kept(name: str) -> None:
    kept = (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
    assert rendering(KEPT[name], Form.MARKDOWN).body.decode() == kept


@pytest.mark.parametrize("name", KEPT)
def test_the_json_is_the_one_that_is_kept(name: str) -> None:
    kept = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    made = json.loads(rendering(KEPT[name], Form.JSON).body)
    assert flat(made) == {place: pytest.approx(value, abs=1e-6) for place, value in flat(kept).items()}


def flat(value: Any, place: str = "") -> dict[str, Any]:
    """Return every leaf by its place."""
    if isinstance(value, dict):
        return {key: leaf for name, part in value.items() for key, leaf in flat(part, f"{place}/{name}").items()}
    if isinstance(value, list):
        return {key: leaf for at, part in enumerate(value) for key, leaf in flat(part, f"{place}/{at}").items()}
    return {place: value}


@pytest.mark.parametrize("name", KEPT)
def test_the_json_can_be_read_back_as_the_same_report(name: str) -> None:
    body = rendering(KEPT[name], Form.JSON).body
    assert rendering(Report.model_validate_json(body), Form.JSON).body == body


def decimals(value: Any) -> Iterator[float]:
    for leaf in flat(value).values():
        if isinstance(leaf, int | float) and not isinstance(leaf, bool):
            yield float(leaf)


@pytest.mark.parametrize("name", KEPT)
def test_every_decimal_of_the_markdown_stands_in_the_json(name: str) -> None:
    text = rendering(KEPT[name], Form.MARKDOWN).body.decode()
    tables = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    numbers = list(decimals(json.loads(rendering(KEPT[name], Form.JSON).body)))
    for shown in set(re.findall(r"(?<![\w.])-?\d+\.\d+(?![\w.])", tables)):
        digits = len(shown.partition(".")[2])
        assert any(abs(round(value, digits) - float(shown)) < 10**-9 for value in numbers), shown


def test_the_same_run_gives_the_same_report() -> None:
    assert compose(alignment()) == compose(alignment())
