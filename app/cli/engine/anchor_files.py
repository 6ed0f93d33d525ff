"""Anchor essays from files: texts, labels and expert grades, everything that is wrong named at once.

Fed by paths on the command line; feeds the registration of anchors and the expert grades of reports.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.contracts.cj_http import MIN_ANCHOR_CHARACTERS
from app.contracts.grade_scales import SCALES
from app.errors import FieldProblem, InvalidInput
from app.runner.assets.grades import GradeTable, UnreadableTable, grade_from_name, read_table
from app.runner.assets.inventory import kind_of
from app.runner.assets.read import ESSAY_SUFFIXES, UnreadableFile, extract

FOLDER = "anchor_essays"
MOST_NAMED = 5


@dataclass(frozen=True)
class AnchorFile:
    """One anchor essay; its label is the file's name without the suffix."""

    path: Path
    grade: str
    text: str

    @property
    def label(self) -> str:
        """What the anchor is registered under."""
        return self.path.stem


def read(paths: Sequence[Path], table: Path | None, scale: str) -> list[AnchorFile]:
    """Return the essays of files and folders; raises ``InvalidInput`` naming every file that cannot be used."""
    files, tables = essay_files(paths)
    grades = grade_table([table] if table is not None else tables)
    problems: list[FieldProblem] = []
    found = [anchor for path in files if (anchor := _read(path, grades, scale, problems)) is not None]
    problems.extend(_repeated(files))
    if problems:
        named = "; ".join(f"{item.field} {item.message}" for item in problems[:MOST_NAMED])
        more = f"; and {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
        raise InvalidInput(named + more, problems=problems)
    if not found:
        raise InvalidInput(f"no essays there: files of type {', '.join(ESSAY_SUFFIXES)} are read")
    return found


def why(error: Exception) -> str:
    """Return in a few words why a file cannot be used."""
    said = error.strerror if isinstance(error, OSError) else str(error)
    return said or type(error).__name__


def essay_files(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return essays and tables of grades among files, folders, and folders with ``anchor_essays`` in them."""
    files: list[Path] = []
    tables: list[Path] = []
    for path in paths:
        if path.is_dir():
            tables.extend(item for item in sorted(path.iterdir()) if kind_of(item.name) == "grades")
            inner = path / FOLDER if (path / FOLDER).is_dir() else path
            files.extend(item for item in sorted(inner.iterdir()) if _is_essay(item))
        elif path.is_file():
            files.append(path)
        else:
            raise InvalidInput(f"{path} is neither a file nor a folder")
    return files, tables


def _is_essay(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return path.is_file() and path.suffix.lower() in ESSAY_SUFFIXES and not hidden


def grade_table(tables: Iterable[Path]) -> GradeTable:
    """Return one table of all; raises ``InvalidInput`` for a file that is none."""
    by_file: dict[str, str] = {}
    by_key: dict[str, str] = {}
    for path in tables:
        try:
            table = read_table(path.name, path.read_bytes())
        except (UnreadableTable, OSError) as error:
            raise InvalidInput(f"{path} cannot be used as a table of grades: {why(error)}") from error
        by_file |= table.by_file
        by_key |= table.by_key
    return GradeTable(by_file, by_key)


def grades_by_file(path: Path) -> tuple[Mapping[str, str], GradeTable]:
    """Return grades by file name of a folder of essays (or none for a table), and the table of grades."""
    if not path.is_dir():
        table = grade_table([path])
        return table.by_file, table
    files, tables = essay_files([path])
    table = grade_table(tables)
    graded = {file.name: table.grade_of(file.name) or grade_from_name(file.name) for file in files}
    return {name: grade for name, grade in graded.items() if grade is not None}, table


def _read(path: Path, grades: GradeTable, scale: str, problems: list[FieldProblem]) -> AnchorFile | None:
    try:
        text = extract(path.name, path.read_bytes())
    except (UnreadableFile, OSError) as error:
        problems.append(FieldProblem(str(path), f"cannot be read: {why(error)}"))
        return None
    grade = grades.grade_of(path.name) or grade_from_name(path.name)
    known = SCALES[scale].grades if scale in SCALES else None
    if len(text.strip()) < MIN_ANCHOR_CHARACTERS:
        wrong = f"has {len(text.strip())} characters of text; at least {MIN_ANCHOR_CHARACTERS} are needed"
    elif grade is None:
        wrong = "has no grade: name it in the table of grades, or end the file's name with _<grade>"
    elif known is not None and grade not in known:
        wrong = f"has grade {grade}, which {scale} does not have: {', '.join(known)}"
    else:
        return AnchorFile(path, grade, text)
    problems.append(FieldProblem(str(path), wrong))
    return None


def _repeated(files: Sequence[Path]) -> list[FieldProblem]:
    seen: dict[str, Path] = {}
    return [
        FieldProblem(str(path), f"has the same name as {twin}; rename one")
        for path in files
        if (twin := seen.setdefault(path.stem.lower(), path)) != path
    ]
