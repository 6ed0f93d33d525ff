"""What a package holds, as ``plan`` and ``packages show`` print it: essays, grades, lengths, what is missing.

Fed by packages of the service.
"""

from typing import TYPE_CHECKING, Any

from app.cli import terminal

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.models import PackageView, RunView

Json = dict[str, Any]
WANTED = {"instructions": "the task (…instruction….md)", "anchor": "anchor essays", "student": "student essays"}


def of(api: "RunnerClient", run: "RunView") -> Json:
    """Return the inventory of a run's package."""
    from cj_runner_client.api.asset_packages import get_asset_package
    from cj_runner_client.models import PackageView

    package_id = run.request.to_dict()["assets"]["package_id"]
    return of_package(api.ask(get_asset_package.sync_detailed, PackageView, package_id))


def of_package(package: "PackageView") -> Json:
    """Return the inventory of a package."""
    return {"package": package.id, "name": package.name} | package.inventory.to_dict()


def show(found: Json) -> None:
    """Print files by role, and what is not there."""
    rows = [
        (file["kind"], file["path"], file.get("grade") or "", _or_empty(file.get("characters")), file["bytes"])
        for file in found["files"]
    ]
    terminal.table(("Role", "File", "Grade", "Characters", "Bytes"), rows, f"Package {found['name']}")
    missing = lacks(found)
    if missing:
        terminal.note(f"not there: {', '.join(missing)}")


def lacks(found: Json) -> list[str]:
    """Return what a package has nothing of."""
    counts = found.get("counts", {})
    return [words for kind, words in WANTED.items() if not counts.get(kind)]


def _or_empty(value: object) -> object:
    return "" if value is None else value
