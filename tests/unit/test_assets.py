"""Asset packages: what is read out of files, what is refused, and how it is said."""

import io
import random
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from app.contracts.identifiers import anchor_key, readable_part, run_essay_id, sanitize, shorten
from app.errors import InvalidInput
from app.runner.assets.grades import UnreadableTable, grade_from_name, read_table
from app.runner.assets.inventory import artefact_student_id, kind_of, take_stock
from app.runner.assets.read import UnreadableFile, extract
from app.runner.assets.unpack import Limits, from_folder, from_zip

LIMITS = Limits(files=20, file_bytes=2_000_000, total_bytes=10_000_000)
TEXT = b"A learner wrote this sentence, and then another one that is longer. " * 3


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def word(paragraphs: list[list[str]]) -> bytes:
    document = docx.Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for run in runs:
            paragraph.add_run(run)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("raw", "clean", "essay_id", "key"),
    [
        ("anchor_essay_eng_5_17_vt_001_F+", "ANCHOR_ESSAY_ENG_5_17_VT_001_F", None, "ANCHOR_ESSAY_ENG_5_D298E687"),
        ("anchor_essay_eng_5_17_vt_012_A", "ANCHOR_ESSAY_ENG_5_17_VT_012_A", None, "ANCHOR_ESSAY_ENG_5_78DB411E"),
        (
            "a very long student file name for the english writing task",
            "A_VERY_LONG_STUDENT_FILE_NAME_FOR_THE_ENGLISH_WRITING_TASK",
            "A_VERY_LONG_STUDENT_FILE_NA_0FBD890B",
            "A_VERY_LONG_STUDEN_0FBD890B",
        ),
        ("Räksmörgås BF24", "R_KSM_RG_S_BF24", None, "R_KSM_RG_S_BF24"),
        ("---", "ESSAY", None, "ESSAY"),
    ],
)
def test_identifiers_are_those_of_the_platform(raw: str, clean: str, essay_id: str | None, key: str) -> None:
    assert sanitize(raw) == clean
    assert shorten(raw) == (essay_id or clean)
    assert anchor_key(raw) == key


def test_names_that_differ_in_signs_only_travel_under_different_ids() -> None:
    one, other = (run_essay_id(name, "b", prefix="student::") for name in ("x_F+", "x_F-"))
    assert one != other
    assert len(one) <= 36
    assert readable_part(one) == "X_F"


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("A1.docx", "A"),
        ("F+2.docx", "F+"),
        ("F+1.DOCX", "F+"),
        ("c-.docx", "C-"),
        ("anchor_essay_0001_F+.txt", "F+"),
        ("foo_bar_12.docx", None),
        ("A_1.docx", None),
        ("123.docx", None),
        ("essay.A.docx", None),
    ],
)
def test_the_grade_is_read_off_the_end_of_the_name(name: str, grade: str | None) -> None:
    assert grade_from_name(name) == grade


def test_words_broken_into_runs_are_whole_again() -> None:
    assert extract("x.docx", word([["Hel", "lo wor", "ld"], ["Second"]])) == "Hello world\n\nSecond"


def test_line_ends_marks_and_accents_are_normalised() -> None:
    assert extract("x.txt", "\ufeffde\u0301ja\r\nvu".encode()) == "d\u00e9ja\nvu"


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("x.docx", b"no zip", "not a Word document"),
        ("x.pdf", b"%PDF-1.4 broken", "cannot be read"),
        ("x.txt", b"\xff\xfe\x00", "not UTF-8"),
        ("x.odt", b"x", "not read"),
    ],
)
def test_files_that_hold_no_text_say_why(name: str, body: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        extract(name, body)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_grades_come_from_tables_with_a_title_line_and_either_delimiter(delimiter: str) -> None:
    lines = ["Anchors 2017", "ANCHOR-ID,FILE-NAME,GRADE", "one,one.txt,b", "two,,E-"]
    table = read_table("t.csv", "\n".join(lines).replace(",", delimiter).encode())
    assert table.grade_of("one.txt") == "B"
    assert table.grade_of("two.docx") == "E-"
    assert table.grade_of("three.txt") is None


def test_grades_come_from_a_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["anchor_id", "file_name", "pred_mode_grade"], ["one", "one.txt", "C+"]):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_table("t.xlsx", buffer.getvalue()).grade_of("one.txt") == "C+"


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n", b"ANCHOR-ID,GRADE\n,\n", b"\xff\xff"])
def test_a_table_that_cannot_be_used_says_so(body: bytes) -> None:
    with pytest.raises(UnreadableTable):
        read_table("t.csv", body)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("anchor_essays/a.docx", "anchor"),
        ("student_essays/b.pdf", "student"),
        ("anchor_essays/deeper/a.txt", "other"),
        ("eng5_np_vt_2017_essay_instruction.md", "instructions"),
        ("llm_prompt_cj_assessment_eng5.md", "rubric"),
        ("ANCHOR_ESSAYS_BAYESIAN_INFERENCE_DATA.xlsx", "grades"),
        ("readme.md", "other"),
    ],
)
def test_a_file_s_place_says_what_it_is(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_everything_that_is_wrong_is_named_at_once() -> None:
    files = {
        "anchor_essays/short_A.txt": b"too short",
        "anchor_essays/broken_B.docx": b"no zip",
        "student_essays/s.txt": TEXT,
        "student_essays/s.md": TEXT,
    }
    with pytest.raises(InvalidInput) as caught:
        take_stock(files, min_text_characters=100)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {
        "files.anchor_essays/short_A.txt",
        "files.anchor_essays/broken_B.docx",
        "files.student_essays/s.txt",
    }


def test_the_table_wins_over_the_name_and_the_csv_over_the_workbook() -> None:
    stock = take_stock(
        {
            "anchor_essays/x_A.txt": TEXT,
            "anchor_essays/y_B.txt": TEXT,
            "ANCHOR_ESSAYS_DATA.csv": b"ANCHOR-ID,FILE-NAME,GRADE\nx,x_A.txt,C+\n",
        },
        min_text_characters=100,
    )
    assert {file.name: file.grade for file in stock.of_kind("anchor")} == {"x_A.txt": "C+", "y_B.txt": "B"}


def test_an_archive_of_a_folder_is_read_without_the_folder() -> None:
    files = from_zip(
        zipped({"set/anchor_essays/a_A.txt": TEXT, "set/__MACOSX/x": b"", "set/~$a.docx": b""}), LIMITS
    )
    assert list(files) == ["anchor_essays/a_A.txt"]


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt"])
def test_paths_that_leave_the_archive_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="leaves the archive"):
        from_zip(zipped({name: b"x"}), LIMITS)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"no zip", "not a zip"),
        (zipped({f"f{i}.txt": b"x" for i in range(21)}), "21 files"),
        (zipped({"big.txt": b"\0" * 1_900_000}), "far more than it is packed"),
        (zipped({"huge.txt": random.Random(1).randbytes(2_000_100)}), "more than 2000000 bytes"),
    ],
    ids=["no zip", "many", "bomb", "huge"],
)
def test_hostile_archives_are_refused(body: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        from_zip(body, LIMITS)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "secret.txt").write_bytes(TEXT)
    (tmp_path / "set" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "set" / "own.txt").write_bytes(TEXT)
    assert list(from_folder(tmp_path / "set", LIMITS)) == ["own.txt"]


def test_students_ids_in_artefacts_have_three_to_sixty_four_characters() -> None:
    assert artefact_student_id("A") == "a__"
    assert len(artefact_student_id("x" * 300)) == 64
