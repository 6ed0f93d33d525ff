"""A report as one HTML page that needs nothing else: no network, no script. PURE.

Fed by a layout; feeds the run's files and the API. Everything is escaped by the template; only plots come as
markup, which ``plots.canvas`` makes of escaped parts.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.runner.reports import plain
from app.runner.reports.blocks import Layout

HERE = Path(__file__).parent
TONES = {"good": "Good:", "bad": "Attention:", "unknown": "Not known:", "plain": ""}


def to_html(layout: Layout, language: str = "en") -> str:
    """Return the page."""
    return _template().render(layout=layout, language=language, tones=TONES)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit_to_be_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.tests["kind"] = lambda block, name: type(block).__name__ == name
    environment.filters["slug"] = lambda title: "".join(x if x.isalnum() else "-" for x in title.lower())
    return environment.get_template("report.html.j2")


def _fit_to_be_shown(value: object) -> object:
    """Return a text without characters that HTML does not allow; markup of our own as it is."""
    return plain.whole(value) if type(value) is str else value
