"""One parser under fuzz: how an input is made of chance, and what must hold for every one."""

import random
from collections.abc import Callable
from dataclasses import dataclass

Chance = random.Random


class Violation(AssertionError):
    """The parser took the input and returned what it must not."""


@dataclass(frozen=True)
class Target:
    """``make`` draws an input; ``check`` feeds it to the parser and raises for what is no documented refusal.

    ``check`` returns whether the parser took the input: a fuzzer whose every input is refused tests little.
    """

    name: str
    make: Callable[[Chance], bytes]
    check: Callable[[bytes], bool]


def hold(fact: bool, what: str) -> None:
    """Raise ``Violation`` unless ``fact``."""
    if not fact:
        raise Violation(what)


def chance_of(seed: int, number: int) -> Chance:
    """Return the chance of one input: any of a million can be drawn again by itself."""
    return random.Random((seed << 32) + number)
