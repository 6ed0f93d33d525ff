"""Text that terminals and logs show: nothing in it moves the cursor, changes colours or feigns a line. PURE.

Fed by logs, the command line and reports, for everything that others wrote.
"""

import re

_ACTS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, line and paragraph ends, changes of the writing direction, what nobody sees, halves of characters."""
_NAMES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def printable(text: str, *, keep: str = "") -> str:
    """Return ``text`` with each character that acts instead of being seen as an escape, but those to ``keep``."""
    return _ACTS.sub(lambda found: found[0] if found[0] in keep else _named(found[0]), text)


def printable_json(text: str) -> str:
    """Return a JSON text with such characters in its strings as JSON escapes; it means the same."""
    return _ACTS.sub(lambda found: found[0] if found[0] == "\n" else _as_json(found[0]), text)


def _named(letter: str) -> str:
    code = ord(letter)
    if letter in _NAMES:
        return _NAMES[letter]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _as_json(letter: str) -> str:
    code = ord(letter)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
