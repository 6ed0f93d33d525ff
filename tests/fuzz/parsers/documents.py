"""Files that people upload, under fuzz: packages of essays, and every kind of file in them."""

import io
import tarfile
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from app.errors import InvalidInput
from app.runner.assets.grades import UnreadableTable, grade_from_name, read_table
from app.runner.assets.inventory import Inventory, artefact_student_id, take_stock
from app.runner.assets.read import UnreadableFile, extract
from app.runner.assets.unpack import Limits, from_folder, from_upload, from_zip
from tests.fuzz.parsers import archives_mutated, bytes_mutated, pdf_mutated
from tests.fuzz.parsers.target import Chance, Target, hold

LIMITS = Limits(files=20, file_bytes=100_000, total_bytes=400_000)
ESSAY = "The essay has a beginning, a middle and an end, é and so on. "
PACKAGE = {
    "anchor_essays/first_A.txt": ESSAY.encode() * 4,
    "anchor_essays/second_C+.md": b"# Title\r\n" + ESSAY.encode() * 3,
    "student_essays/one.txt": b"\xef\xbb\xbf" + ESSAY.encode() * 3,
    "eng5_instructions.md": b"Write about pets.",
    "llm_prompt.md": b"Weigh the language.",
    "ANCHOR_ESSAYS.csv": b"ANCHOR-ID;GRADE;FILE-NAME\nfirst;A;first_A.txt\nsecond;C+;second_C+.md\n",
}
GRADES = archives_mutated.book(
    ("ANCHOR-ID", "GRADE"), ("first", "A"), ("second", "C+"), ("third", "7"), ("4", "=A1")
)
GRADES_CSV = (
    b"ANCHOR-ID,GRADE,FILE-NAME\nfirst,A,first_A.txt\nsecond,C+,\n",
    b'\xef\xbb\xbfnote\nanchor_id;pred_mode_grade\n"a;b";"e-"\n;;\n\'x;B\n',
)
NAMES = (
    b"anchor_essays/first_A.docx",
    b"a_E-.docx",
    b"x_C+12.md",
    "å_ä.txt".encode(),
    b"a/../b.txt",
    b"~$a.docx",
    b".x",
)
FOLDER = TemporaryDirectory(prefix="cj-runner-fuzz-folder-")


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, body in PACKAGE.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return buffer.getvalue()


TAR = _tar()


def _zip(chance: Chance) -> bytes:
    if chance.random() < 0.02:
        return bytes_mutated.mutated(TAR, chance)
    renamed = dict(PACKAGE)
    if chance.random() < 0.3:
        old = chance.choice(list(renamed))
        letters = bytes_mutated.mutated(old.encode(), chance).decode("utf-8", "replace")
        renamed[letters[:2000]] = renamed.pop(old)
    return archives_mutated.mutated(renamed, chance)


def _unpacks(raw: bytes) -> bool:
    try:
        files = from_zip(raw, LIMITS)
    except InvalidInput as error:
        return _refused(error)
    _hold_files(files)
    return _stocked(files)


def _uploads(raw: bytes) -> bool:
    """Take the input as names and bodies of files that were sent one by one."""
    pieces = raw.split(b"|")
    names = [piece.decode("utf-8", "surrogateescape") for piece in pieces[0::2]]
    try:
        files = from_upload(dict(zip(names, pieces[1::2], strict=False)), LIMITS)
    except InvalidInput as error:
        return _refused(error)
    _hold_files(files)
    return _stocked(files)


UPLOAD = b"|".join(piece for name, body in PACKAGE.items() for piece in (name.encode(), body))


def _folder(raw: bytes) -> bool:
    """Write the input as a folder of the server, as far as the disk takes its names, and read that."""
    pieces = raw.split(b"|")
    with TemporaryDirectory(dir=FOLDER.name) as place:
        root = Path(place)
        for name, body in zip(pieces[0::2], pieces[1::2], strict=False):
            path = PurePosixPath(name.decode("utf-8", "surrogateescape").replace("\x00", "_"))
            if path.is_absolute() or ".." in path.parts or not path.parts or len(path.parts) > 20:
                continue
            try:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(body)
            except OSError:
                continue
        try:
            files = from_folder(root, LIMITS)
        except InvalidInput as error:
            return _refused(error)
        return _stocked(files)


