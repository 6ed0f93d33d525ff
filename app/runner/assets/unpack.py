"""Files out of what was sent: a zip, or a folder of the server; hostile archives are refused."""

import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.errors import InvalidInput
from app.runner.assets.zips import HostileZip, opened, read

ENTRIES_PER_FILE = 50
"""How many entries of archives there may be for each file: documents are archives themselves."""
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Limits:
    """How much a package may hold."""

    files: int
    file_bytes: int
    total_bytes: int


def from_zip(content: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the files of a zip by path; raises ``InvalidInput`` for what is not one, or is too much."""
    try:
        with opened(content, 1_000 + ENTRIES_PER_FILE * limits.files) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and _wanted(info.filename)]
            _check_members(members, limits)
            files = {_clean(info.filename): read(archive, info) for info in members}
    except HostileZip as error:
        raise InvalidInput.at("file", str(error)) from error
    return without_top_folder(files)


def from_folder(folder: Path, limits: Limits) -> dict[str, bytes]:
    """Return the files below a folder by relative path; links are not followed."""
    files: dict[str, bytes] = {}
    total = 0
    for path in _files_below(folder):
        name = path.relative_to(folder).as_posix()
        _check_letters(name, "folder")
        total += path.stat().st_size
        if total > limits.total_bytes:
            raise InvalidInput.at("folder", f"holds more than {limits.total_bytes} bytes")
        if path.stat().st_size > limits.file_bytes:
            raise InvalidInput.at(f"folder.{name}", f"has more than {limits.file_bytes} bytes")
        files[name] = path.read_bytes()
        if len(files) > limits.files:
            raise InvalidInput.at("folder", f"holds more than {limits.files} files")
    return files


def from_upload(bodies: Mapping[str, bytes], limits: Limits) -> dict[str, bytes]:
    """Return files that were sent one by one, by their cleaned relative paths."""
    files = {_clean(name): body for name, body in bodies.items() if _wanted(name)}
    _check_names([_clean(name) for name in bodies if _wanted(name)])
    if len(files) > limits.files:
        raise InvalidInput.at("file", f"{len(files)} files were sent; at most {limits.files} are taken")
    for name, body in files.items():
        if len(body) > limits.file_bytes:
            raise InvalidInput.at(f"file.{name}", f"has more than {limits.file_bytes} bytes")
    return without_top_folder(files)


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and _wanted(path.relative_to(folder).as_posix()):
            yield path


def without_top_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Drop the one folder that holds everything, as archives made from a folder have it."""
    tops = {PurePosixPath(name).parts[0] for name in files}
    inside = all(len(PurePosixPath(name).parts) > 1 for name in files)
    if len(tops) != 1 or not inside or tops & {"anchor_essays", "student_essays"}:
        return dict(files)
    return {str(PurePosixPath(*PurePosixPath(name).parts[1:])): body for name, body in files.items()}


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and not any(part.startswith(("~$", ".", "__MACOSX")) and part != ".." for part in parts)


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.files:
        raise InvalidInput.at("file", f"holds {len(members)} files; at most {limits.files} are taken")
    if sum(info.file_size for info in members) > limits.total_bytes:
        raise InvalidInput.at("file", f"holds more than {limits.total_bytes} bytes when unpacked")
    for info in members:
        name = _clean(info.filename)
        if info.file_size > limits.file_bytes:
            raise InvalidInput.at("file", f"{name[:200]} has more than {limits.file_bytes} bytes")
    _check_names([_clean(info.filename) for info in members])


def _check_names(names: Iterable[str]) -> None:
    """Refuse names that are one on some file system: the same letters, spelt or cased in another way."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower().endswith(ARCHIVES):
            raise InvalidInput.at("file", f"holds another archive, {name[:200]}: unpack it first")
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            other = seen[folded]
            said = "twice" if other == name else f"and {other[:200]}, which are one name on some systems"
            raise InvalidInput.at("file", f"holds {name[:200]} {said}")
        seen[folded] = name


def _clean(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    _check_letters(name, "file")
    if path.is_absolute() or not path.parts or ".." in path.parts or ":" in path.parts[0] or len(str(path)) > 500:
        raise InvalidInput.at("file", f"holds a path that leaves the archive: {str(path)[:200]}")
    return str(path)


def _check_letters(name: str, field: str) -> None:
    """Refuse a name that cannot be shown; one of a folder that is no UTF-8 holds halves of characters."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise InvalidInput.at(field, f"holds a name with characters that cannot be shown: {name[:200]!r}")
