"""PDFium, the second library that reads PDFs.

It serves pages that pypdf cannot read, pages in columns, bookmarks, page labels and pictures of
pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .columns import Box, in_columns
from .page_marks import mark_boxes, tinted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

MAX_BOOKMARKS = 20_000
MAX_LABEL = 40
MAX_BOXES = 5_000
"""A page with more boxes is a drawing or a table, not prose in columns."""

RESOLUTION = 200
"""Dots per inch of a page's picture."""

LONGEST = 3_000
"""Pixels of the longer side of a page's picture, at most."""


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
        """The text of a page, counted from 0; lines end in CRLF.

        Raises PdfiumError for a broken page.
        """
        page = self._document[number]
        try:
            textpage = page.get_textpage()
            # PDFium marks a hyphen at a line's end by one of these characters.
            return str(textpage.get_text_range()).replace("\ufffe", "-").replace("\x02", "-")
        finally:
            page.close()

    def columns(self, number: int) -> str:
        """The text, in reading order, of a page whose two columns are drawn line by line.

        It is empty for any other page.
        """
        page = self._document[number]
        try:
            textpage = page.get_textpage()
            count = textpage.count_rects()
            if count > MAX_BOXES:
                return ""
            boxes = [Box(*textpage.get_rect(index)) for index in range(count)]
            return in_columns(boxes, lambda box: str(textpage.get_text_bounded(*box)))
        finally:
            page.close()

    def label(self, number: int) -> str:
        """The label that the document gives to a page, counted from 0; empty where it has none."""
        return " ".join(str(self._document.get_page_label(number)).split())[:MAX_LABEL]

    def shows_something(self, number: int) -> bool:
        """True where a page shows pictures or letters, even letters that do not come out as text.

        False for a broken page.
        """
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
        """A page rendered at RESOLUTION, with at most LONGEST pixels a side."""
        page = self._document[number]
        try:
            picture: Image = page.render(
                scale=min(RESOLUTION / 72, LONGEST / max(page.get_size()))
            ).to_pil()
            return picture
        finally:
            page.close()

    def pixels(self, number: int, width: int, height: int, mark: str = "") -> NDArray[np.uint8]:
        """A page, counted from 0, as rows of red, green and blue, as large as fits into the room.

        The words `mark` are tinted where they stand on it. Raises PdfiumError for a broken page.
        """
        import numpy as np

        page = self._document[number]
        try:
            across, down = page.get_size()
            scale = min(width / max(across, 1), height / max(down, 1))
            # PDFium rounds the size up.
            bitmap = page.render(scale=scale, rev_byteorder=True)
            drawn = np.ascontiguousarray(bitmap.to_numpy()[:height, :width, :3])
            if not mark:
                return drawn
            pixel_of = bitmap.get_posconv(page).to_bitmap
            corners = [
                (*pixel_of(box.left, box.top), *pixel_of(box.right, box.bottom))
                for box in mark_boxes(page.get_textpage(), mark)
            ]
            return tinted(drawn, corners)
        finally:
            page.close()

    def bookmarks(self) -> list[Bookmark]:
        """The entries of the outline that lead to a page, in the outline's order."""
        found: list[Bookmark] = []
        for count, item in enumerate(self._document.get_toc()):
            if count == MAX_BOOKMARKS:
                break
            destination = item.get_dest()
            page = destination.get_index() if destination else None
            title = " ".join(item.get_title().split())
            if page is not None and title:
                found.append(Bookmark(page, item.level + 1, title))
        return found
