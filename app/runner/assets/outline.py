"""What packages hold, without contents: read once by each process, because a stored package never changes.

Fed by ``store``'s tables; feeds ``accept``, which checks every new run against its package.
"""

from collections import OrderedDict

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import NotFound
from app.runner.assets.inventory import AssetFile, Inventory
from app.runner.tables import package_files, packages

MOST_FILES = 20_000
_FIELDS = tuple(package_files.c[name] for name in ("path", "kind", "sha256", "text_sha256", "grade"))


class Outlines:
    """The outlines that were asked for lately, at most ``most_files`` files together."""

    def __init__(self, most_files: int = MOST_FILES) -> None:
        self._most, self._held = most_files, 0
        self._known: OrderedDict[tuple[str, str], Inventory] = OrderedDict()

    async def of(self, connection: AsyncConnection, owner: str, package_id: str) -> Inventory:
        """Return a package of ``owner``, its files without content and text; raises ``NotFound``."""
        found = self._known.get((owner, package_id))
        if found is None:
            found = await outline(connection, package_id, owner)
            self._keep((owner, package_id), found)
        self._known.move_to_end((owner, package_id))
        return found

    def _keep(self, key: tuple[str, str], found: Inventory) -> None:
        if key not in self._known:  # two requests may have read it at once
            self._held += len(found.files)
        self._known[key] = found
        while self._held > self._most and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._held -= len(oldest.files)


async def outline(connection: AsyncConnection, package_id: str, owner: str | None = None) -> Inventory:
    """Return a package (of ``owner``, or of anybody), its files without content and text; raises ``NotFound``."""
    whose = [] if owner is None else [packages.c.owner == owner]
    wanted = (
        select(*_FIELDS)
        .select_from(packages.outerjoin(package_files))
        .where(packages.c.id == package_id, *whose)
        .order_by(package_files.c.path)
    )
    rows = (await connection.execute(wanted)).all()
    if not rows:
        raise NotFound(f"there is no asset package {package_id[:64]}")
    return Inventory(tuple(_file(row) for row in rows if row.path is not None))


def _file(row: Row[tuple[str, ...]]) -> AssetFile:
    return AssetFile(row.path, row.kind, b"", row.sha256, None, row.text_sha256, row.grade)
