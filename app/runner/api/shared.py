"""One read for all who want to know the same at the same time: news of a run wakes a thousand listeners at once.

Fed by ``follow``, which says what is read; feeds every listener with the one result.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
SHARED_FOR_S = 0.25
"""News may be missed while the connection that hears them is made again: nothing is shared for longer."""


@dataclass(frozen=True)
class _Read(Generic[Result]):
    version: int
    task: asyncio.Task[Result]


class Shared(Generic[Result]):
    """Reads under way or just done, by what was asked for."""

    def __init__(self) -> None:
        self._reads: dict[Hashable, _Read[Result]] = {}

    async def read(self, key: Hashable, version: int, make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Return what ``make`` gives, or gave to somebody else who asked for ``key`` at the same ``version``.

        The version is that of the news: what was read before the latest news is not handed out.
        """
        found = self._reads.get(key)
        if found is None or found.version != version:
            found = self._begin(key, version, make)
        return await asyncio.shield(found.task)  # who goes away must not end the read of the others

    def _begin(
        self, key: Hashable, version: int, make: Callable[[], Coroutine[Any, Any, Result]]
    ) -> _Read[Result]:
        begun = self._reads[key] = _Read(version, asyncio.create_task(make()))
        begun.task.add_done_callback(_looked_at)
        asyncio.get_running_loop().call_later(SHARED_FOR_S, self._forget, key, begun)
        return begun

    def _forget(self, key: Hashable, begun: _Read[Result]) -> None:
        if self._reads.get(key) is begun:
            del self._reads[key]


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Keep asyncio from complaining of an error when all who waited for the read went away."""
    if not task.cancelled():
        task.exception()
