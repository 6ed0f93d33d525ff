"""The essays of a run: chosen from its package when it is prepared, then read by every later step."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.grade_scales import SCALES
from app.contracts.identifiers import run_essay_id, sanitize
from app.db.rows import columns_of, records, shaped
from app.errors import FieldProblem, InvalidInput
from app.runner.assets.inventory import AssetFile, Inventory, artefact_student_id
from app.runner.runs import boundary
from app.runner.runs.boundary import Anchor, GradedPair, Resolved
from app.runner.runs.spec import RunRequest, WantedPair
from app.runner.runs.states import AMONG_ANCHORS, Mode
from app.runner.tables import run_essays, runs

Role = Literal["anchor", "student"]
STUDENT_PREFIX = "student::"
FEWEST_ESSAYS = 2


@dataclass(frozen=True)
class RunEssay:
    """One essay of a run; ``essay_id`` travels, ``artefact_id`` is what files and reports say."""

    essay_id: str
    position: int
    role: Role
    artefact_id: str
    stem: str
    file_name: str
    source_path: str
    checksum: str
    text_sha256: str
    grade: str | None
    storage_id: str | None


_FIELDS = columns_of(run_essays, RunEssay)


def check(request: RunRequest, stock: Inventory) -> None:
    """Raise ``InvalidInput`` that names everything that keeps this package from being judged in this mode."""
    anchors, students = stock.of_kind("anchor"), stock.of_kind("student")
    problems = []
    if not anchors:
        problems.append(FieldProblem("assets.package_id", "the package holds no anchors (folder anchor_essays)"))
    elif request.mode in AMONG_ANCHORS and len(anchors) < FEWEST_ESSAYS:
        problems.append(FieldProblem("assets.package_id", "at least two anchors are needed to compare"))
    if request.mode is Mode.EXECUTE and len(students) < FEWEST_ESSAYS:
        problems.append(FieldProblem("assets.package_id", "fewer than two student essays (folder student_essays)"))
    problems.extend(_grade_problems(request.grade_scale, anchors))
    judged = {Mode.EXECUTE: students} | dict.fromkeys(AMONG_ANCHORS, anchors)
    problems.extend(_pair_problems(request.design.pairs, judged.get(request.mode, [*anchors, *students])))
    problems.extend(boundary.mode_problems(request))
    if not problems:
        resolved = tested(request, stock)
        problems.extend(resolved.problems)
        problems.extend(boundary.design_problems(request, len(resolved.pairs)))
    if problems:
        raise InvalidInput("; ".join(f"{item.field}: {item.message}" for item in problems[:5]), problems=problems)


def tested(request: RunRequest, stock: Inventory) -> Resolved:
    """Return the pairs that a boundary test of this package asks, by the paths of their files."""
    named = [Anchor(f.path, (f.stem, f.name, f.path), f.grade or "") for f in stock.of_kind("anchor")]
    return _resolved(request, named)


def tested_in(request: RunRequest, essays: Sequence["RunEssay"]) -> list[GradedPair]:
    """Return the pairs that a boundary test asks, by travelling ids; none in any other mode."""
    anchors = [essay for essay in essays if essay.role == "anchor"]
    named = [Anchor(e.essay_id, (e.stem, e.file_name, e.source_path), e.grade or "") for e in anchors]
    return _resolved(request, named).pairs


def _resolved(request: RunRequest, anchors: Sequence[Anchor]) -> Resolved:
    if request.boundary is None:
        return Resolved()
    return boundary.resolve(request.boundary, anchors, SCALES[request.grade_scale])


def _pair_problems(pairs: Sequence[WantedPair], judged: Sequence[AssetFile]) -> Iterator[FieldProblem]:
    if not pairs:
        return
    known = unambiguous(((file.stem, file.name, file.path), file.path) for file in judged)
    for place, pair in enumerate(pairs):
        for side, name in (("a", pair.a), ("b", pair.b)):
            if name not in known:
                message = f"{name[:100]} is not the name of exactly one essay that this mode judges"
                yield FieldProblem(f"design.pairs.{place}.{side}", message)


def unambiguous(named: Iterable[tuple[Sequence[str], str]]) -> dict[str, str]:
    """Return the essay that each name means, from all names of each essay; names of several are left out."""
    found: dict[str, set[str]] = {}
    for names, essay in named:
        for name in names:
            found.setdefault(name, set()).add(essay)
    return {name: essays.pop() for name, essays in found.items() if len(essays) == 1}


def names_of(judged: Iterable[RunEssay]) -> dict[str, str]:
    """Return the travelling id of each essay by its file's stem, name or path in the package."""
    return unambiguous(((essay.stem, essay.file_name, essay.source_path), essay.essay_id) for essay in judged)


