"""Text that people and judges wrote, made fit to be shown: no control characters, no turned direction. PURE.

Fed by names and justifications; feeds the markdown and the plots, which escape it for their own syntax.
"""

JOINERS = "\u200c\u200d"
"""Invisible, but part of how some words and emoji are written."""
STRANGE = "\ufffd"


def one_line(text: object) -> str:
    """Return text on one line; characters that cannot be shown become a mark that something was there."""
    return "".join(_shown(letter) for letter in " ".join(str(text).split()))


def lines(text: str) -> list[str]:
    """Return the lines of a text, each fit to be shown; at least one."""
    return [one_line(line) for line in text.strip().splitlines()] or [""]


def whole(text: str) -> str:
    """Return a text with its line breaks, fit to be shown."""
    if text.isprintable():
        return text
    return "".join(letter if letter in "\n\t" else _shown(letter) for letter in text.replace("\r\n", "\n"))


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or letter in JOINERS else STRANGE
