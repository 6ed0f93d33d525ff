"""Markdown of a report in a pull request: nothing breaks out of its place, and nobody is reached by it."""

import re
from dataclasses import replace

import pytest

from app.runner.reports.blocks import Code, Layout, Quotes, Section, Table
from app.runner.reports.compose import compose
from app.runner.reports.markdown import cell, fenced, folded, line, quoted
from app.runner.reports.md import MOST_CHARACTERS, to_markdown
from app.runner.reports.renderings import Form, rendering
from tests.unit.reports.subjects import (
    alignment,
    alignment_report,
    assessment_report,
    subject,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b\nc `d` <x>", r"a \| b c \`d\` \<x\>"),
        ("@octocat and @org/team", "@&#8203;octocat and @&#8203;org/team"),
        ("fixes #12, GH-3, x#4", r"fixes \#&#8203;12, GH-&#8203;3, x\#&#8203;4"),
        ("https://example.org www.example.org", "https:&#8203;//example.org www&#8203;.example.org"),
        ("me@example.org", "me@&#8203;example.org"),
        ("[a](b) ![c](d)", r"\[a\](b) !\[c\](d)"),
        ("**bold** ~~gone~~ _it_ snake_case", r"\*\*bold\*\* \~\~gone\~\~ \_it\_ snake_case"),
        ("&lt;b&gt; $x^2$ \\", r"\&lt;b\&gt; \$x^2\$ \\"),
        ("one\u202etwo\x07", "one�two�"),
    ],
)
def test_text_in_a_cell_is_text(text: str, shown: str) -> None:
    assert cell(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. item", r"1\. item"),
        ("12) item", r"12\) item"),
        ("- item", r"\- item"),
        ("+ x", r"\+ x"),
        ("= x", r"\= x"),
        ("-0.3 is a score", r"\-0.3 is a score"),
        ("# x", r"\# x"),
        ("> x", r"\> x"),
        ("3.5 points", "3.5 points"),
    ],
)
def test_a_line_begins_no_list_and_no_heading(text: str, shown: str) -> None:
    assert line(text) == shown


def test_a_fence_is_longer_than_any_inside() -> None:
    assert fenced("```\nx\n````")[0] == "`````text"


def test_a_quote_keeps_its_lines_and_ends_nothing() -> None:
    assert quoted("one\n\n</details>\n- two") == ["> one  ", ">", r"> \</details\>  ", r"> \- two"]
    assert quoted("") == ["> "]


def test_a_summary_is_html_and_reaches_nobody() -> None:
    assert folded("<b> @you & #1", ["x"])[1] == "<summary>&lt;b&gt; @&#8203;you &amp; #&#8203;1</summary>"


def widths(text: str) -> set[tuple[int, ...]]:
    """Return for each table how many cells its lines have, cut as GitHub cuts them."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return {
        tuple(sorted({len(re.findall(r"(?:\\.|[^|\\])+", row.strip("|"))) for row in table.splitlines()}))
        for table in tables
    }


def test_every_table_of_a_report_keeps_its_columns_whatever_the_names() -> None:
    names = [f"a|b`c\\|{at} <!-- @x ```" for at in range(12)]
    report = compose(subject("alignment", names, dict(zip(names, "AABB", strict=False))))
    found = widths(rendering(report, Form.MARKDOWN).body.decode())
    assert len(found) > 5
    assert all(len(width) == 1 for width in found)


def test_details_open_and_close_alike() -> None:
    text = rendering(alignment_report(), Form.MARKDOWN).body.decode()
    assert text.count("<details>") == text.count("</details>") == text.count("<summary>") > 2


def test_the_first_lines_say_what_came_of_it() -> None:
    text = rendering(alignment_report(), Form.MARKDOWN).body.decode()
    first = text.splitlines()[:4]
    assert first[0] == "# Anchor alignment: spring"
    assert "1 of 4 targets of agreement with the experts missed" in first[2]
    graded = rendering(assessment_report(), Form.MARKDOWN).body.decode().splitlines()[:4]
    assert "9 of 9 essays have a projected grade" in graded[2]
    assert "read these essays yourself" in graded[3]


def test_a_long_report_still_fits_into_a_pull_request_and_says_where_the_rest_is() -> None:
    rows = [(f"essay {at}", "x" * 60) for at in range(2_000)]
    blocks = [
        Table("many", ("Essay", "What"), rows),
        Quotes("words", [(f"q{at}", "w" * 400) for at in range(300)]),
        Code("prompt", "p" * 50_000),
    ]
    text = to_markdown(Layout("long", (), (), [Section("s", blocks)]))
    assert len(text) <= MOST_CHARACTERS
    assert "more lines: they stand in report.html and report.json." in text
    assert "50000 characters, they stand in report.html" in text


def test_a_report_that_lacks_something_says_so_first() -> None:
    found = alignment()
    lacking = found.missing.model_copy(update={"reason": "comparisons_missing: 3 of 12 callbacks never came"})
    report = compose(replace(found, missing=lacking))
    assert report.summary[0].tone == "bad"
    assert report.summary[0].text.startswith("Incomplete: comparisons_missing: 3 of 12 callbacks never came.")
