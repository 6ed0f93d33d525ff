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
from app.runner.names import NAMES
from app.runner.tables import api_keys, batch_results, deleted_runs, packages, runs
from app.runner.webhooks.tables import subscriptions

MOST_KEPT = 10_000
Names = dict[str, str]
_NOBODY: tuple[str | None, Names] = (None, {})


@dataclass(frozen=True)
class Thing:
    """One kind of thing: columns of id and owner, one pair a table; ``named`` is how a refusal calls it.

    ``told`` are the columns beside the first pair that log lines of a request for it carry.
    """

    named: str
    places: tuple[tuple[Column[Any], Column[Any]], ...]
    told: Mapping[str, Column[Any]] = field(default_factory=dict)


_TOLD = {name: runs.c[column] for name, column in NAMES.items()}
THINGS: Mapping[str, Thing] = {
    "run_id": Thing("run", ((runs.c.id, runs.c.owner), (deleted_runs.c.id, deleted_runs.c.owner)), _TOLD),
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
    _own: OrderedDict[tuple[str, str], tuple[str, Names]] = field(default_factory=OrderedDict)

    async def check(self, owner: str, ids: Mapping[str, str]) -> None:
        """Raise ``NotFound`` unless every id names a thing of ``owner``."""
        for name, value in ids.items():
            thing = THINGS.get(name)
            if thing is not None and self._own.get((name, value), _NOBODY)[0] != owner:
                await self._look(owner, name, value, thing)

    async def _look(self, owner: str, name: str, value: str, thing: Thing) -> None:
        found = await self._owner_of(value, thing)
        if found is not None and found[0] == owner:
            self._own[name, value] = found
            if len(self._own) > MOST_KEPT:
                self._own.popitem(last=False)
        else:
            raise NotFound(f"there is no {thing.named} {value[:64]}")

    def names(self, ids: Mapping[str, str]) -> Names:
        """Return what log lines of a request carry, for ids that were checked."""
        found = {name: value for name, value in ids.items() if name in THINGS}
        for name, value in ids.items():
            found |= self._own.get((name, value), _NOBODY)[1]
        return found

    async def _owner_of(self, value: str, thing: Thing) -> tuple[str, Names] | None:
        key = _as_key(value, thing.places[0][0])
        if key is None:
            return None
        async with self.database.transaction() as connection:
            for place, (id_column, owner_column) in enumerate(thing.places):
                told = {} if place else thing.told
                wanted = select(owner_column, *told.values()).where(id_column == key)
                found = (await connection.execute(wanted)).one_or_none()
                if found is not None:
                    return str(found[0]), dict(zip(told, map(str, found[1:]), strict=True))
        return None


def _as_key(value: str, column: Column[Any]) -> object:
    """Return the id as its column has it, or None for what cannot be one."""
    if column.type.python_type is not UUID:
        return value if "\x00" not in value else None
    try:
        return UUID(value)
    except ValueError:
        return None
