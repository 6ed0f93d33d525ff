"""Commands that look into cj: assignments and anchors over its API, diagnostics straight from its database.

Fed by ``main``, which adds them to the root; each imports what it needs when it is called.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import terminal
from app.cli.asking import STACK, Command

DataDir = Annotated[
    Path, typer.Option("--data-dir", help="A running stack that is asked where nothing else is named.")
]
CJUrl = Annotated[str | None, typer.Option("--cj-service-url", help="Default: CJ_SERVICE_URL, or the stack's.")]
AssignmentOption = Annotated[str, typer.Option("--assignment-id", help="As `assignments list` shows it.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")]


class Format(StrEnum):
    """How a batch is extracted."""

    TEXT = "text"
    JSON = "json"


assignments = typer.Typer(no_args_is_help=True, help="Assignments of cj: what runs are bound to.")
anchors = typer.Typer(no_args_is_help=True, help="Anchors: expert-graded essays of an assignment.")


def add_to(root: typer.Typer, panel: str) -> None:
    """Add all commands of this module to the root."""
    root.add_typer(assignments, name="assignments", rich_help_panel=panel)
    root.add_typer(anchors, name="anchors", rich_help_panel=panel)
    root.command(cls=Command, rich_help_panel=panel)(extract)
    root.command("register-anchors", cls=Command, rich_help_panel=panel)(register_anchors_of_folder)
    root.command("align-report", cls=Command, rich_help_panel=panel)(align_report)


@assignments.command("list", cls=Command)
def list_assignments(
    of: Annotated[
        str | None, typer.Option("--anchors", metavar="ID", help="Show this assignment's anchors.")
    ] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = STACK,
) -> None:
    """List the newest assignments with options to copy, or the anchors of one."""
    from app.cli import places
    from app.cli.engine import assignments as acts

    with places.cj(cj_url, data_dir) as api:
        if of is None:
            acts.show_assignments(api)
        else:
            acts.show_anchors(api, of)


@assignments.command("create", cls=Command)
def create_assignment(
    instructions: Annotated[Path, typer.Option(help="File with the criteria (txt, md, docx, pdf).")],
    grade_scale: Annotated[str, typer.Option(help="Fixed from then on.")] = "eng5_np_legacy_9_step",
    assignment_id: Annotated[str | None, typer.Option(help="Default: a new one.")] = None,
    context_origin: Annotated[str | None, typer.Option(help="research_experiment or canonical_national.")] = None,
    student_prompt: Annotated[Path | None, typer.Option(help="File with the task as students saw it.")] = None,
    rubric: Annotated[Path | None, typer.Option(help="File with the rubric for judges.")] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = STACK,
) -> None:
    """Create an assignment from files, or change the texts of one."""
    from uuid import uuid4

    from app.cli import places
    from app.cli.engine import assignments as acts

    name = assignment_id or str(uuid4())
    new = acts.NewAssignment(name, grade_scale, context_origin, instructions, student_prompt, rubric)

    with places.cj(cj_url, data_dir) as api:
        for said in acts.create(api, new):
            terminal.line(said)


@anchors.command("register", cls=Command)
def register_anchors(
    paths: Annotated[list[Path], typer.Argument(help="Essays, or folders of essays (docx, pdf, txt, md).")],
    assignment_id: AssignmentOption,
    grades: Annotated[
        Path | None, typer.Option(help="Table of grades; default: one in the folder, then the files' names.")
    ] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = STACK,
) -> None:
    """Register expert-graded essays; the same ones again change nothing."""
    from app.cli import places
    from app.cli.engine import assignments as acts

    places.learn_own_scales()
    with places.cj(cj_url, data_dir) as api:
        lines, failed = acts.register(api, assignment_id, paths, grades)
    for said in lines:
        terminal.line(said)
    if failed is not None:
        raise failed


def register_anchors_of_folder(
    assignment_id: Annotated[str, typer.Argument(metavar="ASSIGNMENT_ID", help="As `assignments list` shows it.")],
    anchor_dir: Annotated[
        Path,
        typer.Option(
            "--anchor-dir",
            envvar="ENG5_ANCHOR_DIR_OVERRIDE",
            help="Folder of the essays, with a table or graded names.",
        ),
    ],
    expected_grade_scale: Annotated[
        str | None, typer.Option(help="Refuse if the assignment has another one.")
    ] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = STACK,
) -> None:
    """Register the anchors of a folder: the former tool's name of `anchors register`."""
    if expected_grade_scale is not None:
        from app.cli import places
        from app.cli.engine import assignments as acts

        with places.cj(cj_url, data_dir) as api:
            acts.check_scale(api, assignment_id, expected_grade_scale)
    register_anchors([anchor_dir], assignment_id, None, cj_url, data_dir)


