"""What a package holds: each file's role, text, hash and grade, and everything that is wrong with it. PURE.

Fed by ``unpack``; feeds ``store``. Layout: ``anchor_essays/``, ``student_essays/``, the instruction, the
rubric and the table of expert grades at the top.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from app.contracts.identifiers import sanitize
from app.errors import FieldProblem, InvalidInput
from app.runner.assets.grades import GradeTable, UnreadableTable, grade_from_name, read_table
from app.runner.assets.read import UnreadableFile, extract

Kind = Literal["instructions", "rubric", "grades", "anchor", "student", "other"]
FOLDERS: Mapping[str, Kind] = {"anchor_essays": "anchor", "student_essays": "student"}
ESSAYS = frozenset({"anchor", "student"})


@dataclass(frozen=True)
class AssetFile:
    """One file; ``text`` and its hash only where text is taken out of it, ``grade`` only for anchors."""

    path: str
    kind: Kind
    content: bytes
    sha256: str
    text: str | None = None
    text_sha256: str | None = None
    grade: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.path).stem


@dataclass(frozen=True)
class Inventory:
    """All files of a package, sorted by path."""

    files: tuple[AssetFile, ...]

    def of_kind(self, kind: Kind) -> list[AssetFile]:
        """Return the files of one kind, by path."""
        return [file for file in self.files if file.kind == kind]

    @property
    def sha256(self) -> str:
        """One hash over all paths and contents."""
        lines = "\n".join(f"{file.sha256}  {file.path}" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()


def kind_of(path: str) -> Kind:
    """Return the role of a file from its place and name."""
    parts = PurePosixPath(path).parts
    if len(parts) == 2 and parts[0] in FOLDERS:
        return FOLDERS[parts[0]]
    if len(parts) != 1:
        return "other"
    name = parts[0].lower()
    if name.endswith((".csv", ".xlsx")) and name.startswith("anchor_essays"):
        return "grades"
    if name.endswith((".md", ".txt")) and "instruction" in name:
        return "instructions"
    if name.endswith((".md", ".txt")) and ("llm_prompt" in name or "rubric" in name):
        return "rubric"
    return "other"


def take_stock(files: Mapping[str, bytes], *, min_text_characters: int) -> Inventory:
    """Read all files; raises ``InvalidInput`` that names every file that cannot be used, and why."""
    problems: list[FieldProblem] = []
    table = _grade_table(files, problems)
    found = [_read(path, content, table, min_text_characters, problems) for path, content in sorted(files.items())]
    essays = [file for file in found if file.kind in ESSAYS]
    if not essays:
        problems.append(
            FieldProblem("files", "holds no essay: put them into the folders anchor_essays and student_essays")
        )
    problems.extend(_repeated(essays))
    if problems:
        raise InvalidInput("; ".join(f"{item.field}: {item.message}" for item in problems[:5]), problems=problems)
    return Inventory(tuple(found))


def _grade_table(files: Mapping[str, bytes], problems: list[FieldProblem]) -> GradeTable:
    tables = sorted(path for path in files if kind_of(path) == "grades")
    by_file: dict[str, str] = {}
    by_key: dict[str, str] = {}
    for path in sorted(tables, key=lambda name: name.lower().endswith(".csv")):
        try:
            table = read_table(path, files[path])
        except UnreadableTable as error:
            problems.append(FieldProblem(f"files.{path}", str(error)))
            continue
        by_file |= table.by_file
        by_key |= table.by_key
    return GradeTable(by_file, by_key)


def _read(
    path: str, content: bytes, table: GradeTable, min_characters: int, problems: list[FieldProblem]
) -> AssetFile:
    kind, digest = kind_of(path), hashlib.sha256(content).hexdigest()
    if kind in {"grades", "other"}:
        return AssetFile(path, kind, content, digest)
    try:
        text = extract(path, content)
    except UnreadableFile as error:
        problems.append(FieldProblem(f"files.{path}", str(error)))
        return AssetFile(path, kind, content, digest)
    if kind in ESSAYS and len(text) < min_characters:
        problems.append(
            FieldProblem(
                f"files.{path}", f"has {len(text)} characters of text; at least {min_characters} are needed"
            )
        )
    name = PurePosixPath(path).name
    grade = (table.grade_of(name) or grade_from_name(name)) if kind == "anchor" else None
    return AssetFile(path, kind, content, digest, text, hashlib.sha256(text.encode()).hexdigest(), grade)


def _repeated(essays: Sequence[AssetFile]) -> list[FieldProblem]:
    seen: dict[tuple[str, str], str] = {}
    problems = []
    for file in essays:
        twin = seen.setdefault((file.kind, file.stem.lower()), file.path)
        if twin != file.path:
            problems.append(FieldProblem(f"files.{file.path}", f"has the same name as {twin}; rename one"))
    return problems


def artefact_student_id(stem: str) -> str:
    """Return the id under which artefacts list a student's essay: 3 to 64 lower-case characters."""
    return sanitize(stem).lower()[:64].ljust(3, "_")
