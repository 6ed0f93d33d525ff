"""Addresses with ids in them, as rules name them: ``/v1/runs/{run_id}/notes`` stands for any run's.

Fed by an application; feeds the layers in front of its routes, which see an address before any route does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
_ID = re.compile(r"\{\w+\}")


class ByAddress(Generic[Thing]):
    """What belongs to an address: by its own name, else by the first template that it fits, else by one above it.

    A name that ends with a slash stands for all below it; of several the longest counts.
    """

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self._above = sorted((path for path in things if path.endswith("/")), key=len, reverse=True)
        self._plain = {path: thing for path, thing in things.items() if "{" not in path}
        self._patterns = [(_pattern(path), thing) for path, thing in things.items() if "{" in path]

    def get(self, path: str) -> Thing | None:
        """Return it, or None for an address without one."""
        found = self._plain.get(path)
        if found is not None:
            return found
        fitting = next((thing for pattern, thing in self._patterns if pattern.fullmatch(path)), None)
        if fitting is not None:
            return fitting
        return next((self._plain[above] for above in self._above if path.startswith(above)), None)


def any_of(paths: Iterable[str]) -> ByAddress[bool]:
    """Return what gives True for the addresses that fit one of these."""
    return ByAddress(dict.fromkeys(paths, True))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, _ID.split(path))))
