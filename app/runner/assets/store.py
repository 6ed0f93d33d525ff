"""Packages in and out of Postgres; a stored package never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.errors import NotFound
from app.runner.assets.inventory import AssetFile, Inventory
from app.runner.tables import package_files, packages


@dataclass(frozen=True)
class Package:
    """One stored package, without its files."""

    id: str
    owner: str
    name: str
    sha256: str
    min_text_characters: int
    file_count: int
    bytes: int
    inventory: Mapping[str, object]
    created_at: datetime


_FIELDS = columns_of(packages, Package)


@dataclass(frozen=True)
class NewPackage:
    """What is known of a package beside its files."""

    id: str
    owner: str
    name: str
    min_characters: int


async def keep(connection: AsyncConnection, new: NewPackage, stock: Inventory, now: datetime) -> Package:
    """Store a package and its files."""
    package = Package(
        new.id,
        new.owner,
        new.name,
        stock.sha256,
        new.min_characters,
        len(stock.files),
        sum(len(file.content) for file in stock.files),
        _shown(stock),
        now,
    )
    await connection.execute(insert(packages).values(**package.__dict__))
    rows = [
        {
            "package_id": new.id,
            "path": file.path,
            "kind": file.kind,
            "sha256": file.sha256,
            "bytes": len(file.content),
            "content": file.content,
            "text": file.text,
            "text_sha256": file.text_sha256,
            "grade": file.grade,
        }
        for file in stock.files
    ]
    await connection.execute(insert(package_files), rows)
    return package


def _shown(stock: Inventory) -> dict[str, object]:
    counts: dict[str, int] = {}
    for file in stock.files:
        counts[file.kind] = counts.get(file.kind, 0) + 1
    return {
        "counts": counts,
        "files": [
            {
                "path": file.path,
                "kind": file.kind,
                "sha256": file.sha256,
                "bytes": len(file.content),
                "characters": None if file.text is None else len(file.text),
                "grade": file.grade,
            }
            for file in stock.files
        ],
    }


async def get(connection: AsyncConnection, package_id: str) -> Package:
    """Return one package; raises ``NotFound``."""
    row = (await connection.execute(select(*_FIELDS).where(packages.c.id == package_id))).one_or_none()
    if row is None:
        raise NotFound(f"there is no asset package {package_id[:64]}")
    return shaped(Package, row)


async def mine(connection: AsyncConnection, package_id: str, owner: str) -> Package:
    """Return one package of ``owner``; raises ``NotFound`` for somebody else's as for none."""
    package = await get(connection, package_id)
    if package.owner != owner:
        raise NotFound(f"there is no asset package {package_id[:64]}")
    return package


async def recent(connection: AsyncConnection, owner: str, limit: int) -> list[Package]:
    """Return the newest packages of an owner."""
    query = select(*_FIELDS).where(packages.c.owner == owner)
    rows = await connection.execute(query.order_by(packages.c.created_at.desc()).limit(limit))
    return [shaped(Package, row) for row in rows]


async def load(connection: AsyncConnection, package_id: str) -> Inventory:
    """Return the files of a package, by path."""
    rows = await connection.execute(
        select(package_files).where(package_files.c.package_id == package_id).order_by(package_files.c.path)
    )
    return Inventory(
        tuple(
            AssetFile(row.path, row.kind, row.content, row.sha256, row.text, row.text_sha256, row.grade)
            for row in rows
        )
    )
