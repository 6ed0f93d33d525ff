"""cj's HTTP surface for whoever looks at batches: lists, one batch, its comparisons, scores and grades."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from app.contracts.envelope import Wire


class Budget(Wire):
    """What a batch may ask: ``remaining`` comparisons of ``cap``; ``source`` says who set the cap.

    ``cost_usd`` is what its verdicts cost so far, ``max_cost_usd`` the cap of that, None for no cap.
    """

    cap: int
    source: str
    used: int
    remaining: int
    cost_usd: float = 0.0
    max_cost_usd: float | None = None


class Progress(Wire):
    """Comparisons asked, and what became of them; ``cancelled`` were open when the batch ended."""

    asked: int
    succeeded: int
    failed: int
    pending: int
    cancelled: int = 0


class LastError(Wire):
    """Why a batch failed, or was cancelled."""

    reason: str
    detail: str | None


class BatchItem(Wire):
    """One batch of a list; ``status`` is the engine's own state, the two others are the platform's names."""

    id: int
    bos_batch_id: str
    correlation_id: str
    status: str
    upload_status: str
    state: str
    stop_reason: str | None
    stop_detail: str | None = Field(description="the reason as a sentence")
    last_error: LastError | None
    assignment_id: str | None
    course_code: str | None
    language: str | None
    user_id: str | None
    org_id: str | None
    grade_scale: str | None
    essays_requested: int
    wave: int
    comparisons: Progress
    budget: Budget
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class BatchPage(Wire):
    """A page of batches, newest first; ``next`` is what to ask for as ``before``."""

    items: list[BatchItem]
    next: int | None


class EssayCounts(Wire):
    """Students' essays asked for and found, and the assignment's anchors."""

    requested: int
    students: int
    anchors: int


class BatchView(BatchItem):
    """One batch with the reasons for everything it did; ``processing_metadata`` has the platform's keys."""

    essays: EssayCounts
    essays_missing: list[Mapping[str, object]]
    plan: Mapping[str, object]
    decisions: list[Mapping[str, object]] = Field(description="why it went on or stopped, wave by wave")
    processing_metadata: Mapping[str, object]


class Pair(Wire):
    """One comparison: ``essay_a_id`` was shown first; ``winner`` is essay_a, essay_b, or error.

    ``cost_usd`` is what its verdict cost, None before there is one; ``request_id`` the gateway's id of it.
    ``asks`` counts how often it was handed to the gateway.
    """

    number: int
    correlation_id: str
    wave: int
    attempt: int
    repeat: int
    essay_a_id: str
    essay_b_id: str
    state: str
    winner: str | None
    winner_id: str | None
    confidence: float | None
    justification: str | None
    provider: str | None
    model: str | None
    error_code: str | None
    error_message: str | None
    sent_at: datetime | None
    answered_at: datetime | None
    cost_usd: float | None = None
    asks: int = 0
    request_id: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_sha256: str | None = None
    effective_settings: Mapping[str, object] | None = None


class PairPage(Wire):
    """A page of comparisons in the order of asking; ``next`` is what to ask for as ``after``."""

    items: list[Pair]
    next: int | None


class Score(Wire):
    """One essay's place: ``theta`` and its standard error ``se`` in logits, centred over the batch."""

    rank: int
    essay_id: str
    label: str | None
    is_anchor: bool
    known_grade: str | None
    theta: float
    se: float
    comparisons: int
    wins: int
    losses: int


class ScoreList(Wire):
    """All essays in rank order; not ``final`` while the batch still asks."""

    batch_id: int
    bos_batch_id: str
    final: bool
    comparisons_used: int
    scores: Sequence[Score]
    bt_se_summary: Mapping[str, object]
    bt_quality_flags: Mapping[str, object]


class GradeProjection(Wire):
    """One essay's grade: a student's most probable one, an anchor's known one."""

    rank: int
    essay_id: str
    is_anchor: bool
    grade: str
    probabilities: Mapping[str, float]
    confidence: float
    label: str
    normalized_score: float


class ProjectionList(Wire):
    """Grades of all essays; ``refused`` says why there are none."""

    batch_id: int
    bos_batch_id: str
    final: bool
    grade_scale: str | None
    available: bool
    refused: str | None
    calibration: Mapping[str, object]
    projections: Sequence[GradeProjection]
