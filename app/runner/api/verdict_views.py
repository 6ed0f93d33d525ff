"""What the API shows of files of people's verdicts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.runner.human.matching import MOST_NAMED, Matched
from app.runner.human.reading import Content, Layout
from app.runner.human.store import VerdictSet

PATH = "/v1/runs/{run_id}/human-verdicts"


class JudgeCount(BaseModel):
    """One person: ``judge_1`` and so on, unless the import was asked to keep names."""

    judge: str
    verdicts: int


class UnmatchedEssay(BaseModel):
    """An essay that a file names and the run does not have."""

    name: str
    rows: int


class VerdictCounts(BaseModel):
    """What a file holds: ``rows = verdicts + undecided``; ties and unmatched rows are among the verdicts."""

    rows: int
    verdicts: int
    ties: int
    undecided: int = Field(description="Rows without a decision, which are left out.")
    unmatched: int = Field(description="Rows that name an essay which the run does not have.")
    same_essay: int = Field(description="Rows whose two names mean one and the same essay of the run.")
    pairs: int = Field(description="Different pairs of essays of the run.")


class VerdictSetView(BaseModel):
    """One file of people's verdicts on the essays of a run."""

    id: str
    run_id: str
    label: str
    sha256: str = Field(description="Of the file: the same file again is this one.")
    layout: Layout = Field(description="winner_loser: the file does not say which essay was shown first.")
    counts: VerdictCounts
    judges: list[JudgeCount]
    judge_names_kept: bool
    unmatched_essays: list[UnmatchedEssay] = Field(description="At most 100, those of most rows first.")
    unmatched_essays_total: int
    created_at: datetime
    links: dict[str, str]


class VerdictSetList(BaseModel):
    """All files of a run, the oldest first."""

    items: list[VerdictSetView]


def summary(content: Content, found: Matched) -> dict[str, object]:
    """Return what an import counted, as it is kept."""
    by_judge = [0] * len(content.judges)
    pairs = set()
    for first, second, _, judge in content.rows:
        by_judge[judge] += 1
        ids = {found.ids.get(content.essays[first]), found.ids.get(content.essays[second])}
        if None not in ids and len(ids) == 2:
            pairs.add(frozenset(ids))
    counts = VerdictCounts(
        rows=len(content.rows) + content.undecided,
        verdicts=len(content.rows),
        ties=sum(outcome == 1 for _, _, outcome, _ in content.rows),
        undecided=content.undecided,
        unmatched=found.unmatched_rows,
        same_essay=found.same_essay_rows,
        pairs=len(pairs),
    )
    unmatched = [{"name": name, "rows": rows} for name, rows in list(found.unmatched.items())[:MOST_NAMED]]
    return {
        "layout": content.layout,
        "counts": counts.model_dump(),
        "judges": [
            {"judge": judge, "verdicts": count} for judge, count in zip(content.judges, by_judge, strict=True)
        ],
        "unmatched_essays": unmatched,
        "unmatched_essays_total": len(found.unmatched),
    }


def verdict_set_view(found: VerdictSet) -> VerdictSetView:
    """Return one file as it is shown."""
    told: Mapping[str, Any] = found.summary
    own = f"{PATH.format(run_id=found.run_id)}/{found.id}"
    agreement = f"/v1/runs/{found.run_id}/agreement?verdicts={found.id}"
    return VerdictSetView(
        id=found.id,
        run_id=found.run_id,
        label=found.label,
        sha256=found.sha256,
        layout=told["layout"],
        counts=VerdictCounts.model_validate(told["counts"]),
        judges=[JudgeCount.model_validate(one) for one in told["judges"]],
        judge_names_kept=found.options.keep_judge_names,
        unmatched_essays=[UnmatchedEssay.model_validate(one) for one in told["unmatched_essays"]],
        unmatched_essays_total=told["unmatched_essays_total"],
        created_at=found.created_at,
        links={"self": own, "agreement": agreement},
    )
