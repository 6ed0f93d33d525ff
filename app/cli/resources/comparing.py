"""``cj-runner compare``: two or more runs side by side: settings, metrics, essays that moved. Fed by ``main``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli import asking, terminal

FEWEST = 2


class Form(StrEnum):
    """How a comparison is written."""

    MD = "md"
    HTML = "html"
    JSON = "json"


def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN RUN...", help="The first is what others are held against.")
    ],
    form: Annotated[Form, typer.Option("--format", help="md is for reading.")] = Form.MD,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resampling behind the intervals.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many essays to list.")] = 50,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Compare runs: what was set otherwise, which agrees better with the experts, which essays moved."""
    if len(runs) < FEWEST:
        raise typer.BadParameter("name at least two runs", param_hint="RUN")
    wanted = {"runs": ",".join(runs), "format": form.value, "seed": str(seed), "limit": str(limit)}
    with asking.runner() as api:
        body = api.raw("/v1/compare", **wanted)
    if output is None:
        terminal.exact(body)
    else:
        terminal.write(output, body)
