"""PDF: pages with their text and bookmarks as headings; scans without a text layer give none."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from ..documents import Block, Document, Reason
from ..errors import Unreadable
from ..limits import LIMITS, Limits, OutOfTime
from .assembly import Assembly
from .attachments import Attachments
from .bookmarks import headings, with_headings
from .pdf_pages import PdfPages
from .text import paragraphs
from .title import first_line, stated

if TYPE_CHECKING:
    from pypdf import PdfReader

    from .pdfium import Bookmark

SUFFIXES = (".pdf",)

HEADER_WITHIN = 8192
"""Bytes in which the header is looked for: mail and web servers put junk before it."""


_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|þÿ.*|.*\.(?:docx?|indd|tex|dvi|pptx?|xlsx?|odt|rtf|qxd|p65|pdf)", re.IGNORECASE | re.DOTALL
)
_MADE_BY = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")


def is_pdf(data: bytes) -> bool:
    """True where the header of a PDF stands in the first bytes."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def read(
    data: bytes, path: str, limits: Limits = LIMITS, enclosed: Callable[[bytes, str], Document] | None = None
) -> Document:
    """The document in a PDF; `pages` are the offsets of its pages, those without text included.

    What is attached follows on the last page, read by `enclosed` (None: left out). A page that is broken among good ones is left empty, with a
    warning. Where a limit or the end of the time is met, what was read is kept, with a warning; so are the pages of a file that was cut off.
    Raises Unreadable where the PDF needs a password, has no text or is broken.
    """
    with warnings.catch_warnings():
        # What pypdf repairs on the way is nothing that whoever ingests a folder can act upon.
        warnings.simplefilter("ignore")
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        pages = PdfPages(data)
        texts, cut = _texts(pages, limits)
        # A tree of pages that no reader gets through may have good leaves.
        if pages.broken and not any(texts) and (leaves := pages.rescue(data)) is not None:
            found, missing = _texts(leaves, limits)
            pages, texts, cut = (leaves, found, missing) if any(found) else (pages, texts, cut)
        title = _title(pages.first) if pages.first else ""
        marks = pages.second.bookmarks() if pages.second else []
        labels = pages.labels(len(texts))
        attached, lost = _attached(pages, enclosed) if enclosed and not cut else (Assembly(), [])
    if not any(texts) and not attached.length:
        if pages.rescued:
            raise Unreadable(Reason.CORRUPT, "the PDF is damaged: no page of it can be read")
        if pages.broken:
            raise Unreadable(Reason.CORRUPT, f"no page of the PDF can be read: {next(iter(pages.broken.values()))}")
        if pages.garbled:
            raise Unreadable(
                Reason.NO_TEXT, "the PDF's fonts do not say which letters they draw; it needs text recognition"
            )
        raise Unreadable(Reason.NO_TEXT, "the PDF holds no text; a scan needs text recognition first")
    lost += _lost(pages.broken, "cannot be read") + _lost(pages.garbled, "holds letters that its fonts do not name")
    lost += _lost(pages.unnoted, "has form fields or notes that cannot be read")
    if pages.rescued:
        lost.append(f"the file is damaged or was cut off; pages that are found in it: {len(pages):,}")
    document = _with_attached(_assemble(path, title, texts, marks), attached)
    return replace(document, page_labels=labels, warnings=(*lost, *cut))


def _texts(pages: PdfPages, limits: Limits) -> tuple[list[str], list[str]]:
    """The text of each page, and a sentence where the last ones are missing."""
    texts: list[str] = []
    held = 0
    why = "it has more pages than are read of one file"
    try:
        for number in range(min(len(pages), limits.pages)):
            texts.append(pages.text(number))
            held += len(texts[-1])
            if held > limits.characters:
                why = "it is longer than what is read of one file"
                break
    except (OutOfTime, MemoryError) as error:
        if not any(texts):
            raise
        why = "the time for one file was up" if isinstance(error, OutOfTime) else "there was no more memory for it"
    cut = f"only {len(texts):,} of its {len(pages):,} pages are read: {why}"
    return texts, [cut] if len(texts) < len(pages) else []


def _attached(pages: PdfPages, enclosed: Callable[[bytes, str], Document]) -> tuple[Assembly, list[str]]:
    """What is attached, and a sentence where some of it is missing."""
    page = Assembly()
    attachments = Attachments(page, enclosed)
    known: set[tuple[str, bytes]] = set()
    try:
        for file in pages.attachments():
            name = str(file.alternative_name or file.name).replace("\\", "/").rpartition("/")[2].strip()
            try:
                data = file.content
            except MemoryError:
                raise
            except Exception as error:
                attachments.refuse(name, f"it cannot be read: {type(error).__name__}")
                continue
            # What is attached to the document may be pinned to a page as well.
            if (same := (name, sha256(data).digest())) not in known:
                known.add(same)
                attachments.add(name, data, 1)
    except (OutOfTime, MemoryError):
        return page, ["not all that is attached to it is read: the time or the memory for one file was used up"]
    except Exception as error:
        # pypdf meets malformed files with nearly every type of exception.
        return page, [f"not all that is attached to it can be read: {type(error).__name__}"]
    return page, []


def _with_attached(document: Document, attached: Assembly) -> Document:
    """The document with what is attached behind it."""
    if not attached.length:
        return document
    whole = Assembly()
    if document.text:
        whole.include(document.text, document.blocks)
    extra = attached.document("", "", "")
    whole.include(extra.text, extra.blocks)
    return replace(document, text="".join(whole.text), blocks=tuple(whole.blocks))


def _lost(pages: Iterable[int], what: str) -> list[str]:
    """What happened to some pages, numbered from 0, as a sentence.

    >>> _lost([2], "cannot be read"), _lost(range(12), "is empty")
    (['page 3 cannot be read'], ['page 1 is empty, and so are 11 more'])
    """
    first, *more = [*pages] or [-1]
    others = f", and so are {len(more)} more" if len(more) > 9 else "".join(f", {page + 1}" for page in more)
    return [f"page {first + 1} {what}{others}"] if first >= 0 else []


def _title(reader: PdfReader) -> str:
    """The title in the file's own data where a person may have written it; empty where none is usable."""
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:
        # A title that cannot be read is one that is missing; the text is what counts.
        return ""
    words = stated(_MADE_BY.sub("", " ".join(str(title or "").split())), _NO_TITLE)
    return "" if _SURROGATE.search(words) else words


def _assemble(path: str, title: str, texts: list[str], marks: list[Bookmark]) -> Document:
    parts: list[str] = []
    offsets: list[int] = []
    blocks: list[Block] = []
    length = 0
    for page in texts:
        if page and length:
            parts.append("\n\n")
            length += 2
        offsets.append(length)
        blocks += [replace(block, start=block.start + length, end=block.end + length) for block in paragraphs(page)]
        parts.append(page)
        length += len(page)
    text = "".join(parts)
    blocks = list(with_headings(blocks, list(headings(marks, text, offsets))))
    return Document(path, "pdf", title or first_line(text, path), text, tuple(blocks), tuple(offsets))
