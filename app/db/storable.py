"""Text of others made such that Postgres holds it, in columns and in JSON: no NUL, only whole characters. PURE."""

from collections.abc import Mapping


def storable(text: str) -> str:
    """Return ``text`` without NULs, halves of characters replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def storable_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return names and texts of which each can be stored."""
    return {storable(name): storable(text) for name, text in texts.items()}
