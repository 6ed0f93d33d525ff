"""``cj-runner packages``: essays at the service, and folders of this machine looked at before they are uploaded.

Fed by ``main``; shares packing with ``run``.
"""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import asking, terminal
from app.cli.asking import Asking, Command
from app.cli.exits import Exit
from app.cli.run import inventory

commands = typer.Typer(no_args_is_help=True, help="Packages of essays: uploaded once, used by any number of runs.")
Characters = Annotated[
    int, typer.Option("--min-text-characters", min=1, max=10_000, help="Shorter essays are refused.")
]
AnchorDir = Annotated[
    Path | None,
    typer.Option(
        "--anchor-dir", envvar="ENG5_ANCHOR_DIR_OVERRIDE", help="Take the anchor essays from here instead."
    ),
]
Essays = Annotated[Path, typer.Argument(exists=True, help="A folder or a zip of essays.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command(cls=Asking)
def upload(
    essays: Essays,
    anchor_dir: AnchorDir = None,
    min_text_characters: Characters = 100,
    force: Annotated[bool, typer.Option("--force", help="Upload even what the service has already.")] = False,
) -> None:
    """Upload a folder or a zip of essays; prints the package's id."""
    from app.cli.run.pack import package_for

    with asking.runner() as api:
        found = package_for(api, str(essays), anchor_dir, min_text_characters, force=force)
    terminal.line(found.view.id)
    how = "is there already" if found.is_reused else "is uploaded"
    terminal.note(f"{found.view.name}, {found.view.file_count} files, {found.view.bytes_} bytes, {how}")
    missing = inventory.lacks(inventory.of_package(found.view))
    if missing:
        terminal.note(f"not there: {', '.join(missing)}")


@commands.command("list", cls=Asking)
def list_packages(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List packages, the newest first."""
    from cj_runner_client.api.asset_packages import list_asset_packages
    from cj_runner_client.models import PackageList

    with asking.runner() as api:
        found = api.ask(list_asset_packages.sync_detailed, PackageList, limit=limit)
    if as_json:
        terminal.document(found.to_dict())
        return
    rows = []
    for item in found.items:
        counts = item.inventory.to_dict().get("counts", {})
        numbers = (counts.get("anchor", 0), counts.get("student", 0), item.bytes_)
        rows.append((item.id, item.name, *numbers, f"{item.created_at:%Y-%m-%d %H:%M}"))
    terminal.table(("Package", "Name", "Anchors", "Students", "Bytes", "Created (UTC)"), rows)


@commands.command(cls=Asking)
def show(
    package_id: Annotated[str, typer.Argument(metavar="PACKAGE", help="As `packages list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show what a package holds: each file with its role, grade and length."""
    from cj_runner_client.api.asset_packages import get_asset_package
    from cj_runner_client.models import PackageView

    with asking.runner() as api:
        found = api.ask(get_asset_package.sync_detailed, PackageView, package_id)
    if as_json:
        terminal.document(found.to_dict())
    else:
        inventory.show(inventory.of_package(found))


@commands.command(cls=Command)
def check(
    essays: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of essays.")],
    anchor_dir: AnchorDir = None,
    min_text_characters: Characters = 100,
    as_json: AsJson = False,
) -> None:
    """Look at a folder as the service would, without sending anything; names everything that is wrong.

    Ends with 3 if the service would refuse it, with 1 if it lacks something that runs need.
    """
    from app.cli.run.pack import files_of
    from app.runner.assets.inventory import take_stock

    stock = take_stock(files_of(essays, anchor_dir), min_text_characters=min_text_characters)
    counts: dict[str, int] = {}
    for file in stock.files:
        counts[file.kind] = counts.get(file.kind, 0) + 1
    files = [
        {
            "path": file.path,
            "kind": file.kind,
            "bytes": len(file.content),
            "characters": None if file.text is None else len(file.text),
            "grade": file.grade,
        }
        for file in stock.files
    ]
    found = {"name": essays.resolve().name, "sha256": stock.sha256, "counts": counts, "files": files}
    if as_json:
        terminal.document(found)
    else:
        inventory.show(found)
    ungraded = sum(file["kind"] == "anchor" and not file["grade"] for file in files)
    if ungraded:
        terminal.note(
            f"{ungraded} anchor essays have no expert grade: name it in the table, or end the name with _B"
        )
    raise typer.Exit(Exit.NO if inventory.lacks(found) or ungraded else Exit.DONE)
