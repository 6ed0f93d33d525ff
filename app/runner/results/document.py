"""The artefact of a run, section by section. PURE.

Fed by the collected rows and the score sheet; feeds the artefact file.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import __version__
from app.contracts.artefact import SCHEMA_VERSION, Document
from app.runner.assets.inventory import AssetFile, Inventory
from app.runner.prepare.compose import overrides
from app.runner.results.scoresheet import ScoreRow, ScoreSheet
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import RunRequest
from app.runner.runs.store import Run

NO_FILE = "0" * 64
NOT_USED = "not used"
QUALITY = (
    "design_policy",
    "both_orders",
    "stop_rule",
    "waves",
    "swap_consistency",
    "bt_se_summary",
    "bt_quality_flags",
)


MONEY = 10**12
"""Parts of a US dollar in which money is summed up."""


def _usd(parts: int) -> float:
    return round(parts / MONEY, 6)


@dataclass
class Costs:
    """Tokens and money by judge; grows verdict by verdict, in whatever order they come.

    Money is summed up in whole parts of ``MONEY``, so that the order does not show in the last digit.
    """

    by_judge: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    effective: Mapping[str, object] | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one callback."""
        sums = self.by_judge.setdefault((row["provider"], row["model"]), [0, 0, 0])
        sums[0] += row["prompt_tokens"]
        sums[1] += row["completion_tokens"]
        sums[2] += round(min(row["cost_usd"], MONEY) * MONEY)

    def document(self) -> Document:
        """Return the section ``costs``."""
        return {
            "total_usd": _usd(sum(sums[2] for sums in self.by_judge.values())),
            "token_counts": [
                {
                    "provider": provider,
                    "model": model,
                    "prompt_tokens": sums[0],
                    "completion_tokens": sums[1],
                    "usd": _usd(sums[2]),
                }
                for (provider, model), sums in sorted(self.by_judge.items())
            ],
        }


@dataclass(frozen=True)
class Revision:
    """Which revision of the artefact this is, the digest of the one that it supersedes, and why it was made.

    ``until`` is the sequence of the last callback that it takes in; None for the first, which takes in none that
    came after the end.
    """

    number: int = 1
    supersedes: str | None = None
    why: str | None = None
    until: int | None = None

    @property
    def folder(self) -> str:
        """Where in the run's folder its files lie, with a slash at the end, or empty."""
        return "" if self.number == 1 else f"revisions/{self.number}/"

    def document(self) -> Document:
        """Return what the artefact says of it."""
        return {"number": self.number, "supersedes_sha256": self.supersedes, "why": self.why}


FIRST = Revision()


@dataclass(frozen=True)
class Ending:
    """How the run ends, as the artefact says it; ``events`` counts what was observed by kind."""

    status: str
    reason: str | None
    partial: bool
    timeout_s: float
    events: Mapping[str, int]
    missing: Sequence[str]


def comparison(row: Mapping[str, Any]) -> Document:
    """Return one record of ``llm_comparisons``; a failed one has neither winner nor loser."""
    ids = {"a": row["essay_a_id"], "b": row["essay_b_id"]}
    winner = row["winner"]
    return {
        "sequence": row["sequence"],
        "request_id": row["request_id"],
        "correlation_id": str(row["correlation_id"]),
        "winner_id": None if winner is None else ids[winner],
        "loser_id": None if winner is None else ids["b" if winner == "a" else "a"],
        "essay_a_id": ids["a"],
        "essay_b_id": ids["b"],
        "prompt_hash": row["prompt_sha256"],
        "provider": row["provider"],
        "model": row["model"],
        "tokens_prompt": row["prompt_tokens"],
        "tokens_completion": row["completion_tokens"],
        "cost_usd": row["cost_usd"],
        "started_at": row["requested_at"].isoformat(),
        "completed_at": row["completed_at"].isoformat(),
        "status": "failed" if winner is None else "succeeded",
        "confidence": row["confidence"],
        "justification": row["justification"],
        "failure_reason": row["error_message"],
        "error_code": row["error_code"],
    }


@dataclass(frozen=True)
class Facts:
    """All that the document is made of, but the comparisons and the manifest.

    ``engine`` is what cj says about its work beside the scores; empty where no result came.
    """

    run: Run
    stock: Inventory
    essays: Sequence[RunEssay]
    sheet: ScoreSheet
    costs: Costs
    ending: Ending
    now: datetime
    git_sha: str | None
    engine: Mapping[str, object] = field(default_factory=dict)
    revision: Revision = FIRST

    @property
    def request(self) -> RunRequest:
        """The request as it was accepted."""
        return RunRequest.model_validate(self.run.spec)


