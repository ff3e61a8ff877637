"""The text of a PDF's pages.

pypdf reads a page first. PDFium reads it again where pypdf finds no text or gibberish, or where two
columns are drawn line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ...documents import Reason
from ...errors import Unreadable
from ..left_out import LeftOut, Part
from .garbled import has_glyph_names, is_garbled, unreadable
from .glyph_names import UNREADABLE
from .mending import Mender
from .pdf_annotations import page_annotations
from .pdf_rescue import repaired
from .pdfium import Pdfium
from .xfa import Form, read_form

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf import PdfReader
    from pypdf.generic import EmbeddedFile

_SPACED_LETTERS = re.compile(r"^(?:(?:[^\W\d_]| )\n){4,}", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_ENCRYPTED = 4
"""PDFium's error code for a wrong password."""


class PdfPages:
    """The pages of a PDF, counted from 0.

    `pypdf` and `pdfium` are the file as either library opens it, None where it cannot open it.
    `broken` maps each page that cannot be read to the error. `garbled` lists the pages in
    gibberish, `unread_annotations` those whose form fields and notes cannot be read.
    `rescued` is true where the file is damaged and only the pages that were found in it are known.
    Raises Unreadable where there are no pages.
    """

    def __init__(self, data: bytes) -> None:
        self.broken: dict[int, str] = {}
        self.garbled: list[int] = []
        self.rescued = False
        self.unread_annotations: list[int] = []
        self.left_out = LeftOut()
        self._pinned_files: list[Any] = []
        try:
            self._open(data)
            if self._count:
                return
            new_data = repaired(data)
        except Unreadable as error:
            new_data = repaired(data) if error.reason is Reason.CORRUPT else None
            if new_data is None:
                raise
        if new_data is not None:
            self.rescued = True
            self._open(new_data)

    def rescue(self, data: bytes) -> PdfPages | None:
        """The pages that are found in `data` without its own list of pages.

        None where there are none, or where these pages were found in this way already.
        """
        new_data = None if self.rescued else repaired(data)
        if new_data is None:
            return None
        pages = PdfPages(new_data)
        pages.rescued = True
        return pages

    def _open(self, data: bytes) -> None:
        self.pypdf, failure = _in_pypdf(data)
        self.pdfium = _in_pdfium(data, failure)
        self._count = len(self.pdfium) if self.pdfium else 0
        if self.pypdf is not None:
            try:
                self._count = len(self.pypdf.pages)
            except Exception as error:
                if self.pdfium is None:
                    raise Unreadable(
                        Reason.CORRUPT, f"the PDF is damaged: {_described(error)}"
                    ) from error
                self.pypdf = None
        if self.pypdf is not None:
            self._mender = Mender(self.pypdf)

    def __len__(self) -> int:
        return self._count

    def labels(self, count: int) -> tuple[str, ...]:
        """The labels of the first `count` pages; empty where they are the numbers from 1."""
        if self.pdfium is None:
            return ()
        numbers = [str(number) for number in range(1, min(count, len(self.pdfium)) + 1)]
        labels = tuple(self.pdfium.label(index) or number for index, number in enumerate(numbers))
        return labels if labels != tuple(numbers) else ()

    def form(self) -> Form | None:
        """The form in XML that the document holds; None without one."""
        return read_form(self.pypdf) if self.pypdf is not None else None

    def attachments(self) -> Iterator[EmbeddedFile]:
        """The files that are attached to the document or pinned to the pages that were read.

        Raises what pypdf raises.
        """
        from pypdf.generic import DictionaryObject, EmbeddedFile

        if self.pypdf is not None:
            yield from self.pypdf.attachment_list
            files = (file for file in self._pinned_files if isinstance(file, DictionaryObject))
            yield from (EmbeddedFile(str(file.get("/F", "")), file) for file in files)

    def text(self, number: int) -> str:
        """The text of a page and of its annotations; empty where there is none or it is broken."""
        text = self._text(number)
        if self.pypdf is None:
            return text
        try:
            found = page_annotations(self.pypdf.pages[number], text, self._mender.is_off)
        except MemoryError:
            raise
        except Exception:
            self.unread_annotations.append(number)
            return text
        self._pinned_files += found.files
        self.left_out.add(Part.HIDDEN, found.hidden)
        self.left_out.add(Part.COMMENT, found.unread)
        return "\n\n".join(filter(None, (text, tidied("\n".join(found.lines)))))

    def _text(self, number: int) -> str:
        from pypdf.errors import LimitReachedError

        text, failure, may_have_columns = "", "", True
        # Read the page with pypdf.
        if self.pypdf is not None:
            try:
                mended = self._mender.read(self.pypdf.pages[number])
                text, may_have_columns = mended.text, mended.may_have_columns
                self.left_out.add(Part.HIDDEN, mended.hidden_parts)
            except LimitReachedError as error:
                # PDFium has no limits: it would take in all of a page that is too much for pypdf.
                self.broken[number] = _described(error)
                return ""
            except MemoryError:
                raise
            except Exception as error:
                # On a malformed file, pypdf raises nearly every type of exception.
                failure = _described(error)
        # Read it with PDFium where pypdf found nothing of use or the page may have columns.
        # It makes letters of mere glyph numbers, so it does not help where pypdf shows glyph names.
        if self.pdfium is not None and number < len(self.pdfium) and not has_glyph_names(text):
            try:
                if not text.strip() or is_garbled(text):
                    text = self.pdfium.text(number) or text
                elif "\0" in text or "\ufffd" in text:
                    text = min(text, self.pdfium.text(number) or text, key=unreadable)
                elif may_have_columns:
                    text = self.pdfium.columns(number) or text
            except RuntimeError as error:
                failure = failure or _described(error)
        # Keep the text, or why there is none.
        if is_garbled(text):
            self.garbled.append(number)
            return ""
        text = tidied(self._readable(text))
        if failure and not text:
            self.broken[number] = failure
        return text

    def _readable(self, text: str) -> str:
        """The text with U+FFFD for each glyph without a character; these are counted."""
        names = self._mender.unknown_names if self.pypdf is not None else None
        if names is not None:
            text = names.sub("\ufffd", text)
        text, count = UNREADABLE.subn("\ufffd", text)
        self.left_out.add(Part.CHARACTER, count)
        return text

    def is_picture(self, number: int) -> bool:
        """True where a page without text shows pictures or letters nevertheless."""
        known = self.pdfium is not None and number < len(self.pdfium) and number not in self.broken
        return known and self.pdfium is not None and self.pdfium.shows_something(number)

    def picture(self, number: int) -> Image:
        """A picture of a page for which `is_picture` is true."""
        assert self.pdfium is not None
        return self.pdfium.picture(number)


