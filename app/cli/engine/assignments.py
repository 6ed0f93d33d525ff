"""``cj-runner assignments`` and ``anchors``: over cj's admin API, with lines to copy into the next command."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from app.cli import terminal
from app.cli.client_http import ApiClient, Json
from app.cli.engine import anchor_files
from app.cli.engine.anchor_files import AnchorFile
from app.errors import AppError, InvalidInput, Unavailable, UpstreamRefused
from app.runner.assets.read import UnreadableFile, extract

INSTRUCTIONS = "/admin/v1/assessment-instructions"
SAMPLE_COURSE_ID = UUID(int=2)
NEWEST = 20
AT_ONCE = 4


def show_assignments(api: ApiClient) -> None:
    """Print the newest assignments, and options to copy."""
    page = api.get(f"{INSTRUCTIONS}?page_size={NEWEST}")
    rows = [
        (
            item["id"],
            item["assignment_id"] or f"course {item['course_id']}",
            item["grade_scale"],
            _yes(item["student_prompt_storage_id"]),
            _yes(item["judge_rubric_storage_id"]),
            "?" if item.get("anchor_count") is None else item["anchor_count"],
            item["created_at"][:16].replace("T", " "),
        )
        for item in page["items"]
    ]
    headings = ("ID", "Assignment ID", "Grade scale", "Prompt", "Rubric", "Anchors", "Created (UTC)")
    terminal.table(headings, rows)
    if not rows:
        terminal.note("No assignments yet. Make one: cj-runner assignments create --instructions FILE")
    if page["total"] > len(rows):
        terminal.note(f"({page['total'] - len(rows)} older ones are not shown)")
    bound = [item for item in page["items"] if item["assignment_id"]]
    best = next((item for item in bound if item.get("anchor_count")), next(iter(bound), None))
    for said in [] if best is None else hints(best["assignment_id"]):
        terminal.note(said)


def _yes(value: object) -> str:
    return "no" if value is None else "yes"


def hints(assignment_id: str) -> list[str]:
    """Return options that bind a run to an assignment, ready to copy."""
    return [
        "To use one in a run, copy:",
        f"  --assignment-id {assignment_id} --course-id {SAMPLE_COURSE_ID}",
    ]


def show_anchors(api: ApiClient, assignment_id: str) -> None:
    """Print the anchors of an assignment."""
    found = api.get(f"/admin/v1/anchors/assignment/{quote(assignment_id, safe='')}")
    rows = [
        (
            item["id"],
            item["anchor_label"],
            item["grade"],
            item["grade_scale"],
            (item.get("created_at") or "")[:16].replace("T", " "),
        )
        for item in found["anchors"]
    ]
    by_scale = ", ".join(f"{scale}: {count}" for scale, count in sorted(found["anchor_count_by_scale"].items()))
    terminal.table(("ID", "Label", "Grade", "Grade scale", "Created (UTC)"), rows)
    total = f"{found['anchor_count']} anchors in {found['grade_scale']}"
    terminal.note(f"{total}; of all scales {found['anchor_count_total']} ({by_scale or 'none'})")


@dataclass(frozen=True)
class NewAssignment:
    """What an assignment is made of; texts come from files."""

    assignment_id: str
    grade_scale: str
    context_origin: str | None
    instructions: Path
    student_prompt: Path | None
    rubric: Path | None


def create(api: ApiClient, new: NewAssignment) -> list[str]:
    """Create or change an assignment with its task and rubric; all files are read before anything is sent."""
    instructions = _text(new.instructions)
    prompt = None if new.student_prompt is None else _text(new.student_prompt)
    rubric = None if new.rubric is None else _text(new.rubric)
    body = {
        "assignment_id": new.assignment_id,
        "instructions_text": instructions,
        "grade_scale": new.grade_scale,
        "context_origin": new.context_origin,
    }
    kept = api.post(INSTRUCTIONS, body)
    if prompt is not None:
        api.post("/admin/v1/student-prompts", {"assignment_id": new.assignment_id, "prompt_text": prompt})
    if rubric is not None:
        api.post("/admin/v1/judge-rubrics", {"assignment_id": new.assignment_id, "rubric_text": rubric})
    return [
        f"assignment {kept['assignment_id']} ({kept['grade_scale']}, {kept['context_origin']}) is stored",
        *hints(new.assignment_id),
        "Give it anchors:",
        f"  cj-runner anchors register FOLDER --assignment-id {new.assignment_id}",
    ]


def _text(path: Path) -> str:
    try:
        return extract(path.name, path.read_bytes())
    except (UnreadableFile, OSError) as error:
        raise InvalidInput(f"{path} cannot be read: {anchor_files.why(error)}") from error


def check_scale(api: ApiClient, assignment_id: str, wanted: str) -> None:
    """Raise ``InvalidInput`` where an assignment has another grade scale than ``wanted``."""
    found = api.get(f"{INSTRUCTIONS}/assignment/{quote(assignment_id, safe='')}")["grade_scale"]
    if found != wanted:
        raise InvalidInput(f"the assignment's grade scale is {found}, not {wanted}: nothing was registered")


def register(
    api: ApiClient, assignment_id: str, paths: Sequence[Path], table: Path | None
) -> tuple[list[str], AppError | None]:
    """Register the anchors of files and folders, four at once; return a line each, and what went wrong if any did.

    Raises before anything is sent if the assignment is unknown or any file cannot be used.
    """
    assignment = api.get(f"{INSTRUCTIONS}/assignment/{quote(assignment_id, safe='')}")
    found = anchor_files.read(paths, table, assignment["grade_scale"])

    def one(anchor: AnchorFile) -> Json | AppError:
        body = {
            "assignment_id": assignment_id,
            "grade": anchor.grade,
            "anchor_label": anchor.label,
            "essay_text": anchor.text,
        }
        try:
            return api.post("/api/v1/anchors/register", body)
        except AppError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, found))
    lines = [_registered(anchor, answer) for anchor, answer in zip(found, answers, strict=True)]
    failed = [answer for answer in answers if isinstance(answer, AppError)]
    if not failed:
        return [*lines, f"{len(found)} anchors are registered for assignment {assignment_id}"], None
    kind = Unavailable if any(error.retryable for error in failed) else UpstreamRefused
    said = f"{len(failed)} of {len(found)} anchors are not registered; the same command again does the rest"
    return lines, kind(said)


def _registered(anchor: AnchorFile, answer: Json | AppError) -> str:
    if isinstance(answer, AppError):
        return f"{anchor.label}: NOT registered: {answer.detail}"
    return f"{anchor.label}: grade {anchor.grade}, anchor {answer['anchor_id']}, text {answer['storage_id']}"
