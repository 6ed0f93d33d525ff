"""Prompts by name: texts under ``prompts/system`` and ``prompts/rubric`` of the server.

Fed by the folder, and by its ``index.toml``, which says what each text is for and is never sent to a judge;
feeds new runs, the routes and the command line.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.errors import InvalidInput, Misconfigured, NotFound
from app.runner.runs.spec import Prompt, RunRequest

Role = Literal["system", "rubric"]
ROLES: tuple[Role, ...] = ("system", "rubric")
INDEX = "index.toml"
_VERSION = re.compile(r"^(\d+)_")


@dataclass(frozen=True)
class NamedPrompt:
    """One prompt of the folder.

    ``text`` is what a judge is sent, without white space around it, and ``sha256`` its hash; ``version`` is the
    number that its name starts with; ``purpose`` is None for a text that the index does not name.
    """

    role: Role
    name: str
    version: int | None
    purpose: str | None
    text: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text in UTF-8, 64 lower-case hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def characters(self) -> int:
        """The length of the text."""
        return len(self.text)


def names(folder: Path, role: Role) -> list[str]:
    """Return the names that can be asked for, sorted."""
    return sorted(path.stem for path in (folder / role).glob("*.txt"))


def listed(folder: Path, role: Role | None = None) -> list[NamedPrompt]:
    """Return all prompts, or those of one role, by role and name; raises ``Misconfigured`` for a broken index."""
    purposes = _purposes(folder)
    return [
        _read(folder, wanted, name, purposes)
        for wanted in ROLES
        if role in {None, wanted}
        for name in names(folder, wanted)
    ]


def named(folder: Path, role: Role, name: str) -> NamedPrompt:
    """Return one prompt; raises ``NotFound`` that names the known ones."""
    known = names(folder, role)
    if name not in known:
        raise NotFound(_unknown(role, name, known))
    return _read(folder, role, name, _purposes(folder))


def resolved(folder: Path, request: RunRequest) -> RunRequest:
    """Return the request with the texts of its named prompts; raises ``InvalidInput`` for an unknown name."""
    found = {
        "system_prompt": _resolve(folder, "system", "llm.system_prompt", request.llm.system_prompt),
        "rubric": _resolve(folder, "rubric", "llm.rubric", request.llm.rubric),
    }
    return request.model_copy(update={"llm": request.llm.model_copy(update=found)})


def _resolve(folder: Path, role: Role, field: str, prompt: Prompt | None) -> Prompt | None:
    if prompt is None or prompt.text is not None:
        return prompt
    name = str(prompt.name)
    try:
        return Prompt(name=name, text=_text(folder, role, name))
    except FileNotFoundError as error:
        raise InvalidInput.at(f"{field}.name", _unknown(role, name, names(folder, role))) from error


def _unknown(role: Role, name: str, known: list[str]) -> str:
    return f"there is no {role} prompt {name[:100]}; known: {', '.join(known) or 'none'}"


def _text(folder: Path, role: Role, name: str) -> str:
    path = folder / role / f"{name}.txt"
    found = path.stat()
    return _version_of(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _version_of(path: Path, changed_at: int, size: int) -> str:
    """Return the text of a file, read anew once it changed."""
    del changed_at, size
    return path.read_text(encoding="utf-8").strip()


def _read(folder: Path, role: Role, name: str, purposes: dict[tuple[str, str], str]) -> NamedPrompt:
    number = _VERSION.match(name)
    return NamedPrompt(
        role=role,
        name=name,
        version=None if number is None else int(number[1]),
        purpose=purposes.get((role, name)),
        text=_text(folder, role, name),
    )


def _purposes(folder: Path) -> dict[tuple[str, str], str]:
    path = folder / INDEX
    if not path.is_file():
        return {}
    try:
        index = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            (role, name): str(entry["purpose"]) for role in ROLES for name, entry in index.get(role, {}).items()
        }
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(f"{INDEX} of the prompts cannot be read: {error}") from error
