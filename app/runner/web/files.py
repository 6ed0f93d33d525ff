"""Style sheet, scripts and icon of the pages: read once, named by their digest so that browsers may keep them.

Fed by the folder ``static``; feeds the route ``/static/{name}`` and the templates with addresses.
"""

import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from app.errors import NotFound
from app.runner.api.negotiate import has

PATH = "/static"
DIGITS = 16
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "public, no-cache"


@dataclass(frozen=True)
class StaticFile:
    """One file as it goes out."""

    name: str
    body: bytes
    media_type: str
    digest: str

    @property
    def address(self) -> str:
        """Where it is found under its digest."""
        stem, _, suffix = self.name.rpartition(".")
        return f"{PATH}/{stem}.{self.digest}.{suffix}"


class StaticFiles:
    """All files of the pages."""

    def __init__(self) -> None:
        folder = files("app.runner.web") / "static"
        read = [_file(item.name, item.read_bytes()) for item in folder.iterdir() if item.is_file()]
        self._by_name = {item.name: item for item in read}
        self._by_address = {item.address: item for item in read}

    def address(self, name: str) -> str:
        """Return the address of a file, for a template; raises ``KeyError`` for one that is not there."""
        return self._by_name[name].address

    def answer(self, name: str, if_none_match: str | None) -> Response:
        """Return a file by its name with the digest, to be kept for good, or without it; raises ``NotFound``."""
        lasting = self._by_address.get(f"{PATH}/{name}")
        found = lasting or self._by_name.get(name)
        if found is None:
            raise NotFound("the pages have no such file: load the page anew")
        headers = {"ETag": f'"{found.digest}"', "Cache-Control": FOR_GOOD if lasting else ASK_FIRST}
        if has(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(found.body, headers=headers, media_type=found.media_type)


def _file(name: str, body: bytes) -> StaticFile:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return StaticFile(name, body, kind, hashlib.sha256(body).hexdigest()[:DIGITS])


def routes(static: StaticFiles) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    @router.get(PATH + "/{name}")
    async def static_file(name: str, request: Request) -> Response:
        return static.answer(name, request.headers.get("if-none-match"))

    return router
