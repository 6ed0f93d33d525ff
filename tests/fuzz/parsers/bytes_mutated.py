"""Bytes changed without knowing what they mean: bits, cuts, repeats, pieces of others, numbers at the edge."""

from collections.abc import Callable, Sequence

from tests.fuzz.parsers.target import Chance

LONGEST = 200_000
TOKENS = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\x80"),
    *(b"\r\n", b"\n", b"\r", b"\t", b"\x0b", b"\x1b[31m", b"\x7f", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85"),
    *(b"0", b"-1", b"-0", b"1e400", b"NaN", b"Infinity", b"2147483648", b"9223372036854775808", b"9" * 5000),
    *(b"{", b"}", b"[", b"]", b'"', b"'", b",", b";", b":", b"=", b"%", b"\\", b"/", b"../", b"<", b">", b"&"),
    *(
        b"null",
        b"true",
        b"{}",
        b"[]",
        b'""',
        b"\\u0000",
        b"\\ud800",
        b"\xd9\xa1",
        b"\xc2\xb2",
        b"%00",
        b"%s",
        b"{n}",
    ),
    *("é".encode(), "e\u0301".encode(), "İ".encode(), "ß".encode(), "𝟙".encode(), b"<<<ESSAY A\n"),
    *(b"[" * 3000, b"(" * 3000, b"A" * 10_000, b"-" * 300, b" " * 2000),
)


def mutated(raw: bytes, chance: Chance, others: Sequence[bytes] = ()) -> bytes:
    """Return ``raw`` after one to six changes, at most ``LONGEST`` bytes."""
    body = bytearray(raw)
    for _ in range(1 + int(chance.expovariate(0.7)) % 6):
        if not body:
            body += chance.choice(TOKENS)
        chance.choice(_CHANGES)(body, chance)
        if others and chance.random() < 0.08:
            _spliced(body, chance.choice(others), chance)
    return bytes(body[:LONGEST])


def _flipped(body: bytearray, chance: Chance) -> None:
    body[_at(body, chance)] ^= 1 << chance.randrange(8)


def _set(body: bytearray, chance: Chance) -> None:
    body[_at(body, chance)] = chance.randrange(256)


def _cut(body: bytearray, chance: Chance) -> None:
    start = _at(body, chance)
    del body[start : start + _length(chance)]


def _ended(body: bytearray, chance: Chance) -> None:
    if chance.random() < 0.2:
        del body[_at(body, chance) :]


def _repeated(body: bytearray, chance: Chance) -> None:
    start = _at(body, chance)
    piece = body[start : start + _length(chance)]
    body[start:start] = piece * (1 + int(chance.paretovariate(1.2)) % 400)


def _inserted(body: bytearray, chance: Chance) -> None:
    start = _at(body, chance)
    body[start:start] = chance.choice(TOKENS)


def _overwritten(body: bytearray, chance: Chance) -> None:
    start, token = _at(body, chance), chance.choice(TOKENS)[:8]
    body[start : start + len(token)] = token


def _moved(body: bytearray, chance: Chance) -> None:
    start, length = _at(body, chance), _length(chance)
    piece = body[start : start + length]
    del body[start : start + length]
    there = chance.randrange(len(body) + 1)
    body[there:there] = piece


def _number(body: bytearray, chance: Chance) -> None:
    start, width = _at(body, chance), chance.choice((2, 4, 8))
    value = chance.choice((0, 1, 2**7, 2**15 - 1, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
    body[start : start + width] = (value % 2 ** (8 * width)).to_bytes(width, chance.choice(("little", "big")))


def _spliced(body: bytearray, other: bytes, chance: Chance) -> None:
    if other:
        start = chance.randrange(len(other))
        there = chance.randrange(len(body) + 1)
        body[there:there] = other[start : start + 4 * _length(chance)]


def _at(body: bytearray, chance: Chance) -> int:
    return chance.randrange(len(body)) if body else 0


def _length(chance: Chance) -> int:
    return 1 + int(chance.paretovariate(0.9)) % 64


def _careful(change: Callable[[bytearray, Chance], None]) -> Callable[[bytearray, Chance], None]:
    """Return a change that leaves what is empty alone: the one before it may have taken everything."""

    def careful(body: bytearray, chance: Chance) -> None:
        if body:
            change(body, chance)

    return careful


_CHANGES = tuple(
    _careful(change)
    for change in (_flipped, _set, _cut, _ended, _repeated, _inserted, _inserted, _overwritten, _moved, _number)
)
