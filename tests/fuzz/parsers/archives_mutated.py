"""Zips, Word documents and workbooks changed where they mean something: their parts, their lists, their names."""

import io
import zipfile
from collections.abc import Mapping

from tests.fuzz.parsers.bytes_mutated import mutated as bytes_mutated
from tests.fuzz.parsers.target import Chance

Parts = Mapping[str, bytes]
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_APP = "application/vnd.openxmlformats-officedocument"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _types(parts: Mapping[str, str]) -> bytes:
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{_HEAD}<Types xmlns="{_TYPES}">{rels}{xml}{overrides}</Types>'.encode()


def _rels(*targets: tuple[str, str]) -> bytes:
    rows = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_RELS}">{rows}</Relationships>'.encode()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORD: Parts = {
    "[Content_Types].xml": _types({"word/document.xml": f"{_APP}.wordprocessingml.document.main+xml"}),
    "_rels/.rels": _rels(("officeDocument", "word/document.xml")),
    "word/document.xml": (
        f"{_HEAD}<w:document {_W}><w:body>"
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>My essay</w:t></w:r></w:p>'
        '<w:p><w:r><w:t xml:space="preserve">A learner </w:t></w:r><w:r><w:br/><w:tab/>'
        "<w:t>wrote &amp; this.</w:t></w:r><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:sectPr/></w:body></w:document>"
    ).encode(),
}
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(*rows: tuple[str, ...]) -> Parts:
    """Return the parts of a workbook of texts, numbers and shared texts."""
    shared = "".join(f"<si><t>{cell}</t></si>" for cell in rows[0])
    lines = "".join(f'<c r="{chr(65 + place)}1" t="s"><v>{place}</v></c>' for place in range(len(rows[0])))
    body = f'<row r="1">{lines}</row>'
    for number, row in enumerate(rows[1:], start=2):
        cells = "".join(_cell(f"{chr(65 + place)}{number}", cell) for place, cell in enumerate(row))
        body += f'<row r="{number}">{cells}</row>'
    sheet = f'{_HEAD}<worksheet {_S}><dimension ref="A1:E9"/><sheetData>{body}</sheetData></worksheet>'
    listed = f'<sheets><sheet name="s" sheetId="1" r:id="rId1" xmlns:r="{_OFFICE}"/></sheets>'
    return {
        "[Content_Types].xml": _types(
            {
                "xl/workbook.xml": f"{_APP}.spreadsheetml.sheet.main+xml",
                "xl/worksheets/sheet1.xml": f"{_APP}.spreadsheetml.worksheet+xml",
                "xl/sharedStrings.xml": f"{_APP}.spreadsheetml.sharedStrings+xml",
                "xl/styles.xml": f"{_APP}.spreadsheetml.styles+xml",
            }
        ),
        "_rels/.rels": _rels(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"{_HEAD}<workbook {_S}>{listed}</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": _rels(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/sharedStrings.xml": f"{_HEAD}<sst {_S}>{shared}</sst>".encode(),
        "xl/styles.xml": (
            f"{_HEAD}<styleSheet {_S}>"
            '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>'
            '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
            '<borders count="1"><border/></borders>'
            '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
            "</styleSheet>"
        ).encode(),
    }


def _cell(place: str, text: str) -> str:
    if text.replace(".", "").isdigit():
        return f'<c r="{place}"><v>{text}</v></c>'
    if text.startswith("="):
        return f'<c r="{place}"><f>{text[1:]}</f><v>1</v></c>'
    if text.startswith("@"):
        return f'<c r="{place}" s="1"><v>{text[1:]}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


XML = (
    *(
        b"<!DOCTYPE a>",
        b"<!ENTITY b 'c'>",
        b"&b;",
        b"&#0;",
        b"&#x110000;",
        b"<![CDATA[",
        b"]]>",
        b"<?x?>",
        b"<!--",
    ),
    *(b"</w:p>", b"<w:p/>", b"<w:p><w:r><w:t>", b"<w:br/>", b"</w:body>", b'xmlns:w="x"', b' encoding="utf-7"'),
    *(
        b'<c r="ZZZ1048576"><v>1</v></c>',
        b'<row r="99999999">',
        b'r="A0"',
        b'r="-1"',
        b't="d"',
        b't="e"',
        b't="b"',
    ),
    *(b"<v>1e400</v>", b"<v>NaN</v>", b"<v>-1</v>", b"<v>999999999</v>", b"<v>2958466</v>", b' s="99"', b"<si/>"),
    *(b'ref="A1:XFD1048576"', b"<mergeCell/>", b"<v>" + b"9" * 5000 + b"</v>", b'Target="../../../etc/passwd"'),
    *(b'Target="http://127.0.0.1/"', b'TargetMode="External"', b'Target="/"', b'Target=""', b"<a>" * 2000),
)
NAMES = (
    "../a",
    "/a",
    "a\x00b",
    "a\\b",
    "C:\\a",
    "A" * 600,
    "",
    ".",
    "word/document.xml",
    "é",
    "e\u0301",
    "a/",
    "a:b",
)


def mutated(parts: Parts, chance: Chance) -> bytes:
    """Return the archive after changes of its parts, of their names, or of its bytes."""
    changed = dict(parts)
    if chance.random() < 0.8:
        name = max(changed, key=lambda one: len(changed[one]) * chance.random()) if changed else "a"
        changed[name] = _xml(changed.get(name, b""), chance)
    if chance.random() < 0.08 and changed:
        del changed[chance.choice(list(changed))]
    if chance.random() < 0.08:
        changed[chance.choice(NAMES)] = chance.choice((b"", b"x", b"<a/>", *parts.values()))
    packed = zipped(changed, zipfile.ZIP_DEFLATED if chance.random() < 0.1 else zipfile.ZIP_STORED)
    return bytes_mutated(packed, chance) if chance.random() < 0.25 else packed


def zipped(parts: Parts, how: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, body in parts.items():
            archive.writestr(zipfile.ZipInfo(name), body, how)
    return buffer.getvalue()


def _xml(body: bytes, chance: Chance) -> bytes:
    """Return a part with elements moved, repeated (sometimes very often), or with what XML is feared for in it."""
    draw = chance.random()
    if draw < 0.3:
        return bytes_mutated(body, chance)
    pieces = body.split(b"<")
    for _ in range(1 + int(chance.expovariate(1)) % 4):
        place = chance.randrange(len(pieces))
        if draw < 0.55:
            pieces[place] += chance.choice(XML)
        elif draw < 0.7:
            del pieces[place : place + 1 + chance.randrange(3)]
        elif draw < 0.85:
            other = chance.randrange(len(pieces) or 1)
            pieces[place:place] = pieces[other : other + 1 + chance.randrange(4)]
        else:
            some = pieces[place : place + 1 + chance.randrange(4)]
            pieces[place:place] = some * (chance.choice((2, 3, 50)) if chance.random() < 0.998 else 20_000)
        pieces = pieces or [b""]
    return b"<".join(pieces)