def tidied(text: str) -> str:
    """A page's text without ligatures and white space behind lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text).translate(_LIGATURES)
    lines = [line.rstrip() for line in _joined(text).split("\n")]
    return "\n".join(lines).strip()


def _joined(text: str) -> str:
    """The text with its titles whole where each letter of a title stands on a line of its own."""
    return _SPACED_LETTERS.sub(lambda run: run[0].replace("\n", "") + "\n", text + "\n")


def _in_pypdf(data: bytes) -> tuple[PdfReader | None, str]:
    """The file as pypdf opens it, or None and the reason why pypdf cannot open it.

    Raises Unreadable where the file needs a password.
    """
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        # Many files are encrypted with an empty password, to forbid nothing but printing.
        locked = reader.is_encrypted and not reader.decrypt("")
    except MemoryError:
        raise
    except Exception as error:
        return None, _described(error)
    if locked:
        raise Unreadable(Reason.ENCRYPTED, "the PDF needs a password")
    return reader, ""


def _in_pdfium(data: bytes, pypdf_failure: str) -> Pdfium | None:
    """The file as PDFium opens it, None where it cannot.

    `pypdf_failure` says why pypdf cannot open the file; it is empty where pypdf can.
    Raises Unreadable where neither can open it.
    """
    try:
        return Pdfium(data)
    except RuntimeError as error:
        if pypdf_failure and getattr(error, "err_code", 0) == _ENCRYPTED:
            raise Unreadable(Reason.ENCRYPTED, "the PDF needs a password") from error
        if pypdf_failure:
            raise Unreadable(Reason.CORRUPT, f"the PDF is damaged: {pypdf_failure}") from error
        return None


def _described(error: Exception) -> str:
    """The type of an error and at most 200 characters of its message, on one line."""
    message = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {message[:200]}" if message else type(error).__name__
