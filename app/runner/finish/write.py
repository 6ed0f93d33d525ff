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
from app.runner.reports.render import report
from app.runner.results.document import FIRST, Costs, Ending, Facts, Revision, artefact, comparison
from app.runner.results.kept import FILE as RESULTS_FILE
from app.runner.results.kept import KIND as RESULTS_KIND
from app.runner.results.kept import kept_results
from app.runner.results.scoresheet import Duel, score_sheet
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
    """The files that were written, and what is wrong with the artefact."""

    files: list[Written] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def write_all(parts: Parts, material: Material) -> Result:
    """Write the files that the run's mode has; writing them again gives the same files."""
    folder = RunFolder(parts.settings.files_dir, material.run.id, material.revision.folder)
    if material.run.mode is Mode.PLAN:
        return Result([await asyncio.to_thread(_write_plan, folder, material)])
    evidence, effective = await _write_evidence(parts, folder, material)
    records, duels, costs = await _collect(parts, material.which)
    costs.effective = effective
    return await asyncio.to_thread(_write_documents, parts, folder, material, evidence, (records, duels, costs))


async def _write_evidence(
    parts: Parts, folder: RunFolder, material: Material
) -> tuple[list[Written], Mapping[str, object] | None]:
    """Write request and events as they came; return the files and the settings that callbacks echo."""
    files = await asyncio.to_thread(folder.write_json, _requests(material.told), "request")
    files += await asyncio.to_thread(folder.write_json, _announcements(material.told), "event")
    effective: Mapping[str, object] | None = None
    waiting: list[tuple[str, bytes]] = []
    async for row in raw_verdicts(parts.database, material.which):
        effective = effective or _effective(row["raw"])
        place = f"events/comparisons/{row['sequence']:06d}_{safe(row['request_id'])}.json"
        waiting.append((place, row["raw"]))
        if len(waiting) == AT_ONCE:
            files += await asyncio.to_thread(_write_pretty, folder, waiting)
            waiting = []
    files += await asyncio.to_thread(_write_pretty, folder, waiting)
    await asyncio.to_thread(folder.settle)
    return files, effective


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


def _effective(raw: bytes) -> Mapping[str, object] | None:
    facts = json.loads(raw)["data"].get("request_metadata") or {}
    echoed = facts.get("effective_settings")
    if isinstance(echoed, dict):
        return echoed
    return {"provider_override": facts.get("resolved_provider"), "model_override": facts.get("resolved_model")}


async def _collect(parts: Parts, which: Which) -> tuple[list[Document], list[Duel], Costs]:
    records: list[Document] = []
    duels: list[Duel] = []
    costs = Costs()
    async for row in verdicts(parts.database, which):
        record = comparison(row)
        records.append(record)
        costs.add(row)
        if record["winner_id"] is not None:
            duels.append(
                Duel(record["winner_id"], record["loser_id"], record["confidence"], record["justification"])
            )
    return records, duels, costs


def _write_documents(
    parts: Parts,
    folder: RunFolder,
    material: Material,
    evidence: list[Written],
    collected: tuple[list[Document], list[Duel], Costs],
) -> Result:
    records, duels, costs = collected
    sheet = score_sheet(material.essays, material.told.result, duels)
    facts = Facts(
        run=material.run,
        stock=material.stock,
        essays=material.essays,
        sheet=sheet,
        costs=costs,
        ending=_ending(material, sheet.missing, len(records)),
        now=material.now,
        git_sha=parts.settings.git_sha,
        engine={} if material.told.result is None else material.told.result.assessment_metadata,
        revision=material.revision,
    )
    evidence = sorted(evidence, key=lambda file: file.path)
    document = sealed(artefact(facts, records, [file.manifest_entry() for file in evidence]))
    result = Result(list(evidence), problems_of(document))
    name = f"assessment_run.{material.run.mode.value}.json"
    pieces = (piece.encode() for piece in rendered(document))
    result.files.append(folder.write(name, "artefact", "application/json", pieces))
    if sheet.rows:
        kept = kept_results(facts.request, material.essays, sheet, material.told.result)
        result.files.append(folder.write(RESULTS_FILE, RESULTS_KIND, "application/json", [kept.to_json()]))
    if records:
        text = report(facts, duels).encode()
        markdown = "text/markdown; charset=utf-8"
        result.files.append(folder.write("report.md", "report", markdown, [text]))
        if material.run.mode is Mode.ANCHOR_ALIGN_TEST:
            stamp = material.run.created_at.strftime("%Y%m%d_%H%M%S")
            named = f"anchor_align_{safe(material.run.batch_label)}_{stamp}.md"
            result.files.append(folder.write(named, "named_report", markdown, [text]))
    return result


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
