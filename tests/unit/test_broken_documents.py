"""Documents that are broken, or made to look like ones: each is refused with a reason, whatever is in it."""

import io
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache

import docx
import openpyxl
import pypdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.runner.assets.grades import MOST_ROWS, UnreadableTable, read_table
from app.runner.assets.inventory import take_stock
from app.runner.assets.markup import MOST_TAGS, HostileMarkup, check
from app.runner.assets.read import UnreadableFile, extract

LETTERS = "A learner wrote this sentence."
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha">' + "".join(f'<!ENTITY {x} "{f"&{y};" * 10}">' for x, y in ("cb", "dc")) + "]>"
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
Edit = Callable[[bytes], bytes]


@cache
def word() -> bytes:
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph(LETTERS)
    document.save(buffer)
    return buffer.getvalue()


@cache
def workbook() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (["anchor_id", "grade"], ["one", "C+"]):
        book.worksheets[0].append(row)
    book.save(buffer)
    return buffer.getvalue()


@cache
def pdf() -> bytes:
    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(buffer)
    return buffer.getvalue()


def unchanged(part: bytes) -> bytes:
    return part


def replaced(part: bytes) -> Edit:
    return lambda _: part


def edited(body: bytes, edits: Mapping[str, Edit | None]) -> bytes:
    """Return a document with parts changed, taken out (None) or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *edits]):
            edit = edits.get(name, unchanged)
            if edit is not None:
                new.writestr(name, edit(old.read(name) if name in old.namelist() else b""))
    return buffer.getvalue()


def declared(declaration: str, encoding: str = "utf-8") -> Edit:
    """Put a declaration between the first line of XML and its root, and write all in an encoding."""

    def edit(part: bytes) -> bytes:
        root = part.decode().partition("?>")[2]
        return f'<?xml version="1.0" encoding="{encoding}"?>\n{declaration}{root}'.encode(encoding)

    return edit


def test_the_documents_of_these_tests_are_good() -> None:
    assert extract("a.docx", word()) == LETTERS
    assert read_table("t.xlsx", workbook()).by_key == {"ONE": "C+"}
    assert extract("a.pdf", pdf()) == ""


HOSTILE_PARTS = pytest.mark.parametrize(
    ("edit", "why"),
    [
        (declared(LAUGHS), "declares a document type or entities"),
        (declared(OUTSIDE), "declares a document type or entities"),
        (declared(OUTSIDE, "utf-16"), "declares a document type or entities"),
        (declared(OUTSIDE, "utf-7"), "encoding that is not taken"),
        (declared(OUTSIDE, "cp037"), "encoding that is not taken"),
        (lambda part: b" " * 5000 + b"<!DOCTYPE a>" + part.partition(b"?>")[2], "declares a document type"),
    ],
    ids=["laughs", "outside", "utf-16", "utf-7", "ebcdic", "after spaces"],
)


@HOSTILE_PARTS
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels", "customXml/item1.xml"])
def test_a_word_document_whose_xml_could_do_harm_is_refused(part: str, edit: Edit, why: str) -> None:
    with pytest.raises(UnreadableFile, match=f"holds {part}, which .*{why}"):
        extract("a.docx", edited(word(), {part: edit}))


@HOSTILE_PARTS
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_workbook_whose_xml_could_do_harm_is_refused(part: str, edit: Edit, why: str) -> None:
    with pytest.raises(UnreadableTable, match=f"holds {part}, which .*{why}"):
        read_table("t.xlsx", edited(workbook(), {part: edit}))


def test_xml_with_more_tags_than_any_document_is_refused() -> None:
    with pytest.raises(HostileMarkup, match="more than 1000000 tags"):
        check(b"<a/>" * (MOST_TAGS + 1))


def test_a_picture_in_a_document_may_declare_what_it_is() -> None:
    picture = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>'
    assert extract("a.docx", edited(word(), {"word/media/image1.svg": lambda _: picture})) == LETTERS


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    def huge(part: bytes) -> bytes:
        cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        return part.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b"</sheetData>", cell)

    assert read_table("t.xlsx", edited(workbook(), {"xl/worksheets/sheet1.xml": huge})).by_key == {"ONE": "C+"}


def test_a_sheet_with_more_rows_than_any_table_of_grades_is_refused() -> None:
    def long(part: bytes) -> bytes:
        rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, MOST_ROWS + 3))
        return part.replace(b"</sheetData>", rows + b"</sheetData>")

    with pytest.raises(UnreadableTable, match="more than 20000 rows"):
        read_table("t.xlsx", edited(workbook(), {"xl/worksheets/sheet1.xml": long}))


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
@pytest.mark.parametrize("edit", [None, lambda _: b"", lambda _: b"<a/>", lambda part: part[:99], lambda _: b"\0"])
def test_a_word_document_that_lacks_a_part_is_refused_or_read(part: str, edit: Edit | None) -> None:
    refused_or_read(lambda: extract("a.docx", edited(word(), {part: edit})))


@pytest.mark.parametrize(
    "part",
    ["[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"],
)
@pytest.mark.parametrize("edit", [None, lambda _: b"", lambda _: b"<a/>", lambda part: part[:99], lambda _: b"\0"])
def test_a_workbook_that_lacks_a_part_is_refused_or_read(part: str, edit: Edit | None) -> None:
    refused_or_read(lambda: read_table("t.xlsx", edited(workbook(), {part: edit})))


def test_members_of_another_kind_of_document_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="not a Word document"):
        extract("a.docx", workbook())
    with pytest.raises(UnreadableTable, match="not an Excel workbook"):
        read_table("t.xlsx", word())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"anchor_id,grade\none,\0A\n", "NUL"),
        ("anchor_id,grade\none,A\n".encode("utf-16"), "not UTF-8"),
        (b"anchor_id,grade\none,\xe5\n", "not UTF-8"),
        (b"anchor_id,grade\none," + b"A" * 200_000, "line 2 .*field larger than field limit"),
        (b"anchor_id,grade\none,much too good for a grade\n", "the grade of one is none"),
        (b"anchor_id,grade\none,A\x1b[31m\n", "the grade of one is none"),
        (b"", "no header row"),
    ],
    ids=["NUL", "utf-16", "latin-1", "field", "long", "escape", "empty"],
)
def test_a_table_of_grades_that_is_none_says_why(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableTable, match=why):
        read_table("t.csv", body)


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_a_table_of_grades_may_end_its_lines_as_any_system_does(ending: str) -> None:
    body = ending.join(["anchor_id,grade", "one,A", ""]).encode()
    assert read_table("t.csv", body).by_key == {"ONE": "A"}


def test_a_package_names_each_file_that_cannot_be_read() -> None:
    files = {
        "anchor_essays/a.docx": word()[:-40],
        "student_essays/b.pdf": pdf()[:60],
        "anchor_essays_2017.xlsx": edited(workbook(), {"xl/workbook.xml": declared(LAUGHS)}),
        "student_essays/c.txt": LETTERS.encode(),
    }
    with pytest.raises(InvalidInput) as refused:
        take_stock(files, min_text_characters=5)
    named = {problem.field for problem in refused.value.problems}
    assert named == {"files.anchor_essays/a.docx", "files.student_essays/b.pdf", "files.anchor_essays_2017.xlsx"}


def refused_or_read(read: Callable[[], object]) -> None:
    """Any other exception is a crash."""
    with suppress(UnreadableFile, UnreadableTable):
        read()


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A good document cut off somewhere, with some bytes changed."""
    kept = bytearray(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)
    for _ in range(draw(st.integers(0, 8))):
        if kept:
            kept[draw(st.integers(0, len(kept) - 1))] = draw(st.integers(0, 255))
    return bytes(kept)


