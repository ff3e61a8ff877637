"""PDF: the text of each page, as it lies in the file; scans without a text layer give none."""

from __future__ import annotations

import logging
import re
import warnings
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from ..documents import Block, Document, Reason
from ..errors import Unreadable
from .text import paragraphs
from .title import first_line

if TYPE_CHECKING:
    from pypdf import PdfReader

SUFFIXES = (".pdf",)

HEADER_WITHIN = 8192
"""Bytes in which the header is looked for: mail and web servers put junk before it."""

MAX_TITLE = 200

# A font without a table of its characters gives the names of its drawings instead of text.
_GLYPH_NAMES = re.compile(r"(?:/(?:g|gid|glyph|cid|index|c)\d{1,6}|\(cid:\d{1,6}\))", re.IGNORECASE)
MAX_GLYPH_NAMES = 0.5

_HYPHEN = re.compile(r"\u00ad\n|(?<=[^\W\d_])-\n(?=[a-zß-öø-ÿα-ωа-я])")
_SPACED_LETTERS = re.compile(r"^(?:(?:[^\W\d_]| )\n){4,}", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|þÿ.*|.*\.(?:docx?|indd|tex|dvi|pptx?|xlsx?|odt|rtf|qxd|p65|pdf)", re.IGNORECASE | re.DOTALL
)
_MADE_BY = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")


def is_pdf(data: bytes) -> bool:
    """True where the header of a PDF stands in the first bytes."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def read(data: bytes, path: str) -> Document:
    """The document in a PDF; `pages` are the offsets of its pages, those without text included.

    Raises Unreadable where it needs a password, has no text or is broken; a broken page among good ones is left empty.
    """
    with warnings.catch_warnings():
        # What pypdf repairs on the way is nothing that whoever ingests a folder can act upon.
        warnings.simplefilter("ignore")
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        try:
            reader = _open(data)
            pages, broken = _pages(reader)
            title = _title(reader)
        except Unreadable:
            raise
        except Exception as error:
            # pypdf meets malformed files with nearly every type of exception.
            raise Unreadable(Reason.CORRUPT, f"the PDF is damaged: {_words(error)}") from error
    if not any(pages):
        if broken:
            raise Unreadable(Reason.CORRUPT, f"no page of the PDF can be read: {broken}")
        raise Unreadable(Reason.NO_TEXT, "the PDF holds no text; a scan needs text recognition first")
    return _assemble(path, title, pages)


def _open(data: bytes) -> PdfReader:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data), strict=False)
    # Many files are encrypted with an empty password, only to forbid printing.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(Reason.ENCRYPTED, "the PDF needs a password")
    return reader


def _pages(reader: PdfReader) -> tuple[list[str], str]:
    """The text of each page, and what was wrong with the first broken one, empty where none is."""
    pages: list[str] = []
    broken = ""
    for number in range(len(reader.pages)):
        try:
            pages.append(_tidy(reader.pages[number].extract_text()))
        except Exception as error:
            broken = broken or _words(error)
            pages.append("")
    return pages, broken


def _title(reader: PdfReader) -> str:
    """The title in the file's own data where a person may have written it; empty where none is usable."""
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:
        # A title that cannot be read is one that is missing; the text is what counts.
        return ""
    words = _MADE_BY.sub("", " ".join(str(title or "").split()))
    named = sum(character.isalnum() or character.isspace() for character in words)
    usable = 3 <= len(words) <= MAX_TITLE and named >= 0.6 * len(words) and not _NO_TITLE.fullmatch(words)
    return words if usable and not _SURROGATE.search(words) else ""


def _assemble(path: str, title: str, pages: list[str]) -> Document:
    parts: list[str] = []
    offsets: list[int] = []
    blocks: list[Block] = []
    length = 0
    for page in pages:
        if page and length:
            parts.append("\n\n")
            length += 2
        offsets.append(length)
        blocks += [replace(block, start=block.start + length, end=block.end + length) for block in paragraphs(page)]
        parts.append(page)
        length += len(page)
    text = "".join(parts)
    return Document(path, "pdf", title or first_line(text, path), text, tuple(blocks), tuple(offsets))


def _tidy(text: str) -> str:
    """A page's text with words that were parted at line ends joined, without white space around lines; empty for gibberish."""
    names = sum(len(name) for name in _GLYPH_NAMES.findall(text))
    if names > MAX_GLYPH_NAMES * len(text):
        return ""
    text = _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    lines = _SPACED_LETTERS.sub(lambda run: run[0].replace("\n", "") + "\n", text + "\n").split("\n")
    return _HYPHEN.sub("", "\n".join(line.rstrip() for line in lines)).strip()


def _words(error: Exception) -> str:
    message = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {message[:200]}" if message else type(error).__name__
