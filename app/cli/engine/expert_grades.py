"""Expert grades of a batch's essays: from a table or folder, the assignment's anchors, the runner, or their ids.

Fed by the stored batch; feeds the alignment report. An id that lost the sign of its grade on the way (``E-``
became ``E``) gives no grade, rather than a wrong one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.cli.engine.anchor_files import grades_by_file
from app.cli.engine.diagnosis import Diagnosed
from app.contracts.grade_scales import GradeScale
from app.contracts.identifiers import anchor_key, readable_part, run_essay_id, sanitize
from app.runner.assets.grades import GradeTable
from app.runner.runs.essays import STUDENT_PREFIX


@dataclass(frozen=True)
class Expert:
    """What is known of one essay besides its comparisons."""

    name: str
    file_name: str | None
    grade: str | None


def experts(seen: Diagnosed, source: Path | None, scale: GradeScale) -> Mapping[str, Expert]:
    """Return what is known of each essay by id; ``source`` is a table of grades or a folder of anchor essays."""
    files, table = ({}, GradeTable()) if source is None else grades_by_file(source)
    by_travelling_id = _by_travelling_id(files, seen.row.bos_batch_id)
    noted = {essay.essay_id: Expert(essay.stem, essay.file_name, essay.grade) for essay in seen.run_essays}
    found = {}
    for essay in seen.found.essays:
        ours = noted.get(essay.essay_id)
        label = essay.label or (ours.name if ours is not None else None)
        named = by_travelling_id.get(essay.essay_id) or _named(label or essay.essay_id, files, table)
        if named is not None:
            found[essay.essay_id] = named
        elif essay.grade is not None:
            found[essay.essay_id] = Expert(label or essay.essay_id, None, essay.grade)
        elif ours is not None and ours.grade is not None:
            found[essay.essay_id] = ours
        else:
            found[essay.essay_id] = _of_id(essay.essay_id, scale)
    return found


def _by_travelling_id(files: Mapping[str, str], batch_uuid: str) -> dict[str, Expert]:
    """Return graded files by every id under which our runner may have sent them in this batch."""
    found = {}
    for file_name, grade in files.items():
        stem = PurePosixPath(file_name).stem
        expert = Expert(stem, file_name, grade)
        for text, prefix in ((stem, STUDENT_PREFIX), (stem, ""), (f"anchor/{stem}", STUDENT_PREFIX)):
            found[run_essay_id(text, batch_uuid, prefix=prefix)] = expert
    return found


def _bare(essay_id: str) -> str:
    return essay_id.removeprefix("student::").removeprefix("anchor::")


def _named(name: str, files: Mapping[str, str], table: GradeTable) -> Expert | None:
    """Return the expert grade of an essay whose id, or label, is that of a file or of a line of the table."""
    by_key = {anchor_key(PurePosixPath(file).stem): (file, grade) for file, grade in files.items()}
    for text in (_bare(name), readable_part(name)):
        key = anchor_key(text)
        if key in by_key:
            file_name, grade = by_key[key]
            return Expert(PurePosixPath(file_name).stem, file_name, grade)
        if key in table.by_key:
            return Expert(text, None, table.by_key[key])
    start = sanitize(readable_part(name))
    alike = [key for key in table.by_key if len(start) >= 18 and key.startswith(start)]
    return Expert(start, None, table.by_key[alike[0]]) if len(alike) == 1 else None


def _of_id(essay_id: str, scale: GradeScale) -> Expert:
    """Return the grade at the end of an id, where it can only mean one grade of the scale."""
    name = readable_part(essay_id)
    last = _bare(name).rpartition("_")[2].upper()
    match = re.fullmatch(r"([A-Z]|[0-9])([+-]?)", last)
    if match is None or last not in scale:
        return Expert(name, None, None)
    signed = any(other != last and other.startswith(match[1]) for other in scale.grades)
    sure = bool(match[2]) or not signed
    return Expert(name, None, last if sure else None)
