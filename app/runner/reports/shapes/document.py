"""The whole report: one document, of which JSON, markdown and HTML are all made. PURE.

Fed by ``compose``; feeds the renderings and whoever reads the JSON. ``REPORT_VERSION`` grows by its first number
when a field goes or changes its meaning, by its second when one comes.
"""

from datetime import datetime
from typing import Literal

from app.runner.reports.shapes.alignment import Alignment
from app.runner.reports.shapes.base import Number, Shape
from app.runner.reports.shapes.course import Course, Graph, Waves
from app.runner.reports.shapes.judge import JudgeQuality
from app.runner.reports.shapes.students import Students

REPORT_VERSION: Literal["1.0"] = "1.0"


class About(Shape):
    """Whose report it is; null where it is not known, as for a batch that another runner published."""

    run_id: str | None
    batch_uuid: str | None
    batch_label: str
    mode: str
    status: str
    reason: str | None
    partial: bool
    revision: int | None
    revision_why: str | None
    grade_scale: str
    course_code: str | None
    language: str | None
    scores_source: Literal["engine", "runner_fit"] | None
    runner_version: str
    git_sha: str | None
    started_at: datetime | None
    finished_at: datetime | None


class Sentence(Shape):
    """One sentence of the summary: whether it is good or bad news, or says only how things are."""

    tone: Literal["good", "bad", "unknown", "plain"]
    text: str


class Missing(Shape):
    """What a reader might expect and does not find; all empty or equal where nothing is missing.

    ``essays`` were not judged. ``answers_expected`` is what the engine said would come.
    """

    reason: str | None
    essays: tuple[str, ...]
    answers_expected: int | None
    answers: int
    failed: int
    results: int | None
    completions: int | None


class Refit(Shape):
    """The scores held against a fit of the listed comparisons alone, as ``cj-runner fit`` makes it.

    The largest differences of a score and of a standard error in logits; 0 up to rounding if nothing is missing.
    """

    score: float
    standard_error: float


class PromptShown(Shape):
    """A prompt as the judge got it; ``text`` and its SHA-256 are null where the engine's own was used."""

    role: Literal["system prompt", "judge rubric"]
    name: str | None
    sha256: str | None
    text: str | None


class Setting(Shape):
    """A setting: what was asked for (null: left to the engine) and what took effect (null: not reported)."""

    name: str
    asked: str | None
    effective: str | None


class JudgeCost(Shape):
    """What one judge took."""

    provider: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    usd: float


class Cost(Shape):
    """Money in US dollars, and tokens; ``usd_an_essay`` is null without essays."""

    usd: float
    cap_usd: Number
    usd_an_essay: Number
    judges: tuple[JudgeCost, ...]


class Essay(Shape):
    """One essay of the score plot, best first; scores in logits."""

    essay_id: str
    name: str
    role: Literal["anchor", "student"]
    grade: str | None
    score: float
    standard_error: float
    low: float
    high: float
    rank: int


class Report(Shape):
    """A report. ``kind`` is ``alignment`` (the judge against the experts) or ``assessment`` (students' grades)."""

    report_version: Literal["1.0"] = REPORT_VERSION
    kind: Literal["alignment", "assessment"]
    title: str
    generated_at: datetime
    about: About
    summary: tuple[Sentence, ...]
    missing: Missing
    alignment: Alignment
    students: Students | None
    essays: tuple[Essay, ...]
    judge: JudgeQuality | None
    course: Course
    waves: Waves | None
    graph: Graph | None
    refit: Refit | None
    cost: Cost
    settings: tuple[Setting, ...]
    prompts: tuple[PromptShown, ...]
