"""API keys as texts: made, recognised, hashed. PURE.

``cjr_<id>_<secret><checksum>``: 16 hexadecimal digits that name the key, 256 random bits as 43 letters and
digits, and a CRC-32 of all before it as 6 more, so that scanners find leaked keys and typing errors are told from
unknown keys without a look-up. What is kept is a SHA-256: a slow hash protects passwords, which can be guessed;
256 random bits cannot, and a slow hash would only let strangers keep the service busy.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass

PREFIX = "cjr_"
ENTROPY_BYTES = 40
PATTERN = re.compile(r"(cjr_([0-9a-f]{16})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class NewKey:
    """A key as it is shown once, and what is kept of it."""

    text: str
    id: str
    sha256: str


def new(entropy: bytes) -> NewKey:
    """Return the key that 40 random bytes make."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key is made of {ENTROPY_BYTES} random bytes")
    key_id = entropy[:8].hex()
    body = f"{PREFIX}{key_id}_{_written(int.from_bytes(entropy[8:]), 43)}"
    text = body + _checksum(body)
    return NewKey(text, key_id, digest(text))


def id_in(text: str) -> str | None:
    """Return the id in a key that is spelled right, else None."""
    found = PATTERN.fullmatch(text)
    return found[2] if found is not None and _checksum(found[1]) == found[3] else None


def digest(text: str) -> str:
    """Return the SHA-256 of a key, as it is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    return _written(zlib.crc32(body.encode()), 6)


def _written(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(_DIGITS))
        letters.append(_DIGITS[place])
    return "".join(reversed(letters))
