"""All files of a run: the evidence as it came, the artefact with its manifest, the reports.

Fed by ``conclude`` with what was collected; feeds the run's folder. Callbacks pass through one by one, so that
a long run is never held twice.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.contracts.artefact import Document, problems_of, rendered, sealed
from app.db.unit import Database
from app.runner.assets.inventory import Inventory
from app.runner.finish.collected import Announced, Which, raw_verdicts, verdicts
from app.runner.finish.files import RunFolder, Written, safe
from app.runner.finish.readiness import Outcome
from app.runner.reports.of_run import report_of
from app.runner.reports.renderings import Form, renderings
from app.runner.results.answers import Answer, Noted, answer, duels_of, in_force, noted
from app.runner.results.document import FIRST, Costs, Ending, Facts, Revision, artefact, comparison
from app.runner.results.kept import FILE as RESULTS_FILE
from app.runner.results.kept import KIND as RESULTS_KIND
from app.runner.results.kept import kept_results
from app.runner.results.scoresheet import score_sheet
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.runs.store import Run
from app.settings import RunnerSettings

EVENT_PLACES = {
    "completion": "events/completions/cj_completion",
    "result": "events/assessment_results/assessment_result",
    "failure": "events/failures/cj_failure",
}
AT_ONCE = 500


@dataclass(frozen=True)
class Parts:
    """What finishing needs; chosen in ``app/roles/worker.py``."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Material:
    """What a run's files are made of, but the callbacks; ``outcome`` is how complete all that is."""

    run: Run
    told: Announced
    outcome: Outcome
    stock: Inventory
    essays: Sequence[RunEssay]
    now: datetime
    revision: Revision = FIRST

    @property
    def which(self) -> Which:
        """The callbacks that belong into these files."""
        return Which(self.run.id, self.revision.until)


@dataclass
class Result:
    """The files that were written, and what is wrong with the artefact.

    What ``folder`` has as drafts is put in place by who holds the run, or discarded.
    """

    folder: RunFolder
    files: list[Written] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def write_all(parts: Parts, material: Material) -> Result:
    """Write the files that the run's mode has, those that are made here as drafts."""
    folder = RunFolder(parts.settings.files_dir, material.run.id, material.revision.folder)
    try:
        if material.run.mode is Mode.PLAN:
            return Result(folder, [await asyncio.to_thread(_write_plan, folder, material)])
        evidence, notes = await _write_evidence(parts, folder, material)
        collected = await _collect(parts, material.which, notes)
        return await asyncio.to_thread(_write_documents, parts, folder, material, evidence, collected)
    except BaseException:
        folder.discard()
        raise


async def _write_evidence(
    parts: Parts, folder: RunFolder, material: Material
) -> tuple[list[Written], Mapping[int, Noted]]:
    """Write request and events as they came; return the files, and what callbacks say, by sequence."""
    files = await asyncio.to_thread(folder.write_json, _requests(material.told), "request")
    files += await asyncio.to_thread(folder.write_json, _announcements(material.told), "event")
    notes, echoed = dict[int, Noted](), False
    waiting: list[tuple[str, bytes]] = []
    async for row in raw_verdicts(parts.database, material.which):
        note = notes[row["sequence"]] = noted(row["raw"], settings=not echoed)
        echoed = echoed or note.echoed
        place = f"events/comparisons/{row['sequence']:06d}_{safe(row['request_id'])}.json"
        waiting.append((place, row["raw"]))
        if len(waiting) == AT_ONCE:
            files += await asyncio.to_thread(_write_pretty, folder, waiting)
            waiting = []
    files += await asyncio.to_thread(_write_pretty, folder, waiting)
    await asyncio.to_thread(folder.settle)
    return files, notes


def _write_pretty(folder: RunFolder, raw: Sequence[tuple[str, bytes]]) -> list[Written]:
    return folder.write_json(((path, _pretty(body)) for path, body in raw), "event")


def _requests(told: Announced) -> Iterator[tuple[str, bytes]]:
    for raw in told.raw.get("request", []):
        stamp = str(json.loads(raw)["event_timestamp"]).replace(":", "").replace("+0000", "Z")
        yield f"requests/els_cj_assessment_request_{safe(stamp)}.json", _pretty(raw)


def _announcements(told: Announced) -> Iterator[tuple[str, bytes]]:
    for kind, place in EVENT_PLACES.items():
        for number, raw in enumerate(told.raw.get(kind, []), start=1):
            yield f"{place}_{number:03d}.json", _pretty(raw)


def _pretty(raw: bytes) -> bytes:
    return json.dumps(json.loads(raw), indent=2, ensure_ascii=False).encode()


@dataclass
class Collected:
    """The answers of a run as the artefact and as the reports have them, and what they cost."""

    records: list[Document] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    costs: Costs = field(default_factory=Costs)


