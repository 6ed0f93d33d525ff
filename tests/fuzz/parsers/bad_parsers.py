"""Parsers that do what none may, so that the fuzzer itself is seen to find it."""

import os
import time

from tests.fuzz.parsers.target import Chance, Target, hold

BAD = b"bad"
KNOWN = {b"good": True}
HELD: list[bytearray] = []
HUNG: list[bytes] = []


def _some(chance: Chance) -> bytes:
    """Return the bad input once in ten, with more or less behind it."""
    return BAD + b"!" * chance.randrange(9) if chance.random() < 0.1 else b"good"


def _crashes(raw: bytes) -> bool:
    return KNOWN[raw]


def _returns_nonsense(raw: bytes) -> bool:
    hold(not raw.startswith(BAD), "the score is not finite: nan")
    return True


def _hangs(raw: bytes) -> bool:
    """Hang once: to do it for each bad input takes long."""
    end = time.thread_time() + (0 if HUNG or raw == b"good" else 3)
    HUNG.extend([raw] if raw.startswith(BAD) else [])
    while time.thread_time() < end:
        pass
    return True


def _never_comes_back(raw: bytes) -> bool:
    """Count inside one call, which no signal interrupts."""
    return raw == b"good" or sum(range(10**13)) > 0


def _eats_memory(raw: bytes) -> bool:
    if raw.startswith(BAD) and not HELD:
        HELD.append(bytearray(os.urandom(1024)) * (600 * 1024))
    return True


def _takes_the_process_along(raw: bytes) -> bool:
    if raw.startswith(BAD):
        os.abort()
    return True


TARGETS = tuple(
    Target(name, _some, check)
    for name, check in (
        ("crash", _crashes),
        ("nonsense", _returns_nonsense),
        ("hang", _hangs),
        ("stuck", _never_comes_back),
        ("memory", _eats_memory),
        ("abort", _takes_the_process_along),
    )
)
