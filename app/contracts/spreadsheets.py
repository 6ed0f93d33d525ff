"""Texts in tables that people open in a spreadsheet: none is taken for a formula. PURE.

Fed by every export as CSV, for cells that are text; numbers are left alone. What is kept away:
https://owasp.org/www-community/attacks/CSV_Injection
"""

GUARD = "'"
RISKY = (*"=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", GUARD)
"""How a text begins that gets a ``GUARD``; the guard is among them, so that removing one gives the text back."""


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; ``unguarded`` gives it back."""
    return GUARD + text if text.startswith(RISKY) else text


def unguarded(text: str) -> str:
    """Return the text that ``guarded`` was given."""
    return text.removeprefix(GUARD)
