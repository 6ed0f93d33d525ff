"""The whole report laid out, in the order in which it is read. PURE.

Fed by a report; feeds ``md`` and ``html``.
"""

from collections.abc import Sequence

from app.runner.reports.blocks import Code, Layout, Section, Table
from app.runner.reports.layout.alignment import (
    anchor_section,
    inversion_section,
    metric_section,
    target_section,
)
from app.runner.reports.layout.course import (
    cost_section,
    course_section,
    graph_section,
    missing_section,
    wave_section,
)
from app.runner.reports.layout.judging import judge_section
from app.runner.reports.layout.students import student_sections
from app.runner.reports.shapes.document import PromptShown, Report, Setting

ENGINES_OWN = "The engine's own prompt was used."


def layout(report: Report, more: Sequence[Section] = ()) -> Layout:
    """Return the report laid out; ``more`` are sections after its own."""
    return Layout(report.title, report.summary, facts(report), [*sections(report), *more])


def sections(report: Report) -> list[Section]:
    """Return all sections in order."""
    found = report.alignment
    anchors = [
        target_section(found, among_students=report.students is not None),
        metric_section(found, report.missing.failed),
        anchor_section(found),
        inversion_section(found),
    ]
    shown: list[Section | None] = [
        *student_sections(report),
        *(anchors if found.anchors else []),
        judge_section(report.judge),
        course_section(report.course),
        wave_section(report.waves),
        graph_section(report.graph),
        missing_section(report.missing, report.refit),
        cost_section(report),
        _settings(report.settings),
        _prompts(report.prompts),
    ]
    return [section for section in shown if section is not None]


def facts(report: Report) -> list[tuple[str, str]]:
    """Return what identifies the report."""
    about = report.about
    found: list[tuple[str, str | None]] = [
        ("Run", about.run_id),
        ("Batch", about.batch_uuid),
        ("Mode", about.mode),
        ("State", about.status if about.reason is None else f"{about.status} ({about.reason})"),
        ("Grade scale", about.grade_scale),
        ("Scores", _source(about.scores_source)),
        ("Revision", None if about.revision in {None, 1} else f"{about.revision}: {about.revision_why or ''}"),
        ("Generated", report.generated_at.isoformat(timespec="seconds")),
        (
            "Report",
            f"version {report.report_version}, cj-runner {about.runner_version} {about.git_sha or ''}".strip(),
        ),
    ]
    return [(name, value) for name, value in found if value is not None]


def _source(source: str | None) -> str | None:
    words = {"engine": "the engine's", "runner_fit": "our own fit of the verdicts, since the engine gave none"}
    return None if source is None else words[source]


def _settings(settings: tuple[Setting, ...]) -> Section | None:
    if not settings:
        return None
    rows = [(item.name, item.asked or "default", item.effective or "not reported") for item in settings]
    return Section(
        "Settings", [Table("Settings asked for and in effect", ("Setting", "Asked for", "Effective"), rows)]
    )


def _prompts(prompts: tuple[PromptShown, ...]) -> Section | None:
    if not prompts:
        return None
    rows = [(item.role, item.name or "none", item.sha256 or ENGINES_OWN) for item in prompts]
    blocks = [Table("Prompts and their hashes", ("Prompt", "Name", "SHA-256 of the text"), rows)]
    codes = [Code(f"The {item.role}, in full", item.text) for item in prompts if item.text is not None]
    return Section("Prompts", [*blocks, *codes])
