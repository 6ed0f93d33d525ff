"""Routes of asset packages: upload a zip or files, register a folder of the server, look at them."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile as Sent

from app.edge.access import Caller, Known
from app.errors import InvalidInput, TooLarge
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, BIG, MISSING
from app.runner.api.views import PackageList, PackageView, package_view
from app.runner.assets import store, unpack
from app.runner.assets.inventory import take_stock
from app.runner.assets.unpack import Limits
from app.runner.runs.labels import NOT_STORABLE, is_storable

PATH = "/v1/asset-packages"
MIN_TEXT, MOST_MIN_TEXT = 100, 10_000
LONGEST_NAME = 200
MinText = Annotated[int, Form(ge=1, le=MOST_MIN_TEXT)]


class FolderRequest(BaseModel):
    """A folder below the server's packages root."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(min_length=1, max_length=400)
    name: str | None = Field(default=None, max_length=LONGEST_NAME)
    min_text_characters: int = Field(default=MIN_TEXT, ge=1, le=MOST_MIN_TEXT)


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=["asset packages"])

    def made(package: PackageView, response: Response) -> PackageView:
        response.headers["Location"] = f"/v1/asset-packages/{package.id}"
        return package

    @router.post("", status_code=201, summary="Upload essays: one zip, or many files", responses=BIG)
    async def upload(
        response: Response,
        caller: Known,
        file: Annotated[list[UploadFile], File(description="A zip, or the files with their relative paths.")],
        name: Annotated[str | None, Form(max_length=LONGEST_NAME)] = None,
        min_text_characters: MinText = MIN_TEXT,
    ) -> PackageView:
        return made(await uploaded(parts, caller, file, name, min_text_characters), response)

    @router.post("/from-folder", status_code=201, summary="Register a folder of the server", responses=BIG)
    async def from_folder(body: FolderRequest, caller: Known, response: Response) -> PackageView:
        folder = _allowed(parts.settings.packages_root, body.folder)
        files = await asyncio.to_thread(unpack.from_folder, folder, _limits(parts))
        shown = _shown(body.name, folder.name)
        return made(await _kept(parts, caller, shown, files, body.min_text_characters), response)

    @router.get("", summary="The newest packages", responses=BAD)
    async def newest(caller: Known, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> PackageList:
        return await recent(parts, caller, limit)

    @router.get("/{package_id}", summary="One package", responses=MISSING)
    async def show(package_id: str) -> PackageView:
        return await one(parts, package_id)

    return router


def _shown(name: str | None, otherwise: str) -> str:
    """Return the name that was given, else what can be shown of another; raises ``InvalidInput``."""
    if name and not name.isprintable():
        raise InvalidInput.at("name", "holds a character that cannot be shown: take it out")
    return name or "".join(letter for letter in otherwise if letter.isprintable())[:LONGEST_NAME] or "package"


async def uploaded(
    parts: Parts, caller: Caller, sent: Sequence[Sent], name: str | None, min_characters: int
) -> PackageView:
    """Keep what was sent as a package; raises ``InvalidInput`` that names all files that cannot be used."""
    files = await _files_of(sent, parts.settings.upload_max_bytes, _limits(parts))
    shown = _shown(name, PurePosixPath(sent[0].filename or "").stem)
    return await _kept(parts, caller, shown, files, min_characters)


async def recent(parts: Parts, caller: Caller, limit: int) -> PackageList:
    """Return the caller's newest packages."""
    async with parts.database.transaction() as connection:
        found = await store.recent(connection, caller.owner, limit)
    return PackageList(items=[package_view(item) for item in found])


async def one(parts: Parts, package_id: str) -> PackageView:
    """Return a package whose owner the guard has checked; raises ``NotFound``."""
    async with parts.database.transaction() as connection:
        return package_view(await store.get(connection, package_id))


async def _kept(
    parts: Parts, caller: Caller, name: str, files: Mapping[str, bytes], min_characters: int
) -> PackageView:
    stock = await asyncio.to_thread(take_stock, files, min_text_characters=min_characters)
    new = store.NewPackage(f"pkg_{parts.sortable_id().hex}", caller.owner, name, min_characters)
    async with parts.database.transaction() as connection:
        return package_view(await store.keep(connection, new, stock, parts.clock()))


def _limits(parts: Parts) -> Limits:
    settings = parts.settings
    return Limits(settings.package_max_files, settings.file_max_bytes, 4 * settings.upload_max_bytes)


async def _files_of(sent: Sequence[Sent], limit: int, limits: Limits) -> dict[str, bytes]:
    total = 0
    bodies: dict[str, bytes] = {}
    for item in sent:
        body = await item.read(limit - total + 1)
        total += len(body)
        if total > limit:
            raise TooLarge(f"an upload may have at most {limit} bytes")
        if item.filename in bodies:
            raise InvalidInput.at("file", f"{(item.filename or '')[:200]} was sent twice")
        bodies[item.filename or ""] = body
    [name, *more] = bodies
    if not more and name.lower().endswith(".zip"):
        return await asyncio.to_thread(unpack.from_zip, bodies[name], limits)
    return unpack.from_upload(bodies, limits)


def _allowed(root: Path | None, folder: str) -> Path:
    if root is None:
        raise InvalidInput.at("folder", "this service has no packages root: set RUNNER_PACKAGES_ROOT, or upload")
    if not is_storable(folder):
        raise InvalidInput.at("folder", f"holds {NOT_STORABLE}")
    path = (root / folder).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_dir():
        raise InvalidInput.at("folder", "is not a folder below the packages root of the service")
    return path
