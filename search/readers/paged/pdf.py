"""PDF: pages with their text and bookmarks as headings; the text of scanned pages where it can be recognised."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..assembly import Assembly
from ..attachments import Attachments
from ..limits import LIMITS, Limits, OutOfTime, ran_out
from ..pages import assembled
from ..title import stated
from .bookmarks import headings, with_headings
from .pdf_pages import PdfPages, tidied
from .recognition import HINT, Recognition, available

if TYPE_CHECKING:
    from pypdf import PdfReader

SUFFIXES = (".pdf",)

HEADER_WITHIN = 8192
"""Bytes in which the header is looked for: mail and web servers put junk before it."""


_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|þÿ.*|.*\.(?:docx?|indd|tex|dvi|pptx?|xlsx?|odt|rtf|qxd|p65|pdf)",
    re.IGNORECASE | re.DOTALL,
)
_MADE_BY = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")


def is_pdf(data: bytes) -> bool:
    """True where the header of a PDF stands in the first bytes."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def read(
    data: bytes,
    path: str,
    limits: Limits = LIMITS,
    enclosed: Callable[[bytes, str], Document] | None = None,
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
            found, left = _texts(leaves, limits)
            pages, texts, cut = (leaves, found, left) if any(found) else (pages, texts, cut)
        title = _title(pages.first) if pages.first else ""
        marks = pages.second.bookmarks() if pages.second else []
        labels = pages.labels(len(texts))
        attached, lost = _attached(pages, enclosed) if enclosed and not cut else (Assembly(), [])
        missing = (
            _recognise(pages, texts, Recognition(limits.recognition_for(len(data))))
            if not cut
            else []
        )
    if not any(texts) and not attached.length:
        raise _textless(pages, missing)
    lost += _lost(pages.broken, "cannot be read") + _lost(
        pages.garbled, "holds letters that its fonts do not name"
    )
    lost += _lost(pages.unnoted, "has form fields or notes that cannot be read")
    if pages.rescued:
        lost.append(
            f"the file is damaged or was cut off; pages that are found in it: {len(pages):,}"
        )
    document = assembled(path, "pdf", title, texts, ())
    marked = list(headings(marks, document.text, document.pages))
    document = _with_attached(
        replace(document, blocks=tuple(with_headings(document.blocks, marked))), attached
    )
    return replace(document, page_labels=labels, warnings=(*lost, *missing, *cut))


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
        why = ran_out(error)
    cut = f"only {len(texts):,} of its {len(pages):,} pages are read: {why}"
    return texts, [cut] if len(texts) < len(pages) else []


def _attached(
    pages: PdfPages, enclosed: Callable[[bytes, str], Document]
) -> tuple[Assembly, list[str]]:
    """What is attached, and a sentence where some of it is missing."""
    page = Assembly()
    attachments = Attachments(page, enclosed)
    known: set[tuple[str, bytes]] = set()
    try:
        for file in pages.attachments():
            name = (
                str(file.alternative_name or file.name)
                .replace("\\", "/")
                .rpartition("/")[2]
                .strip()
            )
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
        return page, [
            "not all that is attached to it is read: the time or the memory for one file was used up"
        ]
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


def _recognise(pages: PdfPages, texts: list[str], recognition: Recognition) -> list[str]:
    """Put the text that is recognised in pages without any into `texts`. Sentences about what is still missing."""
    scans = [number for number, text in enumerate(texts) if not text and pages.is_picture(number)]
    if not available():
        many = f"{len(scans):,} of its {len(texts):,} pages are scanned, no text; {HINT}"
        # A page or two with nothing but a picture are in many files.
        return [many] if 2 * len(scans) > len(texts) else []
    done = 0
    try:
        for number in scans:
            if recognition.over:
                break
            done += 1
            try:
                texts[number] = tidied(recognition.text(pages.picture(number)))
            except Unreadable as error:
                pages.broken[number] = error.message
            if texts[number] and number in pages.garbled:
                pages.garbled.remove(number)
    except (OutOfTime, MemoryError):
        if not any(texts):
            raise
    cut = f"text was recognised on {done:,} of its {len(scans):,} scanned pages: the time for it was up"
    return [cut] if done < len(scans) else []


def _textless(pages: PdfPages, missing: list[str]) -> Unreadable:
    """Why no page has text."""
    if pages.rescued and not missing:
        return Unreadable(Reason.CORRUPT, "the PDF is damaged: no page of it can be read")
    if pages.broken and not missing:
        return Unreadable(
            Reason.CORRUPT, f"no page of the PDF can be read: {next(iter(pages.broken.values()))}"
        )
    if pages.garbled:
        why = "the PDF's fonts do not say which letters they draw"
        return Unreadable(Reason.NO_TEXT, why if available() else f"{why}; {HINT}")
    if missing:
        return Unreadable(Reason.NO_TEXT, f"the PDF is scanned, no text; {HINT}")
    return Unreadable(Reason.NO_TEXT, "the PDF holds no text")


def _lost(pages: Iterable[int], what: str) -> list[str]:
    """What happened to some pages, numbered from 0, as a sentence.

    >>> _lost([2], "cannot be read"), _lost(range(12), "is empty")
    (['page 3 cannot be read'], ['page 1 is empty, and so are 11 more'])
    """
    first, *more = [*pages] or [-1]
    others = (
        f", and so are {len(more)} more"
        if len(more) > 9
        else "".join(f", {page + 1}" for page in more)
    )
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