def artefact(facts: Facts, records: list[Document], manifest: Sequence[Mapping[str, Any]]) -> Document:
    """Return the whole document, not yet sealed; ``records`` is taken over as it is."""
    sheet, ending = facts.sheet, facts.ending
    return {
        "schema_version": SCHEMA_VERSION,
        "metadata": _metadata(facts),
        "inputs": _inputs(facts.stock, facts.essays),
        "llm_comparisons": records,
        "bt_summary": [_score(row) for row in sheet.rows],
        "grade_projections": [
            _grade(row, facts.request.grade_scale) for row in sheet.rows if row.grade is not None
        ],
        "costs": facts.costs.document(),
        "validation": {
            "artefact_checksum": "",
            "manifest": [dict(entry) for entry in manifest],
            "cli_environment": {
                "python": platform.python_version(),
                "pdm": NOT_USED,
                "os": platform.platform(),
                "docker_compose": NOT_USED,
            },
            "runner_status": {
                "partial_data": ending.partial,
                "timeout_seconds": ending.timeout_s,
                "reason": ending.reason,
                "essays_missing": list(ending.missing),
                "observed_events": dict(ending.events),
            },
        },
    }


def _metadata(facts: Facts) -> Document:
    run, request, sheet, costs = facts.run, facts.request, facts.sheet, facts.costs
    wanted = overrides(request.llm)
    return {
        "run_id": run.id,
        "batch_uuid": str(run.batch_uuid),
        "batch_id": run.batch_label,
        "labels": dict(run.labels),
        "retry_of": run.retry_of,
        "attempt": run.attempt,
        "assignment_id": None if request.assignment_id is None else str(request.assignment_id),
        "course_id": None if request.course_id is None else str(request.course_id),
        "course_code": request.course_code,
        "language": request.language,
        "grade_scale": request.grade_scale,
        "runner_version": __version__,
        "git_sha": facts.git_sha,
        "generated_at": facts.now.isoformat(),
        "runner_mode": run.mode.value,
        "run_status": facts.ending.status,
        "artefact_revision": facts.revision.document(),
        "seed": request.design.seed,
        "llm_config_overrides": None if wanted is None else wanted.model_dump(),
        "effective_settings": None if costs.effective is None else dict(costs.effective),
        "stop_reason": sheet.stop_reason,
        "scores_source": sheet.source,
        "scores_quality": {key: facts.engine[key] for key in QUALITY if key in facts.engine},
    }


def _inputs(stock: Inventory, essays: Sequence[RunEssay]) -> Document:
    instructions = next(iter(stock.of_kind("instructions")), None)
    return {
        "instructions": _blob(instructions),
        "prompt_reference": _blob(instructions),
        "anchors": [
            {
                "anchor_id": essay.artefact_id,
                "request_essay_id": essay.essay_id,
                "file_name": essay.file_name,
                "grade": essay.grade or "UNKNOWN",
                "source_path": essay.source_path,
                "checksum": essay.checksum,
            }
            for essay in essays
            if essay.role == "anchor"
        ],
        "students": [
            {
                "essay_id": essay.artefact_id,
                "request_essay_id": essay.essay_id,
                "file_name": essay.file_name,
                "source_path": essay.source_path,
                "checksum": essay.checksum,
            }
            for essay in essays
            if essay.role == "student"
        ],
    }


def _blob(file: AssetFile | None) -> Document:
    if file is None:
        return {"source_path": "", "checksum": NO_FILE, "content": ""}
    return {"source_path": file.path, "checksum": file.sha256, "content": file.text or ""}


def _score(row: ScoreRow) -> Document:
    return {
        "essay_id": row.essay_id,
        "file_name": row.file_name,
        "theta": row.theta,
        "standard_error": row.standard_error,
        "rank": row.rank,
        "comparison_count": row.comparisons,
        "is_anchor": row.is_anchor,
        "anchor_grade": row.expert_grade,
        "grade_projection": row.grade,
    }


def _grade(row: ScoreRow, scale: str) -> Document:
    return {
        "essay_id": row.essay_id,
        "grade_scale": scale,
        "grade": row.grade,
        "probabilities": dict(row.probabilities),
        "primary_anchor_id": None,
        "anchor_alignment": None,
    }
