"""A stored artefact read back line by line, so that one of any length is never held. PURE.

Fed by the lines of a file that ``artefact.rendered`` wrote; feeds the checks of a run and of a bundle. What is not
rendered that way is refused: its checksum could not be its own either.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from app.contracts.artefact import MOST_FINDINGS, Document, frame_findings, record_findings

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of a line; the longest is the task's text, on one line with its escapes."""
LONGEST_RECORD = 1_000
"""Lines of one comparison."""
_RECORDS = b'  "llm_comparisons": [\n'
_HELD_APART = "read one by one"
_FRAME = b'  "llm_comparisons": ["%s"\n' % _HELD_APART.encode()
_ENDS = (b"  ],\n", b"  ]\n")
_SECTION = re.compile(rb'  "(\w+)": ')
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_SEAL = re.compile(rb'(    "artefact_checksum": ")([0-9a-f]{64})(",?\n?)')


class Unreadable(ValueError):
    """The text is no rendered artefact; the message says where it stops being one."""


class Reading:
    """One pass over an artefact: ``records`` first, to its end; then everything else is known.

    ``document`` is the artefact without its comparisons, ``checksum`` the one that its text has, ``findings`` what
    breaks the schema (at most twenty), ``count`` the number of comparisons.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self._digest = hashlib.sha256()
        self._section = b""
        self.document: Document = {}
        self.findings: list[str] = []
        self.checksum = ""
        self.count = 0

    def records(self) -> Iterator[Document]:
        """Yield the comparisons one by one, each checked; raises ``Unreadable``."""
        frame: list[bytes] = []
        lines = iter(self._lines)
        for line in lines:
            self._add(line)
            if line == _RECORDS and _FRAME not in frame:
                frame.append(_FRAME)
                yield from self._block(lines, frame)
            else:
                frame.append(line)
        self.document = self._framed(b"".join(frame))
        self.findings += islice(frame_findings(self.document), MOST_FINDINGS - len(self.findings))
        self.checksum = self._digest.hexdigest()

    def _add(self, line: bytes) -> None:
        if section := _SECTION.match(line):
            self._section = section[1]
        sealed = _SEAL.fullmatch(line) if self._section == b"validation" else None
        self._digest.update(line if sealed is None else sealed[1] + sealed[3])

    def _block(self, lines: Iterator[bytes], frame: list[bytes]) -> Iterator[Document]:
        block: list[bytes] = []
        open_end = True
        for line in lines:
            self._digest.update(line)
            if not block and line in _ENDS:
                if open_end:
                    raise Unreadable("the list of comparisons ends with a comma")
                frame.append(line)
                return
            if not block and not open_end:
                raise Unreadable(f"no comma comes before comparison {self.count}")
            block.append(line)
            if line.startswith(b"    }"):
                open_end = line == b"    },\n"
                yield self._record(block)
                block = []
            elif len(block) > LONGEST_RECORD:
                break
        raise Unreadable(f"comparison {self.count} does not end")

    def _record(self, block: Sequence[bytes]) -> Document:
        record = _parsed(b"".join(block).rstrip(b",\n"), f"comparison {self.count}")
        room = MOST_FINDINGS - len(self.findings)
        self.findings += islice(record_findings(self.count, record), room)
        self.count += 1
        return record

    def _framed(self, text: bytes) -> Document:
        document = _parsed(text, "the document")
        apart = document.get("llm_comparisons") == [_HELD_APART]
        if self.count and not apart:
            raise Unreadable("the list of comparisons is not where it belongs")
        return document | ({"llm_comparisons": []} if apart else {})


def _parsed(text: bytes, what: str) -> Document:
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not rendered as an artefact is: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{what} is no object")
    if _HALF.search(text) and not _is_whole(found):
        raise Unreadable(f"{what} holds half of a character")
    return found


def _is_whole(document: Document) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
