"""Replaces a Kafka broker's own address in what it answers, frame by frame."""

import struct
from collections.abc import Callable


def kafka_address(host: str, port: int) -> bytes:
    """Return how a Kafka broker says where it is, in older and newer versions of its answers alike.

    Host and port stand next to each other there; the host's length comes before it and stays the same.
    """
    return host.encode() + struct.pack(">i", port)


def unchanged(piece: bytes) -> bytes:
    """Return what came: for every protocol that does not tell clients where to go."""
    return piece


def readdressed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return a function for one stream of answers: piece in, whole frames with the new address out.

    A frame is its length, four bytes, and so many bytes; one that is not whole yet is kept.
    """
    if len(old) != len(new):
        raise ValueError("both must be of one length: lengths stand elsewhere in the stream")
    kept = bytearray()

    def fed(piece: bytes) -> bytes:
        kept.extend(piece)
        end = 0
        while len(kept) >= end + 4 and len(kept) >= (next_end := end + 4 + int.from_bytes(kept[end : end + 4])):
            end = next_end
        whole = bytes(kept[:end]).replace(old, new)
        del kept[:end]
        return whole

    return fed
