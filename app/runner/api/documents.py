"""Documents for programs and for people: one set of numbers as JSON, as markdown or as a page, as asked for.

Fed by routes with the numbers and the renderings; feeds the caller. Rendering takes place in a thread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from anyio import to_thread
from fastapi import Response
from pydantic import BaseModel, Field, WithJsonSchema

from app.errors import FieldProblem
from app.runner.api.problem_docs import Responses
from app.runner.api.reports import POLICY
from app.runner.export.accept import best
from app.runner.export.formats import NotAcceptable

ELSEWHERE = "ask for html or json"
"""Where the rest of a long document is."""


class Form(StrEnum):
    """The forms of a document; the first is what a caller gets who does not mind."""

    JSON = "json"
    MARKDOWN = "md"
    HTML = "html"
    CSV = "csv"


MEDIA_TYPES: Mapping[Form, str] = {
    Form.JSON: "application/json",
    Form.MARKDOWN: "text/markdown",
    Form.HTML: "text/html",
    Form.CSV: "text/csv",
}
_PARAMETERS = {Form.JSON: "", Form.CSV: "; charset=utf-8; header=present"}
Rendering = Callable[[Any], str | bytes]
FORMS = (Form.JSON, Form.MARKDOWN, Form.HTML)
FormName = Annotated[str | None, WithJsonSchema({"type": "string", "enum": [*FORMS]})]


def form_field() -> Any:
    """Return the field of a query that asks for a form."""
    return Field(default=None, alias="format", description="The form of the answer; wins over `Accept`.")


def _json(document: BaseModel) -> str:
    return document.model_dump_json()


@dataclass(frozen=True)
class Renderings:
    """How a document is written in each form but JSON; a form without a rendering is refused."""

    by_form: Mapping[Form, Rendering]

    def wanted(self, accept: str | None, asked: str | None) -> Form:
        """Return the form that a request wants; raises ``NotAcceptable``."""
        kinds = {form: kind for form, kind in MEDIA_TYPES.items() if form is Form.JSON or form in self.by_form}
        if asked is not None:
            named = next((form for form in kinds if asked in {form.value, form.name.lower()}), None)
            if named is None:
                raise _refusal("format", f"is not one of {', '.join(kinds)}")
            return named
        found = best(accept, kinds)
        if found is None:
            raise _refusal("Accept", f"takes none of {', '.join(kinds.values())}")
        return found

    async def answer(self, form: Form, document: object, name: str) -> Response:
        """Return a document in a form, under a name to save it by."""
        body = await to_thread.run_sync(self.by_form.get(form, _json), document)
        kind = "attachment" if form is Form.CSV else "inline"
        saved_as = quote(f"{name}.{form}", safe="")
        headers = {"Vary": "Accept", "Content-Disposition": f"{kind}; filename*=UTF-8''{saved_as}"}
        if form is Form.HTML:
            headers["Content-Security-Policy"] = POLICY
        media_type = MEDIA_TYPES[form] + _PARAMETERS.get(form, "; charset=utf-8")
        return Response(body, headers=headers, media_type=media_type)


def _refusal(field: str, message: str) -> NotAcceptable:
    return NotAcceptable(f"{field}: {message}", problems=[FieldProblem(field, message)])


def described(model: type[BaseModel], example: BaseModel, texts: Mapping[Form, str]) -> Responses:
    """Return what a route answers with, as the OpenAPI document says it, with one example in every form."""
    content: dict[str, Any] = {MEDIA_TYPES[Form.JSON]: {"example": example.model_dump(mode="json")}}
    for form, text in texts.items():
        content[MEDIA_TYPES[form]] = {"schema": {"type": "string"}, "example": text}
    return {
        200: {"description": "The document in the form that was asked for", "content": content, "model": model}
    }
