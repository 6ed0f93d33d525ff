"""Text that becomes data: what cannot be stored, or told from the prompt's own markers, is made harmless. PURE.

Fed by ``prompt``, for everything that people wrote. Three rules. Line ends become one line feed. Characters that
no reader sees but a machine may act on go: controls, overrides of the writing direction, tags; half a surrogate
pair is replaced. A run of angle brackets as wide as a marker, of any kind that looks like one, with or without
invisible characters in it, is spread by spaces. Applied twice, it changes nothing more.
"""

import re

_OPENING = "<\uff1c\ufe64\u2039\u2329\u27e8\u3008\u276c\u276e\u2770\u1438\u02c2\u227a\u29fc\U0001d236"
_OPENING_TWICE = "\u00ab\u226a\u27ea\u300a\u2aa1"
_CLOSING = ">\uff1e\ufe65\u203a\u232a\u27e9\u3009\u276d\u276f\u2771\u1433\u02c3\u227b\u29fd\U0001d237"
_CLOSING_TWICE = "\u00bb\u226b\u27eb\u300b\u2aa2"
_THRICE = {"\u22d8": "\u226a <", "\u22d9": "\u226b >"}
_UNSEEN = (
    "\u00ad\u034f\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0"
)
MARKER_WIDTH = 3
"""So many brackets in a row are a marker."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _runs(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{characters}](?:[{_UNSEEN}]*+[{characters}])*+")


_MARKERS = (_runs(_OPENING + _OPENING_TWICE + "\u22d8"), _runs(_CLOSING + _CLOSING_TWICE + "\u22d9"))
_IN_RUN = re.compile(f"[{_UNSEEN}]+")
_TWICE = frozenset(_OPENING_TWICE + _CLOSING_TWICE)


def neutralised(text: str) -> str:
    """Return ``text`` with nothing in it that could be taken for the prompt's structure; linear in its length."""
    clean = _LONE_SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)))
    for marker in _MARKERS:
        clean = marker.sub(_spread, clean)
    return clean


def _spread(found: re.Match[str]) -> str:
    run = _IN_RUN.sub("", found.group())
    if sum(3 if mark in _THRICE else 2 if mark in _TWICE else 1 for mark in run) < MARKER_WIDTH:
        return found.group()
    return " ".join(_THRICE.get(mark, mark) for mark in run)
