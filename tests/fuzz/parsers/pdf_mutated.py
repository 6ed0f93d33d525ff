"""PDFs changed where they mean something: objects, streams, filters, the tables that say where each is."""

import zlib

from tests.fuzz.parsers.bytes_mutated import mutated as bytes_mutated
from tests.fuzz.parsers.target import Chance

_TEXT = (
    b"BT /F1 12 Tf 72 720 Td (A learner wrote this.) Tj T* [(And) -250 (more)] TJ 1 0 0 1 5 5 Tm <48656C> Tj ET"
)
_CMAP = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
    b"2 beginbfrange <20> <7E> <0020> <80> <82> [<0041> <0042> <0043>] endbfrange "
    b"1 beginbfchar <7F> <D83DDE00> endbfchar endcmap end"
)
OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
    b"<</Type /Page /Parent 2 0 R /Contents [4 0 R] /Resources <</Font << /F1 5 0 R >> /XObject << /X 7 0 R>>>>>>",
    b"\x00" + _TEXT,
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 6 0 R >>",
    b"\x00" + _CMAP,
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 8 0 R /Length 3 >>\nstream\nq Q\nendstream",
    b"<< /ProcSet [/PDF /Text] >>",
)
"""What begins with NUL is the body of a stream; the rest stands as it is."""
TOKENS = (
    *(
        b"1 0 R",
        b"2 0 R",
        b"3 0 R",
        b"99 0 R",
        b"-1 0 R",
        b"4 0 R 4 0 R",
        b"[[[[",
        b"<<",
        b">>",
        b"<< /A 1 0 R >>",
    ),
    *(
        b"/Filter /FlateDecode",
        b"/Filter [/FlateDecode /FlateDecode]",
        b"/Filter /LZWDecode",
        b"/Filter /ASCII85Decode",
    ),
    *(
        b"/Filter /RunLengthDecode",
        b"/Filter /ASCIIHexDecode",
        b"/DecodeParms << /Predictor 12 /Columns 999999999 >>",
    ),
    *(
        b"/Count 99999999",
        b"/Kids [2 0 R]",
        b"/Parent 3 0 R",
        b"/Prev 9",
        b"/Prev 0",
        b"/Size 999999999",
        b"/Encrypt 5 0 R",
    ),
    *(
        b"/Type /ObjStm /N 100000 /First 5",
        b"/Type /XRef /W [1 2 1]",
        b"/Length -1",
        b"/Length 99999999",
        b"/Length 4 0 R",
    ),
    *(
        b"(" * 500,
        b"[" * 500,
        b"<<" * 500,
        b"/" + b"a" * 500,
        b"(\\777)",
        b"<FEFFD800>",
        b"9" * 500,
        b"1e400",
        b"--5",
    ),
    *(
        b"/Differences [0 /A 300 /B -1 /C]",
        b"/X Do",
        b"/F1 0 Tf",
        b"q " * 300,
        b"BT " * 100,
        b"ET",
        b"BI ID EI",
        b"'",
    ),
    *(
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange",
        b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange",
    ),
    *(
        b"/DescendantFonts [5 0 R]",
        b"/Subtype /Type0",
        b"/W [0 99999999 500]",
        b"/FirstChar -9",
        b"/Widths [1 2 3]",
    ),
)


def mutated(chance: Chance) -> bytes:
    """Return a PDF after changes of its objects, of its tables, or of its bytes."""
    objects = list(OBJECTS)
    for _ in range(1 + int(chance.expovariate(0.8)) % 4):
        place = chance.randrange(len(objects))
        objects[place] = _changed(objects[place], chance)
    body = written(objects, chance)
    return bytes_mutated(body, chance) if chance.random() < 0.25 else body


def _changed(body: bytes, chance: Chance) -> bytes:
    draw = chance.random()
    if draw < 0.3:
        return bytes_mutated(body, chance)
    words = body.split(b" ")
    place = chance.randrange(len(words))
    if draw < 0.7:
        words[place:place] = [chance.choice(TOKENS)]
    elif draw < 0.8:
        words[place] = chance.choice(TOKENS)
    elif draw < 0.9:
        del words[place : place + 1 + chance.randrange(3)]
    else:
        some = words[place : place + 1 + chance.randrange(6)]
        words[place:place] = some * (chance.choice((2, 5, 50)) if chance.random() < 0.998 else 20_000)
    return b" ".join(words)


def written(objects: list[bytes], chance: Chance) -> bytes:
    """Return the file of these objects, with a table that is right for most of them."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + _object(body, chance) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    extra = chance.choice(TOKENS) if chance.random() < 0.1 else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, extra, start)
    return bytes(out)


def _object(body: bytes, chance: Chance) -> bytes:
    if not body.startswith(b"\x00"):
        return body
    stream, named = body[1:], b""
    if chance.random() < 0.3:
        stream, named = zlib.compress(stream, 1), b"/Filter /FlateDecode"
    if chance.random() < 0.1:
        named += b" " + chance.choice(TOKENS)
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), named, stream)
