"""PDFium as the second reader of PDFs: for pages that the first one cannot make out, for columns, bookmarks, page labels and pictures of pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .columns import Box, in_columns

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BOOKMARKS = 20_000
MAX_LABEL = 40
MAX_BOXES = 5_000
"""A page of more is a drawing or a table."""

RESOLUTION = 200
"""Dots per inch of a page's picture."""

LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a PDF's outline: `page` counts from 0, `level` from 1."""

    page: int
    level: int
    title: str


class Pdfium:
    """A PDF open in PDFium. Raises PdfiumError where it cannot be opened."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2

        opened: Any = pypdfium2.PdfDocument
        self._document = opened(data)

    def __len__(self) -> int:
        return len(self._document)

    def text(self, number: int) -> str:
        """The text of a page, counted from 0; lines end in CRLF. Raises PdfiumError for a page that is broken."""
        page = self._document[number]
        try:
            words = page.get_textpage()
            # PDFium marks a hyphen at a line's end by a character of its own.
            return str(words.get_text_range()).replace("\ufffe", "-").replace("\x02", "-")
        finally:
            page.close()

    def columns(self, number: int) -> str:
        """The text of a page in two columns that is drawn line by line, in the order of reading; empty for any other page."""
        page = self._document[number]
        try:
            words = page.get_textpage()
            count = words.count_rects()
            if count > MAX_BOXES:
                return ""
            boxes = [Box(*words.get_rect(index)) for index in range(count)]
            return in_columns(boxes, lambda box: str(words.get_text_bounded(*box)))
        finally:
            page.close()

    def label(self, number: int) -> str:
        """What the document calls a page, counted from 0; empty where it does not say."""
        return " ".join(str(self._document.get_page_label(number)).split())[:MAX_LABEL]

    def shows_something(self, number: int) -> bool:
        """True where there are pictures or letters on a page, be they text or not. False for a page that is broken."""
        import pypdfium2
        import pypdfium2.raw

        raw: Any = pypdfium2.raw
        try:
            page = self._document[number]
        except pypdfium2.PdfiumError:
            return False
        try:
            return any(
                True for _ in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_TEXT])
            )
        finally:
            page.close()

    def picture(self, number: int) -> Image:
        """A page as people see it, at RESOLUTION and of at most LONGEST pixels a side."""
        page = self._document[number]
        try:
            picture: Image = page.render(
                scale=min(RESOLUTION / 72, LONGEST / max(page.get_size()))
            ).to_pil()
            return picture
        finally:
            page.close()

    def bookmarks(self) -> list[Bookmark]:
        """The outline's entries that lead to a page, in order."""
        found: list[Bookmark] = []
        for count, item in enumerate(self._document.get_toc()):
            if count == MAX_BOOKMARKS:
                break
            place = item.get_dest()
            page = place.get_index() if place else None
            title = " ".join(item.get_title().split())
            if page is not None and title:
                found.append(Bookmark(page, item.level + 1, title))
        return found
