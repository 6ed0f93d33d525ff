"""``cj-runner openapi``, ``asyncapi``, ``settings``, ``report-schema``: written anew, or checked to be fresh."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.cli.exits import Exit

Check = Annotated[bool, typer.Option("--check", help="Fail if the file is not fresh.")]


def openapi(
    check: Check = False, path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("openapi.json")
) -> None:
    """Write the runner's OpenAPI document, or check that the committed one is fresh."""
    from app.runner.api.openapi import rendered

    write_or_check(rendered, path, "make openapi", check=check)


def asyncapi(
    check: Check = False, path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("asyncapi.json")
) -> None:
    """Write the AsyncAPI document of the topics, or check that the committed one is fresh."""
    from app.contracts.asyncapi import rendered

    write_or_check(rendered, path, "make asyncapi", check=check)


def settings(
    check: Check = False,
    path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("docs/settings.md"),
) -> None:
    """Write the page of all settings, or check that the committed one is fresh."""
    from app.cli.settings_page import rendered

    write_or_check(rendered, path, "make settings", check=check)


def metrics(
    check: Check = False, path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("docs/metrics.md")
) -> None:
    """Write the page of all metrics, or check that the committed one is fresh."""
    from app.cli.metrics_page import rendered

    write_or_check(rendered, path, "make metrics", check=check)


def report_schema(
    check: Check = False,
    path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("docs/report.schema.json"),
) -> None:
    """Write the JSON schema of reports, or check that the committed one is fresh."""
    from app.runner.reports.schema import rendered

    write_or_check(rendered, path, "make report-schema", check=check)


def write_or_check(rendered: Callable[[], str], path: Path, way_out: str, *, check: bool) -> None:
    """Write a page, or end with 1 where the one that is there is another."""
    if not check:
        path.write_text(rendered(), encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != rendered():
        typer.echo(f"{path} is not fresh: run '{way_out}'", err=True)
        raise typer.Exit(Exit.NO)
