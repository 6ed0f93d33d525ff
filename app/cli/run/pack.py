"""Essays of this machine as a package of the service: packed in one layout, uploaded once, known by their hash.

Fed by ``command`` and ``packages``; feeds the runner's client.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.models import PackageView

ID_PREFIX = "pkg_"
FOLDERS = ("anchor_essays", "student_essays")
MOST_FILES = 5000
LATEST = 200


@dataclass(frozen=True)
class Package:
    """A package at the service, and how it came there."""

    view: "PackageView"
    is_reused: bool


def package_for(
    api: "RunnerClient", essays: str, anchor_dir: Path | None, min_characters: int, *, force: bool = False
) -> Package:
    """Return the package of a folder, a zip or an id; raises ``InvalidInput`` naming what cannot be read."""
    path = Path(essays)
    if path.is_dir():
        files = files_of(path, anchor_dir)
        known = None if force else _known(api, files, min_characters)
        if known is not None:
            return Package(known, is_reused=True)
        return Package(_upload(api, path.resolve().name, _packed(files), min_characters), is_reused=False)
    if anchor_dir is not None:
        raise InvalidInput("--anchor-dir (ENG5_ANCHOR_DIR_OVERRIDE) goes with a folder of essays only")
    if path.is_file():
        return Package(_upload(api, path.stem, _read(path), min_characters), is_reused=False)
    return Package(_named(api, essays), is_reused=True)


def files_of(folder: Path, anchor_dir: Path | None = None) -> dict[str, bytes]:
    """Return the files of a package by path: those of the folder itself, and of its folders of essays.

    The essays of ``anchor_dir`` stand in for those of ``anchor_essays``.
    """
    places = {name: folder / name for name in FOLDERS}
    if anchor_dir is not None:
        if not anchor_dir.is_dir():
            raise InvalidInput(
                f"{anchor_dir} is no folder of anchor essays (--anchor-dir, ENG5_ANCHOR_DIR_OVERRIDE)"
            )
        places[FOLDERS[0]] = anchor_dir
    found = {path.name: path for path in _plain_files(folder)}
    for name, place in places.items():
        found |= {f"{name}/{path.name}": path for path in _plain_files(place)}
    if not any("/" in name for name in found):
        raise InvalidInput(
            f"{folder} has no essays: put docx, pdf, txt or md files into anchor_essays and student_essays in it"
        )
    if len(found) > MOST_FILES:
        raise InvalidInput(f"{folder} has {len(found)} files; a package may have {MOST_FILES}")
    return {name: _read(path) for name, path in sorted(found.items())}


def _plain_files(folder: Path) -> list[Path]:
    try:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be read: {error.strerror}") from error
    return [path for path in inside if path.is_file() and not path.name.startswith((".", "~$"))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or type(error).__name__}") from error


def _packed(files: Mapping[str, bytes]) -> bytes:
    from app.cli.demo_data import archive_of

    return archive_of(dict(files))


def sha256_of(files: Mapping[str, bytes]) -> str:
    """Return the hash by which the service knows a package: over the hashes and paths of its files."""
    lines = "\n".join(f"{hashlib.sha256(body).hexdigest()}  {name}" for name, body in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _known(api: "RunnerClient", files: Mapping[str, bytes], min_characters: int) -> "PackageView | None":
    from cj_runner_client.api.asset_packages import list_asset_packages
    from cj_runner_client.models import PackageList

    wanted = sha256_of(files)
    latest = api.ask(list_asset_packages.sync_detailed, PackageList, limit=LATEST)
    alike = (item for item in latest.items if item.sha256 == wanted)
    return next((item for item in alike if item.min_text_characters == min_characters), None)


def _upload(api: "RunnerClient", name: str, archive: bytes, min_characters: int) -> "PackageView":
    return api.upload_package(name[:200] or "essays", archive, min_text_characters=min_characters)


def _named(api: "RunnerClient", package_id: str) -> "PackageView":
    from cj_runner_client.api.asset_packages import get_asset_package
    from cj_runner_client.models import PackageView

    if not package_id.startswith(ID_PREFIX) or "/" in package_id:
        raise InvalidInput(f"{package_id} is neither a folder nor a zip that is here, nor the id of a package")
    try:
        return api.ask(get_asset_package.sync_detailed, PackageView, package_id)
    except NotFound as error:
        raise NotFound(f"there is no asset package {package_id}: see 'cj-runner packages list'") from error
