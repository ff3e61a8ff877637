"""PDF: the text of the pages, with the bookmarks as headings.

The text of scanned pages is recognised where an engine for it is installed.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..assembly import Assembly
from ..left_out import LeftOut, Part
from ..limits import LIMITS, Limits, OutOfTime, ran_out
from ..pages import assembled
from ..title import stated
from .bookmarks import headings, with_headings
from .hyphens import joined
from .pdf_attachments import attached, unread_attachments, with_attached
from .pdf_pages import PdfPages, tidied
from .recognition import HINT, Recognition, available
from .xfa import Form, missing

if TYPE_CHECKING:
    from pypdf import PdfReader

SUFFIXES = (".pdf",)

HEADER_WITHIN = 8192
"""Bytes in which the header is looked for, because mail and web servers put junk before it."""

DYNAMIC = "a program draws its form (XFA): captions and values are read, what it adds is not"

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|þÿ.*|.*\.(?:docx?|indd|tex|dvi|pptx?|xlsx?|odt|rtf|qxd|p65|pdf)",
    re.IGNORECASE | re.DOTALL,
)
_MADE_BY = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")


def is_pdf(data: bytes) -> bool:
    """True where the first HEADER_WITHIN bytes hold the header of a PDF."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def read(
    data: bytes,
    path: str,
    limits: Limits = LIMITS,
    enclosed: Callable[[bytes, str], Document] | None = None,
) -> Document:
    """The document in a PDF; its `pages` are the offsets of all pages, also of those without text.

    `enclosed` reads the attachments, which follow on the last page; None leaves them out.
    A broken page among good ones is left empty, with a warning. Where a limit or the end of the
    time is reached, the text so far is kept, with a warning. The same holds for the pages that are
    found in a file that was cut off.
    Raises Unreadable where the PDF needs a password, has no text or is broken.
    """
    with warnings.catch_warnings():
        # pypdf warns of the flaws that it repairs. Who ingests a folder cannot mend them.
        warnings.simplefilter("ignore")
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        # Read the text of the pages.
        pages = PdfPages(data)
        texts, truncation = _texts(pages, limits)
        # Where the tree of pages cannot be followed, single pages of it may still be good.
        if pages.broken and not any(texts) and (rescued := pages.rescue(data)) is not None:
            rescued_texts, rescued_truncation = _texts(rescued, limits)
            if any(rescued_texts):
                pages, texts, truncation = rescued, rescued_texts, rescued_truncation
        # Read what else the file says: title, bookmarks, page labels and attachments.
        title = _title(pages.pypdf) if pages.pypdf else ""
        bookmarks = pages.pdfium.bookmarks() if pages.pdfium else []
        labels = pages.labels(len(texts))
        attachments, warned = (
            attached(pages, enclosed)
            if enclosed and not truncation
            else (Assembly(), unread_attachments(pages))
        )
        form = pages.form()
        # Recognise the text of scanned pages.
        unrecognised = (
            _recognise(pages, texts, Recognition(limits.recognition_for(len(data))))
            if not truncation
            else []
        )
    if form is not None:
        warned += _filled_in(form, texts, pages.left_out)
    if not any(texts) and not attachments.length:
        raise _textless(pages, unrecognised)
    # Say what is missing.
    warned += _page_warning(pages.broken, "cannot be read")
    warned += _page_warning(pages.garbled, "has fonts that do not say which letters they draw")
    warned += _page_warning(
        pages.unread_annotations, "has form fields or notes that cannot be read"
    )
    if pages.rescued:
        warned.append(f"the file is damaged or was cut off; pages found in it: {len(pages):,}")
    missing_parts = (*warned, *pages.left_out.warnings(), *unrecognised, *truncation)
    # Put the document together, with the bookmarks as headings and the attachments at its end.
    document = assembled(path, "pdf", title, joined(texts), ())
    marked = list(headings(bookmarks, document.text, document.pages))
    document = with_attached(
        replace(document, blocks=tuple(with_headings(document.blocks, marked))), attachments
    )
    return replace(document, page_labels=labels, warnings=missing_parts)


