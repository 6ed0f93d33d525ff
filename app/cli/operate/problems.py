"""``cj-runner problems``: the page of all problems, made from the errors of every package."""

import importlib
import pkgutil
from pathlib import Path
from typing import Annotated

import typer

from app.cli.operate.contracts import Check, write_or_check


def problems(
    check: Check = False,
    path: Annotated[Path, typer.Option("--path", help="The file.")] = Path("docs/problems.md"),
) -> None:
    """Write the page of all problems that answers may name, or check that the committed one is fresh."""
    write_or_check(rendered, path, "cj-runner problems", check=check)


def rendered() -> str:
    """Return the page's text, after loading every module that may define an error."""
    import app
    from app.edge.problem_pages import rendered as page

    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name != "app.__main__":
            importlib.import_module(module.name)
    return page()
