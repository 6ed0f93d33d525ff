"""Whose things the ids in an address name: the guard lets a caller see its own organisation's only.

An id of somebody else is answered exactly as one that does not exist: by the same words, after the same look-up.
A new kind of id in addresses needs one entry in ``THINGS``; a test of the OpenAPI document asks for it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Column, select

from app.db.unit import Database
from app.errors import NotFound
from app.runner.experiment_tables import deleted as deleted_experiments
from app.runner.experiment_tables import experiments
from app.runner.tables import api_keys, batch_results, deleted_runs, packages, runs
from app.runner.webhooks.tables import subscriptions

MOST_KEPT = 10_000


@dataclass(frozen=True)
class Thing:
    """One kind of thing: columns of id and owner, one pair a table; ``named`` is how a refusal calls it."""

    named: str
    places: tuple[tuple[Column[Any], Column[Any]], ...]


THINGS: Mapping[str, Thing] = {
    "run_id": Thing("run", ((runs.c.id, runs.c.owner), (deleted_runs.c.id, deleted_runs.c.owner))),
    "package_id": Thing("asset package", ((packages.c.id, packages.c.owner),)),
    "batch_uuid": Thing(
        "batch", ((runs.c.batch_uuid, runs.c.owner), (batch_results.c.batch_uuid, batch_results.c.owner))
    ),
    "subscription_id": Thing("webhook subscription", ((subscriptions.c.id, subscriptions.c.owner),)),
    "experiment_id": Thing(
        "experiment",
        ((experiments.c.id, experiments.c.owner), (deleted_experiments.c.id, deleted_experiments.c.owner)),
    ),
    "key_id": Thing("API key", ((api_keys.c.id, api_keys.c.owner),)),
}
"""By the name that the id has in addresses."""
PUBLIC = frozenset({"role", "name", "path", "code", "number", "delivery_id", "letter_id", "set_id"})
"""Parts of addresses that belong to nobody, or lie below an id that was checked."""


@dataclass
class Owners:
    """Looks up whose an id is; the owner never changes, so what is the caller's own is remembered."""

    database: Database
    _own: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)

    async def check(self, owner: str, ids: Mapping[str, str]) -> None:
        """Raise ``NotFound`` unless every id names a thing of ``owner``."""
        for name, value in ids.items():
            thing = THINGS.get(name)
            if thing is not None and self._own.get((name, value)) != owner:
                await self._look(owner, name, value, thing)

    async def _look(self, owner: str, name: str, value: str, thing: Thing) -> None:
        found = await self._owner_of(value, thing)
        if found == owner:
            self._own[name, value] = owner
            if len(self._own) > MOST_KEPT:
                self._own.popitem(last=False)
        else:
            raise NotFound(f"there is no {thing.named} {value[:64]}")

    async def _owner_of(self, value: str, thing: Thing) -> str | None:
        key = _as_key(value, thing.places[0][0])
        if key is None:
            return None
        async with self.database.transaction() as connection:
            for id_column, owner_column in thing.places:
                wanted = select(owner_column).where(id_column == key)
                found = (await connection.execute(wanted)).scalar_one_or_none()
                if found is not None:
                    return str(found)
        return None


def _as_key(value: str, column: Column[Any]) -> object:
    """Return the id as its column has it, or None for what cannot be one."""
    if column.type.python_type is not UUID:
        return value if "\x00" not in value else None
    try:
        return UUID(value)
    except ValueError:
        return None