def _texts(pages: PdfPages, limits: Limits) -> tuple[list[str], list[str]]:
    """The text of each page, and a warning where the last pages are missing."""
    texts: list[str] = []
    characters = 0
    why = "it has more pages than are read from one file"
    try:
        for number in range(min(len(pages), limits.pages)):
            texts.append(pages.text(number))
            characters += len(texts[-1])
            if characters > limits.characters:
                why = "it has more text than is read from one file"
                break
    except (OutOfTime, MemoryError) as error:
        if not any(texts):
            raise
        why = ran_out(error)
    warning = f"only {len(texts):,} of its {len(pages):,} pages are read: {why}"
    return texts, [warning] if len(texts) < len(pages) else []


def _filled_in(form: Form, texts: list[str], left_out: LeftOut) -> list[str]:
    """Add the lines of an XFA form that no page shows to the last page of `texts`.

    Returns a warning where a program draws the form.
    """
    left_out.add(Part.HIDDEN, form.hidden_parts)
    lines = missing(form.lines, texts)
    if form.failure or (form.is_dynamic and not lines):
        left_out.add(Part.FORM)
    if lines:
        texts[-1:] = ["\n\n".join(filter(None, (*texts[-1:], tidied("\n".join(lines)))))]
    return [DYNAMIC] if form.is_dynamic and lines else []


def _recognise(pages: PdfPages, texts: list[str], recognition: Recognition) -> list[str]:
    """Recognise the text of scanned pages and put it into `texts`, which has the text of each page.

    Returns a warning where text is still missing.
    """
    scans = [number for number, text in enumerate(texts) if not text and pages.is_picture(number)]
    if not available():
        warning = f"{len(scans):,} of its {len(texts):,} pages are scanned, no text; {HINT}"
        # Many files have a page or two with nothing but a picture: those are not worth a warning.
        return [warning] if 2 * len(scans) > len(texts) else []
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
    count = f"{done:,} of its {len(scans):,} scanned pages"
    warning = f"text was recognised on {count}: the time for it was up"
    return [warning] if done < len(scans) else []


def _textless(pages: PdfPages, unrecognised: list[str]) -> Unreadable:
    """The error that says why no page has text."""
    if pages.rescued and not unrecognised:
        return Unreadable(Reason.CORRUPT, "the PDF is damaged: no page of it can be read")
    if pages.broken and not unrecognised:
        return Unreadable(
            Reason.CORRUPT, f"no page of the PDF can be read: {next(iter(pages.broken.values()))}"
        )
    if pages.garbled:
        why = "the PDF's fonts do not say which letters they draw"
        return Unreadable(Reason.NO_TEXT, why if available() else f"{why}; {HINT}")
    if unrecognised:
        return Unreadable(Reason.NO_TEXT, f"the PDF is scanned, no text; {HINT}")
    return Unreadable(Reason.NO_TEXT, "the PDF holds no text")


def _page_warning(pages: Iterable[int], problem: str) -> list[str]:
    """One warning about all `pages` with a problem, empty where there are none.

    `pages` count from 0.

    >>> _page_warning([2], "cannot be read"), _page_warning([2, 3, 7], "cannot be read")
    (['page 3 cannot be read'], ['page 3 cannot be read (the same for 4, 8)'])
    >>> _page_warning(range(12), "is empty")
    ['page 1 is empty (the same for 11 more pages)']
    """
    first, *more = [*pages] or [-1]
    others = (
        f"{len(more)} more pages" if len(more) > 9 else ", ".join(str(page + 1) for page in more)
    )
    also = f" (the same for {others})" if others else ""
    return [f"page {first + 1} {problem}{also}"] if first >= 0 else []


def _title(reader: PdfReader) -> str:
    """The title in the file's metadata; empty where a program made it up or there is none."""
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:
        # A title that cannot be read counts as missing: the text matters more.
        return ""
    words = stated(_MADE_BY.sub("", " ".join(str(title or "").split())), _NO_TITLE)
    return "" if _SURROGATE.search(words) else words
