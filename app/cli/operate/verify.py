"""``cj-runner verify``: a bundle, or the folder of a run, checked without any service.

Fed by ``main``; the checks are in ``offline_check``.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli import terminal
from app.cli.exits import Exit


def verify_command(
    path: Annotated[Path, typer.Argument(help="A bundle.zip, or a run's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as JSON.")] = False,
) -> None:
    """Check the files of a run: every hash, strangers, the artefact's schema, checksum, manifest and sums.

    Ends with 0 if everything holds, 1 if something does not, 3 if it cannot be checked.
    """
    from app.cli.operate.offline_check import checked

    checks = checked(path)
    failed = [check for check in checks if not check.ok]
    if as_json:
        found = {"ok": not failed, "failed": len(failed), "checks": [asdict(check) for check in checks]}
        terminal.document(found)
    else:
        for check in failed:
            terminal.line(f"{check.check}: {check.path}: expected {check.expected}, found {check.found}")
        outcome = "does NOT hold" if failed else "everything holds"
        terminal.line(f"{len(checks)} checks, {len(failed)} failed: {outcome}")
    raise typer.Exit(Exit.NO if failed else Exit.DONE)
