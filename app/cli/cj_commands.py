"""Commands that look into cj: assignments and anchors over its API, diagnostics straight from its database.

Fed by ``main``, which adds them to the root; each imports what it needs when it is called.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.exits import or_exit

DEFAULT_DIR = Path("var/stack")
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


def add_to(root: typer.Typer) -> None:
    """Add all commands of this module to the root."""
    root.add_typer(assignments, name="assignments")
    root.add_typer(anchors, name="anchors")
    root.command()(extract)
    root.command("align-report")(align_report)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


@assignments.command("list")
def list_assignments(
    of: Annotated[
        str | None, typer.Option("--anchors", metavar="ID", help="Show this assignment's anchors.")
    ] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = DEFAULT_DIR,
) -> None:
    """List the newest assignments with options to copy, or the anchors of one."""
    from app.cli import assignments as acts
    from app.cli import places

    def act() -> list[str]:
        with places.cj(cj_url, data_dir) as api:
            return acts.listed(api) if of is None else acts.anchors(api, of)

    _print(or_exit(act))


@assignments.command("create")
def create_assignment(
    instructions: Annotated[Path, typer.Option(help="File with the criteria (txt, md, docx, pdf).")],
    grade_scale: Annotated[str, typer.Option(help="Fixed from then on.")] = "eng5_np_legacy_9_step",
    assignment_id: Annotated[str | None, typer.Option(help="Default: a new one.")] = None,
    context_origin: Annotated[str | None, typer.Option(help="research_experiment or canonical_national.")] = None,
    student_prompt: Annotated[Path | None, typer.Option(help="File with the task as students saw it.")] = None,
    rubric: Annotated[Path | None, typer.Option(help="File with the rubric for judges.")] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = DEFAULT_DIR,
) -> None:
    """Create an assignment from files, or change the texts of one."""
    from uuid import uuid4

    from app.cli import assignments as acts
    from app.cli import places

    name = assignment_id or str(uuid4())
    new = acts.NewAssignment(name, grade_scale, context_origin, instructions, student_prompt, rubric)

    def act() -> list[str]:
        with places.cj(cj_url, data_dir) as api:
            return acts.create(api, new)

    _print(or_exit(act))


@anchors.command("register")
def register_anchors(
    paths: Annotated[list[Path], typer.Argument(help="Essays, or folders of essays (docx, pdf, txt, md).")],
    assignment_id: AssignmentOption,
    grades: Annotated[
        Path | None, typer.Option(help="Table of grades; default: one in the folder, then the files' names.")
    ] = None,
    cj_url: CJUrl = None,
    data_dir: DataDir = DEFAULT_DIR,
) -> None:
    """Register expert-graded essays; the same ones again change nothing."""
    from app.cli import assignments as acts
    from app.cli import places
    from app.errors import AppError

    def act() -> tuple[list[str], AppError | None]:
        places.learn_own_scales()
        with places.cj(cj_url, data_dir) as api:
            return acts.register(api, assignment_id, paths, grades)

    lines, failed = or_exit(act)
    _print(lines)
    if failed is not None:
        or_exit(lambda: _raise(failed))


def _raise(error: Exception) -> None:
    raise error


@anchors.command("list")
def list_anchors(assignment_id: AssignmentOption, cj_url: CJUrl = None, data_dir: DataDir = DEFAULT_DIR) -> None:
    """List the anchors of an assignment."""
    list_assignments(assignment_id, cj_url, data_dir)


def extract(
    batch: Annotated[str, typer.Argument(help="Internal id (digits), or BOS batch id.")],
    form: Annotated[Format, typer.Option("--format")] = Format.TEXT,
    output: Output = None,
    data_dir: DataDir = DEFAULT_DIR,
) -> None:
    """Print everything stored of one batch, straight from the database (DATABASE_URL)."""
    import orjson

    from app.cli import diagnosis, places
    from app.cli.extract import document
    from app.cli.extract_text import as_text

    def act() -> str:
        places.learn_own_scales()
        found = document(diagnosis.diagnose(places.database(data_dir), batch))
        if form is Format.TEXT:
            return as_text(found)
        return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()

    _write(or_exit(act), output)


def align_report(
    cj_batch_id: Annotated[int | None, typer.Option(help="Internal id.", min=1)] = None,
    bos_batch_id: Annotated[str | None, typer.Option(help="BOS batch id (a run's batch_uuid).")] = None,
    grades: Annotated[Path | None, typer.Option(help="Table of grades, or folder of the anchor essays.")] = None,
    grade_scale: Annotated[str | None, typer.Option(help="For a batch without an assignment.")] = None,
    every_comparison: Annotated[bool, typer.Option("--all-comparisons", help="List every comparison.")] = False,
    form: Annotated[str, typer.Option("--format", help="md, html or json.", metavar="FORM")] = "md",
    output: Output = None,
    data_dir: DataDir = DEFAULT_DIR,
) -> None:
    """Report how well the judge of a batch agrees with the experts, straight from the database."""
    if (cj_batch_id is None) == (bos_batch_id is None):
        raise typer.BadParameter("give exactly one of --cj-batch-id and --bos-batch-id")
    from datetime import UTC, datetime

    from app.cli import diagnosis, places
    from app.cli.align_report import report, scale_of, written
    from app.cli.expert_grades import experts
    from app.runner.reports.renderings import Form

    if form not in set(Form):
        raise typer.BadParameter(f"--format is one of {', '.join(Form)}")

    def act() -> str:
        places.learn_own_scales()
        seen = diagnosis.diagnose(places.database(data_dir), bos_batch_id or str(cj_batch_id))
        scale = scale_of(seen, grade_scale)
        known = experts(seen, grades, scale)
        found = report(seen, known, scale, datetime.now(UTC))
        return written(found, Form(form), seen.pairs if every_comparison else (), known)

    _write(or_exit(act), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"error: {output} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(4) from error
    typer.echo(f"written to {output}", err=True)
