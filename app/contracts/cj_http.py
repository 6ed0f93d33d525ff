"""cj's HTTP surface that the runner uses: assignments and anchors."""

from typing import Literal

from pydantic import Field

from app.contracts.envelope import Wire

MIN_ANCHOR_CHARACTERS = 100


class AssessmentInstructions(Wire):
    """An assignment's criteria; ``created_at`` is text since implementations differ in its format."""

    id: int
    assignment_id: str | None = None
    course_id: str | None = None
    instructions_text: str
    grade_scale: str
    context_origin: str = "research_experiment"
    student_prompt_storage_id: str | None = None
    judge_rubric_storage_id: str | None = None
    created_at: str | None = None


class InstructionsUpsert(Wire):
    """Create or change an assignment; exactly one of the two ids."""

    assignment_id: str | None = Field(default=None, max_length=100)
    course_id: str | None = Field(default=None, max_length=50)
    instructions_text: str = Field(min_length=10)
    grade_scale: str
    context_origin: str = "research_experiment"
    student_prompt_storage_id: str | None = None
    judge_rubric_storage_id: str | None = None


class AnchorRegistration(Wire):
    """One anchor essay with its expert grade."""

    assignment_id: str = Field(min_length=1, max_length=100)
    grade: str = Field(min_length=1, max_length=8)
    anchor_label: str | None = Field(default=None, max_length=255)
    essay_text: str = Field(min_length=MIN_ANCHOR_CHARACTERS)


class AnchorRegistered(Wire):
    """201: the anchor is stored."""

    anchor_id: int
    storage_id: str
    grade_scale: str
    status: Literal["registered"] = "registered"


class AnchorSummary(Wire):
    """One stored anchor."""

    id: int
    assignment_id: str
    anchor_label: str
    grade: str
    grade_scale: str
    text_storage_id: str
    created_at: str | None = None


class AnchorList(Wire):
    """The anchors of an assignment; ``anchor_count`` counts those in the assignment's own scale."""

    assignment_id: str
    grade_scale: str
    anchor_count: int
    anchors: list[AnchorSummary]
    anchor_count_total: int
    anchor_count_by_scale: dict[str, int] = Field(default_factory=dict)
