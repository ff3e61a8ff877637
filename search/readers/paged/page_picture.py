"""A page of a PDF, or a picture, as pixels."""

from __future__ import annotations

import warnings

from ...documents import Reason
from ...errors import Unreadable
from ...results import Picture
from .image import fitted, opened
from .pdf import is_pdf
from .pdfium import Pdfium

MOST_PIXELS = 4_000_000
"""A picture for a screen of 2560 x 1440 dots. A larger one is drawn smaller."""


def draw(data: bytes, page: int, width: int, height: int, mark: str = "") -> Picture:
    """The page, counted from 1, of a PDF or TIFF, or another picture, fitted into the room.

    The words `mark` are tinted where they stand on the page of a PDF. Raises Unreadable where there
    is no such page, and where it is damaged.
    """
    share = min((MOST_PIXELS / (width * height)) ** 0.5, 1)
    width, height = max(int(width * share), 1), max(int(height * share), 1)
    if is_pdf(data):
        return _page(data, page, width, height, mark)
    return _picture(data, page, width, height)


def _page(data: bytes, page: int, width: int, height: int, mark: str) -> Picture:
    from pypdfium2 import PdfiumError

    try:
        pdf = Pdfium(data)
        _check(page, len(pdf))
        rows = pdf.pixels(page - 1, width, height, mark)
    except PdfiumError as error:
        raise Unreadable(Reason.CORRUPT, f"page {page:,} cannot be drawn") from error
    return Picture(rows.shape[1], rows.shape[0], rows.tobytes())


def _picture(data: bytes, page: int, width: int, height: int) -> Picture:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        message = "Pillow, which draws pictures, is missing: pip install 'docsearch[ocr]'"
        raise Unreadable(Reason.UNREADABLE, message) from None
    with warnings.catch_warnings():
        # Pillow warns of flaws that do not harm the pixels.
        warnings.simplefilter("ignore")
        try:
            with opened(data) as picture:
                _check(page, int(getattr(picture, "n_frames", 1)))
                picture.seek(page - 1)
                drawn = fitted(picture, width, height)
        except (UnidentifiedImageError, OSError) as error:
            raise Unreadable(Reason.CORRUPT, "the picture cannot be drawn") from error
        except Image.DecompressionBombError as error:
            raise Unreadable(Reason.LIMIT, "the picture is too large to be drawn") from error
    return Picture(drawn.width, drawn.height, drawn.tobytes())


def _check(page: int, count: int) -> None:
    if not 1 <= page <= count:
        raise Unreadable(Reason.CORRUPT, f"there is no page {page:,}; the file has {count:,}")