def _hold_files(files: dict[str, bytes]) -> None:
    hold(len(files) <= LIMITS.files, "there are more files than may be")
    hold(
        sum(map(len, files.values())) <= max(LIMITS.total_bytes, LIMITS.files * LIMITS.file_bytes),
        "too many bytes",
    )
    for name in files:
        path = PurePosixPath(name)
        hold(not path.is_absolute() and ".." not in path.parts and "\\" not in name, f"a path leaves: {name!r}")
        hold(
            not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name), f"a name is unfit: {name!r}"
        )


def _stocked(files: dict[str, bytes]) -> bool:
    try:
        stock = take_stock(files, min_text_characters=20)
    except InvalidInput as error:
        return _refused(error)
    _hold_stock(stock)
    return True


def _hold_stock(stock: Inventory) -> None:
    hold(len(stock.sha256) == 64, "the package has no hash")
    for file in stock.files:
        hold(file.text is None or _storable(file.text), "a text cannot be stored")
        hold(file.grade is None or (len(file.grade) <= 16 and file.grade.isprintable()), "a grade is none")
        hold(3 <= len(artefact_student_id(file.stem)) <= 64, "an id is too long")
        hold(_storable(file.path), f"a path cannot be stored: {file.path!r}")


def _refused(error: InvalidInput) -> bool:
    hold(bool(error.problems), "the refusal names no field")
    str(error).encode()
    for problem in error.problems:
        hold(_storable(problem.field + problem.message), "the refusal cannot be written")
    return False


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _reads(suffix: str, raw: bytes) -> bool:
    try:
        text = extract(f"essay{suffix}", raw)
    except UnreadableFile as error:
        hold(bool(str(error)) and _storable(str(error)), "the reason cannot be written")
        return False
    hold(_storable(text), "the text cannot be stored")
    hold(text == unicodedata.normalize("NFC", text).strip() and "\r" not in text, "the text is not normalised")
    return True


def _grades(suffix: str, raw: bytes) -> bool:
    try:
        table = read_table(f"ANCHOR_ESSAYS{suffix}", raw)
    except UnreadableTable as error:
        hold(bool(str(error)), "there is no reason")
        return False
    hold(bool(table.by_key), "an empty table was taken")
    for key, grade in (*table.by_key.items(), *table.by_file.items()):
        hold(bool(key) and 0 < len(grade) <= 16 and grade.isprintable(), f"a grade is none: {grade!r}")
        table.grade_of(key)
    return True


def _names_a_grade(raw: bytes) -> bool:
    grade = grade_from_name(raw.decode("utf-8", "surrogateescape"))
    hold(
        grade is None or (1 <= len(grade) <= 3 and grade[0].isascii() and grade[0].isupper()), f"{grade!r} is none"
    )
    return grade is not None


def _of(*seeds: bytes) -> Callable[[Chance], bytes]:
    return lambda chance: bytes_mutated.mutated(chance.choice(seeds), chance, seeds)


TARGETS = (
    Target(
        "txt", _of(ESSAY.encode(), "\ufeffÅ e\u0301\r\n\r".encode(), b"\xff\xfea\x00"), partial(_reads, ".txt")
    ),
    Target("grades-csv", _of(*GRADES_CSV), partial(_grades, ".csv")),
    Target("grades-in-names", _of(*NAMES), _names_a_grade),
    Target("package-upload", _of(UPLOAD), _uploads),
    Target("package-folder", _of(UPLOAD), _folder),
    Target("package-zip", _zip, _unpacks),
    Target("docx", partial(archives_mutated.mutated, archives_mutated.WORD), partial(_reads, ".docx")),
    Target("grades-xlsx", partial(archives_mutated.mutated, GRADES), partial(_grades, ".xlsx")),
    Target("pdf", pdf_mutated.mutated, partial(_reads, ".pdf")),
)
