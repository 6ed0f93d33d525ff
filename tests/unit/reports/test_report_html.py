"""The HTML of a report is valid, whole in itself, usable without eyes; nothing that anybody wrote is markup."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import html5lib
import pytest

from app.runner.reports.compose import Subject, compose
from app.runner.reports.renderings import Form, rendering
from app.runner.reports.shapes.document import PromptShown
from app.runner.results.answers import Answer
from tests.unit.reports.subjects import GRADES, alignment_report, assessment_report, subject

HOSTILE = (
    "</title></style></textarea><script>alert(1)</script>",
    '"\' onmouseover=alert(1) x="',
    "</svg><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>click</a> [click](javascript:alert(1))",
    "]]><!-- --><![CDATA[ {{ 7*7 }} {% raw %}",
    "\x00\x08\u202egnp.exe\u2066 \ufffe",
)
Tree = Any


def parsed(page: str) -> Tree:
    """Return the tree of a page; raises for anything that HTML does not allow."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    return parser.parse(page)


@cache
def page(kind: str) -> str:
    made = {"alignment": alignment_report, "assessment": assessment_report, "hostile": lambda: compose(hostile())}
    return rendering(made[kind](), Form.HTML).body.decode()


@cache
def tree_of(kind: str) -> Tree:
    return parsed(page(kind))


def hostile() -> Subject:
    """Return a run whose essays, judge and label are called what harms most."""
    names = [f"{HOSTILE[at % len(HOSTILE)]}{at}" for at in range(12)]
    found = subject("alignment", names, dict(zip(names, GRADES, strict=True)))
    words = [replace(item, justification=HOSTILE[item.sequence % 6] * 3) for item in found.answers]
    return replace(
        found,
        title=f"Anchor alignment: {HOSTILE[0]}",
        about=found.about.model_copy(update={"batch_label": HOSTILE[1], "reason": HOSTILE[2]}),
        answers=[bad(item) for item in words],
        engine=dict(found.engine) | {"design_policy": HOSTILE[3], "bt_quality_flags": {HOSTILE[4]: True}},
        prompts=[
            PromptShown(role="system prompt", name=HOSTILE[0], sha256="x", text=HOSTILE[0] + "\n```\n</pre>")
        ],
    )


def bad(item: Answer) -> Answer:
    return replace(item, model=HOSTILE[2], error_code=None if item.winner else HOSTILE[1])


@pytest.mark.parametrize("kind", ["alignment", "assessment", "hostile"])
def test_the_page_is_valid_and_reaches_nowhere(kind: str) -> None:
    tree = tree_of(kind)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not tags & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "link",
        "base",
        "use",
        "image",
        "video",
    }
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not str(name).lower().startswith("on")
            assert str(name) not in {"src", "style", "action", "srcdoc"}
            if "href" in str(name):
                assert value.startswith("#")
    css = "".join(element.text or "" for element in tree.iter("style"))
    assert "url(" not in css
    assert "@import" not in css


def test_what_people_wrote_stands_in_the_page_word_for_word() -> None:
    text = "".join(tree_of("hostile").itertext())
    for words in HOSTILE[:5]:
        assert words in text


def test_a_name_cannot_turn_the_direction_of_a_plot() -> None:
    plots = re.findall(r"<svg.*?</svg>", page("hostile"), re.DOTALL)
    assert len(plots) == 3
    assert not any(letter in plot for plot in plots for letter in "\u202e\u2066\x00\x08")


def test_every_table_has_a_caption_and_every_heading_its_scope() -> None:
    tree = tree_of("assessment")
    tables = list(tree.iter("table"))
    assert len(tables) > 12
    assert all(table.find("caption") is not None and "".join(table.find("caption").itertext()) for table in tables)
    assert {heading.get("scope") for heading in tree.iter("th")} == {"col", "row"}


def test_every_plot_has_a_title_a_description_and_its_numbers_in_a_table() -> None:
    tree = tree_of("assessment")
    plots = list(tree.iter("{http://www.w3.org/2000/svg}svg")) or list(tree.iter("svg"))
    assert len(plots) == 4
    names = set()
    for plot in plots:
        title, description = (
            next(child for child in plot if str(child.tag).endswith(tag)) for tag in ("title", "desc")
        )
        assert plot.get("role") == "img"
        assert plot.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert "table" in (description.text or "") or "comparisons" in (description.text or "")
        names |= {title.get("id"), description.get("id")}
    assert len(names) == 8


def test_ids_occur_once_and_links_within_the_page_lead_somewhere() -> None:
    tree = tree_of("assessment")
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {link.get("href")[1:] for link in tree.iter("a")} <= set(ids)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_of_text_and_lines_stand_out_in_light_and_dark() -> None:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root {(.*?)}", page("alignment"), re.DOTALL)[:2]
    )
    assert set(light) == set(dark)
    for colours in (light, dark):
        for name in ("ink", "soft", "link", "good", "bad", "unknown", "anchor", "student", "second"):
            assert contrast(colours[name], colours["paper"]) >= 4.5
            assert contrast(colours[name], colours["band"]) >= 4.5
        for shade in range(1, 7):
            words = colours["dark-text" if shade < 4 else "light-text"]
            assert contrast(words, colours[f"s{shade}"]) >= 4.5
