"""Addresses with ids in them, as rules name them: ``/v1/runs/{run_id}/notes`` stands for any run's.

Fed by an application; feeds the layers in front of its routes, which see an address before any route does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
_ID = re.compile(r"\{\w+\}")


class ByAddress(Generic[Thing]):
    """What belongs to an address: by its own name, else by the first template that it fits."""

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self._plain = {path: thing for path, thing in things.items() if "{" not in path}
        self._patterns = [(_pattern(path), thing) for path, thing in things.items() if "{" in path]

    def get(self, path: str) -> Thing | None:
        """Return it, or None for an address without one."""
        found = self._plain.get(path)
        if found is not None:
            return found
        return next((thing for pattern, thing in self._patterns if pattern.fullmatch(path)), None)


def any_of(paths: Iterable[str]) -> ByAddress[bool]:
    """Return what gives True for the addresses that fit one of these."""
    return ByAddress(dict.fromkeys(paths, True))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, _ID.split(path))))
