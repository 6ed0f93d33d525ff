"""The files of a run in a folder of this machine, laid out as the former tool did.

Fed by the bundle; a folder that holds another run's files keeps them: this run's go into a folder of their own.
"""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol

from app.errors import InvalidInput, UpstreamRefused

MANIFEST = "manifest.json"


class Saves(Protocol):
    """What is needed of the runner's client."""

    def save(self, path: str, file: IO[bytes]) -> None:
        """Write what a path answers into ``file``."""


def keep(api: Saves, run_id: str, folder: Path) -> tuple[Path, list[str]]:
    """Fetch all files of a run; return the folder that they lie in now, and their paths in it."""
    place = folder if _is_free_for(folder, run_id) else folder / run_id
    with TemporaryFile() as archive:
        api.save(f"/v1/runs/{run_id}/bundle.zip", archive)
        archive.seek(0)
        try:
            return place, _unpacked(archive, place)
        except zipfile.BadZipFile as error:
            raise UpstreamRefused("the bundle of the run broke off on its way: try again") from error
        except OSError as error:
            raise InvalidInput(f"{place} cannot be written: {error.strerror}") from error


def check_writable(folder: Path) -> None:
    """Raise ``InvalidInput`` now rather than after a run that was paid for."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InvalidInput(f"--output-dir {folder} cannot be written: {error.strerror}") from error


def _is_free_for(folder: Path, run_id: str) -> bool:
    """Return whether no other run's files lie in a folder."""
    try:
        owner = json.loads((folder / MANIFEST).read_bytes()).get("run_id")
    except FileNotFoundError:
        return not any(folder.glob("assessment_run.*.json"))
    except (OSError, ValueError, AttributeError):
        return False
    return bool(owner == run_id)


def _unpacked(archive: IO[bytes], place: Path) -> list[str]:
    from app.runner.archive.places import is_plain

    with zipfile.ZipFile(archive) as bundle:
        names = bundle.namelist()
        strange = [name for name in names if not is_plain(name)]
        if strange:
            raise UpstreamRefused(f"the bundle names a file outside its folder: {strange[0]}; nothing was written")
        for name in names:
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bundle.read(name))
    return names