def _grade_problems(scale_id: str, anchors: Sequence[AssetFile]) -> list[FieldProblem]:
    scale = SCALES[scale_id]
    problems = []
    for file in anchors:
        if file.grade is None:
            message = "has no expert grade: name it in the table of grades, or end the file's name with _<grade>"
        elif file.grade not in scale:
            message = f"has grade {file.grade}, which {scale_id} does not have: {', '.join(scale.grades)}"
        else:
            continue
        problems.append(FieldProblem(f"assets.package_id.{file.path}", message))
    return problems


def choose(stock: Inventory, batch_uuid: UUID) -> list[RunEssay]:
    """Return all anchors, then all students, with ids that no other run has."""
    chosen = [*stock.of_kind("anchor"), *stock.of_kind("student")]
    artefact_ids = Counter(_artefact_id(file) for file in chosen)
    return [
        RunEssay(
            essay_id=run_essay_id(f"{file.kind}/{file.stem}", str(batch_uuid), prefix=STUDENT_PREFIX)
            if artefact_ids[_artefact_id(file)] > 1
            else _travelling_id(file, batch_uuid),
            position=position,
            role="anchor" if file.kind == "anchor" else "student",
            artefact_id=_artefact_id(file),
            stem=file.stem,
            file_name=file.name,
            source_path=file.path,
            checksum=file.sha256,
            text_sha256=file.text_sha256 or "",
            grade=file.grade,
            storage_id=None,
        )
        for position, file in enumerate(chosen)
    ]


def _travelling_id(file: AssetFile, batch_uuid: UUID) -> str:
    """Anchors travel as students in an alignment run: the prefix keeps the engine from taking them for its own."""
    risky = file.kind == "anchor" or sanitize(file.stem).startswith("ANCHOR")
    return run_essay_id(file.stem, str(batch_uuid), prefix=STUDENT_PREFIX if risky else "")


def _artefact_id(file: AssetFile) -> str:
    return sanitize(file.stem) if file.kind == "anchor" else artefact_student_id(file.stem)


async def keep(connection: AsyncConnection, run_id: str, essays: Sequence[RunEssay]) -> None:
    """Write the essays of a run; again changes nothing."""
    rows = [{"run_id": run_id} | essay.__dict__ for essay in essays]
    fresh = records("new", list(run_essays.columns))
    written = insert(run_essays).from_select([column.name for column in run_essays.columns], select(fresh))
    await connection.execute(written.on_conflict_do_nothing(), {"new": rows})


async def of_run(connection: AsyncConnection, run_id: str, role: Role | None = None) -> list[RunEssay]:
    """Return the essays of a run by position, all or of one role."""
    wanted = select(*_FIELDS).where(run_essays.c.run_id == run_id).order_by(run_essays.c.position)
    if role is not None:
        wanted = wanted.where(run_essays.c.role == role)
    rows = await connection.execute(wanted)
    return [shaped(RunEssay, row) for row in rows]


async def of_batch(connection: AsyncConnection, batch_uuid: UUID) -> list[RunEssay]:
    """Return the essays of the run that published a batch, by position."""
    mine = select(runs.c.id).where(runs.c.batch_uuid == batch_uuid).scalar_subquery()
    rows = await connection.execute(
        select(*_FIELDS).where(run_essays.c.run_id == mine).order_by(run_essays.c.position)
    )
    return [shaped(RunEssay, row) for row in rows]


async def set_storage(connection: AsyncConnection, run_id: str, text_sha256: str, storage_id: str) -> None:
    """Remember where a text lies."""
    mine = (run_essays.c.run_id == run_id, run_essays.c.text_sha256 == text_sha256)
    await connection.execute(update(run_essays).where(*mine).values(storage_id=storage_id))