def changed_parts(body: bytes) -> st.SearchStrategy[dict[str, bytes]]:
    """Some parts of a good document, damaged as bytes before they are packed."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    return st.sampled_from(sorted(parts)).flatmap(lambda name: st.fixed_dictionaries({name: damaged(parts[name])}))


FEW = settings(max_examples=60)


@FEW
@given(st.one_of(damaged(word()), st.binary(max_size=200)))
@example(b"PK\x05\x06" + b"\0" * 18)
def test_any_bytes_are_a_word_document_or_refused(body: bytes) -> None:
    refused_or_read(lambda: extract("a.docx", body))


@FEW
@given(changed_parts(word()))
def test_a_word_document_with_damaged_parts_is_read_or_refused(parts: dict[str, bytes]) -> None:
    edits = {name: replaced(part) for name, part in parts.items()}
    refused_or_read(lambda: extract("a.docx", edited(word(), edits)))


@FEW
@given(st.one_of(damaged(workbook()), st.binary(max_size=200)))
def test_any_bytes_are_a_workbook_or_refused(body: bytes) -> None:
    refused_or_read(lambda: read_table("t.xlsx", body))


@FEW
@given(changed_parts(workbook()))
def test_a_workbook_with_damaged_parts_is_read_or_refused(parts: dict[str, bytes]) -> None:
    edits = {name: replaced(part) for name, part in parts.items()}
    refused_or_read(lambda: read_table("t.xlsx", edited(workbook(), edits)))


@FEW
@given(st.one_of(damaged(pdf()), st.binary(max_size=200).map(lambda end: b"%PDF-1.7\n" + end)))
def test_any_bytes_are_a_pdf_or_refused(body: bytes) -> None:
    refused_or_read(lambda: extract("a.pdf", body))


@FEW
@given(st.one_of(damaged(b'anchor_id;grade;file_name\r\none;A;"1.txt"\n' * 3), st.binary(max_size=200)))
def test_any_bytes_are_a_table_of_grades_or_refused(body: bytes) -> None:
    refused_or_read(lambda: read_table("t.csv", b"anchor_id,grade\n" + body))


@FEW
@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_refused(body: bytes) -> None:
    refused_or_read(lambda: extract("a.txt", body))