@anchors.command("list", cls=Command)
def list_anchors(assignment_id: AssignmentOption, cj_url: CJUrl = None, data_dir: DataDir = STACK) -> None:
    """List the anchors of an assignment."""
    list_assignments(assignment_id, cj_url, data_dir)


def extract(
    batch: Annotated[str, typer.Argument(help="A run's batch_uuid, or cj's own number.")],
    form: Annotated[Format, typer.Option("--format", help="text is for reading.")] = Format.TEXT,
    output: Output = None,
    data_dir: DataDir = STACK,
) -> None:
    """Print everything stored of one batch, straight from the database (DATABASE_URL)."""
    if form is Format.TEXT:
        _write(extracted(batch, data_dir), output)
        return
    import orjson

    found = _document(batch, data_dir)
    _write(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode(), output)


def extracted(batch: str, data_dir: Path) -> str:
    """Return everything stored of a batch as text; raises ``NotFound``, or ``Unavailable``."""
    from app.cli.engine.extract_text import as_text

    return as_text(_document(batch, data_dir))


def _document(batch: str, data_dir: Path) -> dict[str, Any]:
    from app.cli import places
    from app.cli.engine import diagnosis
    from app.cli.engine.extract import document

    places.learn_own_scales()
    return document(diagnosis.diagnose(places.database(data_dir), batch))


def align_report(
    cj_batch_id: Annotated[int | None, typer.Option(help="cj's own number of the batch.", min=1)] = None,
    bos_batch_id: Annotated[str | None, typer.Option(help="A run's batch_uuid.")] = None,
    grades: Annotated[Path | None, typer.Option(help="Table of grades, or folder of the anchor essays.")] = None,
    grade_scale: Annotated[
        str | None, typer.Option(help="For a batch without an assignment; default: eng5_np_legacy_9_step.")
    ] = None,
    every_comparison: Annotated[bool, typer.Option("--all-comparisons", help="List every comparison.")] = False,
    form: Annotated[str, typer.Option("--format", help="md, html or json.", metavar="FORM")] = "md",
    output: Output = None,
    data_dir: DataDir = STACK,
) -> None:
    """Report how well the judge of a batch agrees with the experts, straight from the database."""
    if (cj_batch_id is None) == (bos_batch_id is None):
        raise typer.BadParameter("give exactly one of --cj-batch-id and --bos-batch-id")
    from datetime import UTC, datetime

    from app.cli import places
    from app.cli.engine import diagnosis
    from app.cli.engine.align_report import report, scale_of, written
    from app.cli.engine.expert_grades import experts
    from app.runner.reports.renderings import Form

    if form not in set(Form):
        raise typer.BadParameter(f"--format is one of {', '.join(Form)}")
    places.learn_own_scales()
    seen = diagnosis.diagnose(places.database(data_dir), bos_batch_id or str(cj_batch_id))
    scale = scale_of(seen, grade_scale)
    known = experts(seen, grades, scale)
    found = report(seen, known, scale, datetime.now(UTC))
    _write(written(found, Form(form), seen.pairs if every_comparison else (), known), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        terminal.text(text)
    else:
        terminal.write(output, text.encode())
