"""Pictures, such as scans, photographs of paper and screenshots, with the text recognised in them.

Recognition needs an installed engine.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..limits import LIMITS, Limits, OutOfTime
from ..pages import assembled
from .hyphens import joined
from .pdf_pages import tidied
from .recognition import HINT, Recognition, available

if TYPE_CHECKING:
    from PIL.Image import Image

HEIF = (".heic", ".heif")
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".avif", *HEIF)

PIXELS = 6_000_000
"""A page of A4 at 250 dots per inch. A larger picture is scaled down to this first."""

LEAST_SIDE = 16
"""Pixels. A smaller picture has no room for a line of text."""

NO_TEXT = f"a picture or scan, no text; {HINT}"


def read(data: bytes, path: str, limits: Limits = LIMITS) -> Document:
    """The document in a picture file. The pictures of a TIFF with several are its pages.

    Raises Unreadable where no text is recognised, no engine is installed, or the picture is
    damaged or too large.
    """
    if not available():
        raise Unreadable(Reason.NO_TEXT, NO_TEXT)
    from PIL import Image, UnidentifiedImageError

    # Recognise the text of each picture until the time is up.
    texts: list[str] = []
    recognition = Recognition(limits.recognition_for(len(data)))
    with warnings.catch_warnings():
        # Pillow warns of flaws that do not harm the pixels. Who ingests a folder cannot mend them.
        warnings.simplefilter("ignore")
        try:
            with opened(data) as picture:
                # The first picture of an animation is enough.
                count = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
                for number in range(min(count, limits.pages)):
                    if recognition.over:
                        break
                    picture.seek(number)
                    texts.append(_text(picture, recognition))
        except UnidentifiedImageError as error:
            raise Unreadable(Reason.CORRUPT, "the file is no picture of a known kind") from error
        except Image.DecompressionBombError as error:
            raise Unreadable(
                Reason.LIMIT, "the picture has more pixels than can be read"
            ) from error
        except OutOfTime:
            if not any(texts):
                raise
    if not any(texts):
        raise Unreadable(Reason.NO_TEXT, "no text was recognised in the picture")
    # Put the document together, with a warning where pages are missing.
    why = (
        "it has more pages than are read from one file"
        if len(texts) == limits.pages
        else "the time for it was up"
    )
    warning = f"text was recognised on {len(texts):,} of its {count:,} pages: {why}"
    document = assembled(path, "image", "", joined(texts), (warning,) if len(texts) < count else ())
    return document if count > 1 else replace(document, pages=())


def opened(data: bytes) -> Image:
    """The picture in a file's bytes. Raises UnidentifiedImageError for an unknown format."""
    from PIL import Image

    # HEIC needs an opener of its own. AVIF begins in the same way, but Pillow reads it itself.
    if data[4:8] == b"ftyp" and data[8:11] != b"avi":
        import pi_heif

        pi_heif.register_heif_opener()
    return Image.open(BytesIO(data))


def _text(picture: Image, recognition: Recognition) -> str:
    """The text in a picture, which is first scaled to PIXELS."""
    if min(picture.size) < LEAST_SIDE:
        return ""
    longest = int(max(picture.size) * min(1, PIXELS / (picture.width * picture.height)) ** 0.5)
    upright = fitted(picture, longest, longest)
    return tidied(recognition.text(upright))


def fitted(picture: Image, width: int, height: int) -> Image:
    """The picture in red, green and blue, turned upright, put on white and fitted into the room."""
    from PIL import Image, ImageOps

    # `draft` decodes a large JPEG at a smaller size, which saves memory.
    longest = max(width, height)
    picture.draft("RGB", (longest, longest))
    upright = ImageOps.exif_transpose(picture).convert(
        "RGBA" if picture.has_transparency_data else "RGB"
    )
    upright.thumbnail((width, height))
    if upright.mode == "RGBA":
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright, mask=upright.getchannel("A"))
        upright = paper
    return upright
