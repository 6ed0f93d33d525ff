"""A report in each of its forms: markdown, HTML, JSON. PURE, and heavy for many essays: call it in a thread.

Fed by a report; feeds the run's files, the API and the command line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from app.runner.reports.blocks import Section
from app.runner.reports.html.render import to_html
from app.runner.reports.layout.whole import layout
from app.runner.reports.md import to_markdown
from app.runner.reports.shapes.document import Report


class Form(StrEnum):
    """The forms, by the names that ``format`` takes; the first is what a reader gets who does not mind."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


MEDIA_TYPES: Mapping[Form, str] = {
    Form.MARKDOWN: "text/markdown; charset=utf-8",
    Form.HTML: "text/html; charset=utf-8",
    Form.JSON: "application/json",
}
KINDS: Mapping[Form, str] = {Form.MARKDOWN: "report", Form.HTML: "report_html", Form.JSON: "report_json"}
"""Of the files of a run."""


@dataclass(frozen=True)
class Rendering:
    """A report in one form."""

    form: Form
    body: bytes

    @property
    def file(self) -> str:
        """The name of the file that it goes into."""
        return f"report.{self.form}"

    @property
    def kind(self) -> str:
        """The kind of that file."""
        return KINDS[self.form]

    @property
    def media_type(self) -> str:
        """The media type with its parameters."""
        return MEDIA_TYPES[self.form]


def to_json(report: Report) -> str:
    """Return the report as JSON, every number in full."""
    return orjson.dumps(report.model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode() + "\n"


def rendering(report: Report, form: Form, more: Sequence[Section] = ()) -> Rendering:
    """Return the report in one form; ``more`` are sections after its own, in those forms that have sections."""
    match form:
        case Form.MARKDOWN:
            text = to_markdown(layout(report, more))
        case Form.HTML:
            text = to_html(layout(report, more))
        case Form.JSON:
            text = to_json(report)
    return Rendering(form, text.encode())


def renderings(report: Report) -> Iterator[Rendering]:
    """Yield the report in all forms."""
    return (rendering(report, form) for form in Form)
