"""Routes of the prompts that runs may ask for by name: which there are, what each is for, its text and hash."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING
from app.runner.runs import prompts
from app.runner.runs.prompts import NamedPrompt, Role


class PromptView(BaseModel):
    """One prompt without its text; ``sha256`` and ``characters`` are of the text as a judge is sent it."""

    role: Role
    name: str
    version: int | None = Field(description="The number that the name starts with.")
    purpose: str | None = Field(description="What it is for; never sent to a judge.")
    sha256: str
    characters: int


class PromptText(PromptView):
    """One prompt with its text."""

    text: str


class PromptList(BaseModel):
    """All prompts, by role and name."""

    items: list[PromptView]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/prompts", tags=["prompts"])
    folder = parts.settings.prompts_dir

    @router.get("", summary="Prompts that runs can name", responses=BAD)
    def listed(role: Role | None = None) -> PromptList:
        return PromptList(items=[PromptView(**_shown(found)) for found in prompts.listed(folder, role)])

    @router.get(
        "/{role}/{name}",
        summary="One prompt with its text; its ETag is the hash",
        response_model=PromptText,
        responses={304: {"description": "The text is the one that the caller has"}} | BAD | MISSING,
    )
    def one(
        role: Role, name: str, response: Response, if_none_match: Annotated[str | None, Header()] = None
    ) -> PromptText | Response:
        found = prompts.named(folder, role, name)
        etag = f'"{found.sha256}"'
        if _known(if_none_match, etag):
            return Response(status_code=304, headers={"ETag": etag})
        response.headers["ETag"] = etag
        return PromptText(**_shown(found), text=found.text)

    return router


def _known(if_none_match: str | None, etag: str) -> bool:
    """Return whether one of the caller's tags is the present one; weak tags count as strong ones here."""
    tags = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return etag in tags or "*" in tags


def _shown(found: NamedPrompt) -> dict[str, Any]:
    return {name: getattr(found, name) for name in PromptView.model_fields}
