"""XML of documents looked at before any parser sees it: what could make a parser do harm is refused. PURE.

Fed by ``zips`` with the parts of Word documents and workbooks, which never declare a document type.
"""

import re

MOST_TAGS = 1_000_000
_ENCODING = re.compile(rb"""encoding\s*+=\s*+["']([^"']*+)""")
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EBCDIC = b"\x4c\x6f\xa7\x94"


class HostileMarkup(ValueError):
    """The XML is none that an office program writes; the message says why."""


def check(body: bytes) -> None:
    """Raise ``HostileMarkup`` for XML that declares a type or entities, or that has more than a million tags.

    What does not begin as XML does, in any encoding that a parser finds out by itself, is no XML and let through.
    """
    if body.startswith(_EBCDIC):
        raise HostileMarkup("is in an encoding that is not taken")
    plain = body.replace(b"\0", b"")
    for mark in _MARKS:
        plain = plain.removeprefix(mark)
    plain = plain.lstrip()
    if not plain.startswith(b"<"):
        return
    named = _ENCODING.search(plain.partition(b"?>")[0]) if plain.startswith(b"<?xml") else None
    if named is not None and named[1].decode("latin-1").lower() not in _ENCODINGS:
        raise HostileMarkup("is in an encoding that is not taken")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise HostileMarkup("declares a document type or entities")
    if plain.count(b"<") > MOST_TAGS:
        raise HostileMarkup(f"has more than {MOST_TAGS} tags")
