"""Text out of a file: docx by paragraphs, pdf by pages, txt and md as they are. PURE."""

import io
import unicodedata
import zipfile
from pathlib import PurePosixPath

import docx
import pypdf
from docx.opc.exceptions import PackageNotFoundError
from pypdf.errors import PyPdfError

from app.runner.assets.zips import HostileZip, check_document

ESSAY_SUFFIXES = (".docx", ".pdf", ".txt", ".md")


class UnreadableFile(ValueError):
    """The file holds no text that can be taken out; the message says why."""


def extract(path: str, content: bytes) -> str:
    """Return the text of a file, with normalised line ends and Unicode; raises ``UnreadableFile``."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in {".txt", ".md"}:
        text = _plain(content)
    elif suffix == ".docx":
        text = _docx(content)
    elif suffix == ".pdf":
        text = _pdf(content)
    else:
        raise UnreadableFile(f"files of type {suffix or '(none)'} are not read; use {', '.join(ESSAY_SUFFIXES)}")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return unicodedata.normalize("NFC", text).strip()


def _plain(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile("the text is not UTF-8; save it as UTF-8") from error


def _docx(content: bytes) -> str:
    try:
        check_document(content)
        document = docx.Document(io.BytesIO(content))
    except HostileZip as error:
        raise UnreadableFile(f"this is not a Word document (.docx) that is read: it {error}") from error
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableFile("this is not a Word document (.docx)") from error
    return "\n\n".join(part.text for part in document.paragraphs if part.text.strip())


def _pdf(content: bytes) -> str:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise UnreadableFile("the PDF is encrypted; save it without a password")
        return "\n\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, KeyError, ValueError, RecursionError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile("this PDF cannot be read") from error