async def _collect(parts: Parts, which: Which, notes: Mapping[int, Noted]) -> Collected:
    found = Collected()
    async for row in verdicts(parts.database, which):
        found.records.append(comparison(row))
        found.answers.append(answer(row, notes.get(row["sequence"])))
        found.costs.add(row)
    found.costs.effective = in_force(notes.values())
    return found


def _write_documents(
    parts: Parts, folder: RunFolder, material: Material, evidence: list[Written], collected: Collected
) -> Result:
    facts = facts_of(material, collected.answers, collected.costs, parts.settings.git_sha)
    evidence = sorted(evidence, key=lambda file: file.path)
    document = sealed(artefact(facts, collected.records, [file.manifest_entry() for file in evidence]))
    result = Result(folder, list(evidence), problems_of(document))
    name = f"assessment_run.{material.run.mode.value}.json"
    pieces = (piece.encode() for piece in rendered(document))
    result.files.append(folder.write(name, "artefact", "application/json", pieces))
    if facts.sheet.rows:
        kept = kept_results(facts.request, material.essays, facts.sheet, material.told.result)
        result.files.append(folder.write(RESULTS_FILE, RESULTS_KIND, "application/json", [kept.to_json()]))
    if collected.answers:
        result.files += _write_reports(folder, facts, collected.answers)
    return result


def _write_reports(folder: RunFolder, facts: Facts, answers: Sequence[Answer]) -> Iterator[Written]:
    """Write the report in all its forms; that of an alignment also under a name of its own."""
    for rendering in renderings(report_of(facts, answers)):
        yield folder.write(rendering.file, rendering.kind, rendering.media_type, [rendering.body])
        if rendering.form is Form.MARKDOWN and facts.run.mode is Mode.ANCHOR_ALIGN_TEST:
            stamp = facts.run.created_at.strftime("%Y%m%d_%H%M%S")
            named = f"anchor_align_{safe(facts.run.batch_label)}_{stamp}.md"
            yield folder.write(named, "named_report", rendering.media_type, [rendering.body])


def facts_of(material: Material, answers: Sequence[Answer], costs: Costs, git_sha: str | None) -> Facts:
    """Return what artefact and report are made of."""
    told = material.told
    sheet = score_sheet(material.essays, told.result, duels_of(answers))
    return Facts(
        run=material.run,
        stock=material.stock,
        essays=material.essays,
        sheet=sheet,
        costs=costs,
        ending=_ending(material, sheet.missing, len(answers)),
        now=material.now,
        git_sha=git_sha,
        engine={} if told.result is None else told.result.assessment_metadata,
        revision=material.revision,
    )


def _ending(material: Material, missing: Sequence[str], comparisons: int) -> Ending:
    run, decided, told = material.run, material.outcome, material.told
    status = run.status if run.is_final else decided.state
    waited = 0.0
    if status is RunState.TIMED_OUT and run.published_at is not None:
        waited = round(((run.finished_at or material.now) - run.published_at).total_seconds(), 2)
    return Ending(
        status=status,
        reason=None if decided.reason is None else f"{decided.reason}: {decided.detail}",
        partial=decided.state is not RunState.COMPLETED,
        timeout_s=waited,
        events={
            "llm_comparisons": comparisons,
            "assessment_results": len(told.raw.get("result", [])),
            "completions": len(told.raw.get("completion", [])),
            "failures": len(told.raw.get("failure", [])),
        },
        missing=missing if told.result is not None else (),
    )


def _write_plan(folder: RunFolder, material: Material) -> Written:
    request = RunRequest.model_validate(material.run.spec)
    anchors = [essay for essay in material.essays if essay.role == "anchor"]
    students = [essay for essay in material.essays if essay.role == "student"]
    everyone = len(anchors) + len(students)
    plan: dict[str, Any] = {
        "mode": material.run.mode.value,
        "batch_label": material.run.batch_label,
        "grade_scale": request.grade_scale,
        "anchors": [{"name": e.stem, "file": e.source_path, "grade": e.grade} for e in anchors],
        "students": [{"name": e.stem, "file": e.source_path} for e in students],
        "files": [
            {"path": file.path, "kind": file.kind, "sha256": file.sha256, "bytes": len(file.content)}
            for file in material.stock.files
        ],
        "possible_pairs": {
            "execute": everyone * (everyone - 1) // 2,
            "anchor-align-test": len(anchors) * (len(anchors) - 1) // 2,
        },
        "max_comparisons": request.budget.max_comparisons,
        "ready": {
            "execute": len(students) >= 2 and bool(material.stock.of_kind("instructions")),
            "anchor-align-test": len(anchors) >= 2,
        },
    }
    body = json.dumps(plan, indent=2, ensure_ascii=False).encode()
    return folder.write("plan.json", "plan", "application/json", [body])
