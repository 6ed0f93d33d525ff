"""Text out of a file: docx by paragraphs, pdf by pages, txt and md as they are. PURE."""

import io
import re
import unicodedata
from pathlib import PurePosixPath

import docx
import pypdf

from app.runner.assets.zips import HostileZip, check_document

ESSAY_SUFFIXES = (".docx", ".pdf", ".txt", ".md")
MOST_PAGES = 500
_HALF = re.compile("[\ud800-\udfff]")


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
    text = _HALF.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
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
        return "\n\n".join(part.text for part in document.paragraphs if part.text.strip())
    except HostileZip as error:
        raise UnreadableFile(f"this is not a Word document (.docx) that is read: it {error}") from error
    except Exception as error:  # the reader fails in many ways at what only looks like a document
        raise UnreadableFile("this is not a Word document (.docx)") from error


def _pdf(content: bytes) -> str:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        refusal = _why_not(reader)
        text = "" if refusal else "\n\n".join(page.extract_text() for page in reader.pages)
    except Exception as error:  # the reader fails in many ways at what only looks like a PDF
        raise UnreadableFile("this PDF cannot be read") from error
    if refusal:
        raise UnreadableFile(refusal)
    return text


def _why_not(reader: pypdf.PdfReader) -> str | None:
    if reader.is_encrypted:
        return "the PDF is encrypted; save it without a password"
    if len(reader.pages) > MOST_PAGES:
        return f"the PDF has more than {MOST_PAGES} pages: that is no essay"
    return None
