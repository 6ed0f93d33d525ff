"""How deep JSON is nested, found out before any parser sees it: some fail at depths that others take. PURE.

Fed with bodies by the edge, and with messages by the envelope.
"""

import re

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[\[{]|[\]}]', re.DOTALL)
"""Never goes back over what it has read: a string that does not end is one token up to the end of the body."""


def is_deeper(raw: bytes, deepest: int) -> bool:
    """Return whether more than ``deepest`` brackets are open at once; quick where there are no more in all."""
    return raw.count(b"[") + raw.count(b"{") > deepest and depth(raw) > deepest


def depth(raw: bytes) -> int:
    """Return how many brackets are open at once at most, strings left aside; stops where they close too often."""
    open_now = deepest = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            open_now += 1
            deepest = max(deepest, open_now)
        elif first in b"]}":
            open_now -= 1
    return deepest
