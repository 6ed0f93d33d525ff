"""cj's HTTP surface for admins and for the runner: assignments, their texts, and anchors."""

from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.contracts.envelope import Wire
from app.contracts.identifiers import is_storage_id

MIN_ANCHOR_CHARACTERS = 100
MIN_TEXT_CHARACTERS = 10
MAX_TEXT_CHARACTERS = 1_000_000
CONTEXT_ORIGINS = ("research_experiment", "canonical_national")


def _worded(text: str, least: int) -> str:
    """Return ``text`` if it holds ``least`` characters besides the blanks around it, and no NUL."""
    if "\x00" in text:
        raise ValueError("must not hold a NUL character")
    if (found := len(text.strip())) < least:
        raise ValueError(f"must have at least {least} characters; it has {found}")
    return text


def _name(text: str) -> str:
    """Return ``text`` if it can stand in a path: not blank, no slash, no control characters."""
    if not text.strip() or "/" in text or not text.isprintable():
        raise ValueError("must not be blank, and must not hold a slash or control characters")
    return text


def _storage_id(text: str) -> str:
    """Return ``text`` if it can be the id of a stored text."""
    if not is_storage_id(text):
        raise ValueError("must be the id of a stored text: at most 255 letters, digits, and -._~:@+=")
    return text


Words = Annotated[
    str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(partial(_worded, least=MIN_TEXT_CHARACTERS))
]
EssayText = Annotated[
    str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(partial(_worded, least=MIN_ANCHOR_CHARACTERS))
]
AssignmentId = Annotated[str, Field(max_length=100), AfterValidator(_name)]
CourseId = Annotated[str, Field(max_length=50), AfterValidator(_name)]
StorageId = Annotated[str, Field(max_length=255), AfterValidator(_storage_id)]


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
    anchor_count: int | None = None


class InstructionsPage(Wire):
    """One page of assignments; ``total`` counts all pages."""

    items: list[AssessmentInstructions]
    total: int
    page: int
    page_size: int


class InstructionsUpsert(Wire):
    """Create or change an assignment; exactly one of the two ids.

    What is left out keeps its value; a new assignment gets the platform's usual scale and origin.
    """

    assignment_id: AssignmentId | None = None
    course_id: CourseId | None = None
    instructions_text: Words
    grade_scale: str | None = None
    context_origin: str | None = None
    student_prompt_storage_id: StorageId | None = None
    judge_rubric_storage_id: StorageId | None = None


class Deleted(Wire):
    """An assignment is gone; its anchors went into the history."""

    status: Literal["deleted"] = "deleted"
    assignment_id: str | None = None
    course_id: str | None = None
    anchors_retired: int = 0


class StudentPromptUpload(Wire):
    """The task as students saw it."""

    assignment_id: AssignmentId
    prompt_text: Words


class StudentPrompt(Wire):
    """The stored task of an assignment."""

    assignment_id: str
    student_prompt_storage_id: str
    prompt_text: str


class JudgeRubricUpload(Wire):
    """How judges should weigh what they read."""

    assignment_id: AssignmentId
    rubric_text: Words


class JudgeRubric(Wire):
    """The stored rubric of an assignment."""

    assignment_id: str
    judge_rubric_storage_id: str
    rubric_text: str


class AnchorRegistration(Wire):
    """One anchor essay with its expert grade; the label is the grade where none is given."""

    assignment_id: AssignmentId
    grade: str = Field(min_length=1, max_length=8)
    anchor_label: Annotated[str, Field(max_length=255), AfterValidator(_name)] | None = None
    essay_text: EssayText


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


class FormerAnchor(Wire):
    """What an anchor was before it was replaced or deleted; its text is still in the content store."""

    id: int
    anchor_id: int
    anchor_label: str
    grade: str
    grade_scale: str
    text_storage_id: str
    reason: str
    superseded_at: str


class AnchorHistory(Wire):
    """Former versions of an assignment's anchors, newest first; ``next`` is what to ask for as ``before``."""

    assignment_id: str
    items: list[FormerAnchor]
    next: int | None = None


class EngineOffer(Wire):
    """What this engine does with a request beyond the platform's contract; another engine has no such route.

    ``pairing``: the policies of ``metadata.design``; ``max_comparisons``: the most that one batch is asked,
    whatever its request says.
    """

    pairing: list[str]
    max_comparisons: int
