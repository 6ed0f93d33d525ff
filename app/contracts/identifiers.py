"""Identifiers that files, requests and reports share: how a file's name becomes an essay's id. PURE."""

import hashlib
import re

ESSAY_ID_LIMIT = 36
_STORAGE_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9._~:@+=-]{1,255}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")
_RUN_SUFFIX = re.compile(r"_[0-9A-F]{8}$")


def is_storage_id(text: str) -> bool:
    """Return whether a content store's id of a text can stand in an address or a path and mean nothing else there.

    At most 255 letters, digits and ``-._~:@+=``, but not dots alone.
    """
    return bool(_STORAGE_ID.fullmatch(text))


def sanitize(text: str) -> str:
    """Return upper-case letters and digits joined by single underscores; ``ESSAY`` if nothing is left."""
    return _NOT_ALPHANUMERIC.sub("_", text).strip("_").upper() or "ESSAY"


def shorten(text: str, limit: int = ESSAY_ID_LIMIT) -> str:
    """Return ``sanitize(text)``, cut to ``limit`` with 8 hex digits of its SHA-256 where it is longer."""
    clean = sanitize(text)
    if len(clean) <= limit:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()[:8].upper()
    return f"{clean[: limit - 9]}_{digest}"


def anchor_key(text: str) -> str:
    """Return the key under which expert grades are looked up: at most 27 characters."""
    return shorten(text, 27)


def run_essay_id(stem: str, batch_uuid: str, *, prefix: str = "") -> str:
    """Return an id of at most 36 characters that no other run has: readable start, hash of run and name."""
    digest = hashlib.sha256(f"{batch_uuid}/{stem}".encode()).hexdigest()[:8].upper()
    room = ESSAY_ID_LIMIT - len(prefix) - 9
    return f"{prefix}{sanitize(stem)[:room].rstrip('_')}_{digest}"


def readable_part(essay_id: str) -> str:
    """Return an essay id without its role prefix and without the run's suffix."""
    bare = essay_id.removeprefix("student::").removeprefix("anchor::")
    return _RUN_SUFFIX.sub("", bare)
