"""The text of a PDF's pages: as pypdf reads it, and as PDFium does where that is nothing, gibberish or in columns drawn side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ...documents import Reason
from ...errors import Unreadable
from .pdf_annotations import beside
from .pdf_rescue import completed
from .pdfium import Pdfium
from .pen import Pen, follows

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf import PdfReader
    from pypdf.generic import EmbeddedFile

# A font without a table of its characters gives the names of its drawings instead of text.
_GLYPH_NAMES = re.compile(r"(?:/(?:g|gid|glyph|cid|index|c)\d{1,6}|\(cid:\d{1,6}\))", re.IGNORECASE)
MAX_GLYPH_NAMES = 0.5

# Or their numbers, which are no letters: controls, the private range, or what stands for a character that is not known.
_NUMBERS = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
MAX_NUMBERS = 0.3

# A hyphen between letters at a line's end. What stands before it is looked at last, so that the hyphens are found quickly.
_HYPHEN = re.compile(r"[-\u2010\u00ad]\n(?:(?<=\u00ad\n)|(?<=[^\W\d_].\n)(?=[a-zß-öø-ÿα-ωа-я]))")
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
"""PDFium's number for a password that does not fit."""


class PdfPages:
    """The pages of a PDF, counted from 0. `broken` says what was wrong with those that cannot be read, `garbled` are those in gibberish,
    `unnoted` those whose form fields and notes cannot be read.

    `first` and `second` are the open file in either reader, None where it cannot be opened. `rescued` is true where only the pages are known that
    were found in a file that is damaged. Raises Unreadable where there are none.
    """

    def __init__(self, data: bytes) -> None:
        self.broken: dict[int, str] = {}
        self.garbled: list[int] = []
        self.rescued = False
        self.unnoted: list[int] = []
        self._pinned: list[Any] = []
        try:
            self._open(data)
            if self._count:
                return
            whole = completed(data)
        except Unreadable as error:
            whole = completed(data) if error.reason is Reason.CORRUPT else None
            if whole is None:
                raise
        if whole is not None:
            self.rescued = True
            self._open(whole)

    def rescue(self, data: bytes) -> PdfPages | None:
        """The pages that are found in the file whatever it says of them, None where that was tried or there are none."""
        whole = None if self.rescued else completed(data)
        if whole is None:
            return None
        pages = PdfPages(whole)
        pages.rescued = True
        return pages

    def _open(self, data: bytes) -> None:
        self.first, why = _opened(data)
        self.second = _second(data, why)
        self._count = len(self.second) if self.second else 0
        if self.first is not None:
            try:
                self._count = len(self.first.pages)
            except Exception as error:
                if self.second is None:
                    raise Unreadable(
                        Reason.CORRUPT, f"the PDF is damaged: {_words(error)}"
                    ) from error
                self.first = None

    def __len__(self) -> int:
        return self._count

    def labels(self, count: int) -> tuple[str, ...]:
        """What the document calls its first pages; empty where that is how they are counted."""
        if self.second is None:
            return ()
        numbers = [str(number) for number in range(1, min(count, len(self.second)) + 1)]
        labels = tuple(self.second.label(place) or number for place, number in enumerate(numbers))
        return labels if labels != tuple(numbers) else ()

    def attachments(self) -> Iterator[EmbeddedFile]:
        """The files that are attached to the document, and to the pages that were read. Raises what pypdf raises."""
        from pypdf.generic import DictionaryObject, EmbeddedFile

        if self.first is not None:
            yield from self.first.attachment_list
            files = (file for file in self._pinned if isinstance(file, DictionaryObject))
            yield from (EmbeddedFile(str(file.get("/F", "")), file) for file in files)

    def text(self, number: int) -> str:
        """The text of a page with what stands beside it, empty where there is none to be read."""
        text = self._text(number)
        if self.first is None:
            return text
        try:
            found = beside(self.first.pages[number], text)
        except MemoryError:
            raise
        except Exception:
            self.unnoted.append(number)
            return text
        self._pinned += found.files
        return "\n\n".join(filter(None, (text, tidied("\n".join(found.lines)))))

    def _text(self, number: int) -> str:
        from pypdf.errors import LimitReachedError

        text, why = "", ""
        pen: Pen | None = None
        if self.first is not None:
            try:
                page = self.first.pages[number]
                pen = Pen() if follows(page) else None
                text = page.extract_text(visitor_operand_before=pen)
            except LimitReachedError as error:
                # A flood for one reader is one for the other, which knows no limits.
                self.broken[number] = _words(error)
                return ""
            except MemoryError:
                raise
            except Exception as error:
                # pypdf meets malformed files with nearly every type of exception.
                why = _words(error)
        if self.second is not None and number < len(self.second) and not has_names(text):
            try:
                # PDFium makes letters of the mere numbers of drawings, so what it says is no better where these have odd names.
                if not text.strip() or is_garbled(text):
                    text = self.second.text(number) or text
                elif pen is None or pen.may_have_columns:
                    text = self.second.columns(number) or text
            except RuntimeError as error:
                why = why or _words(error)
        if is_garbled(text):
            self.garbled.append(number)
            return ""
        text = tidied(text)
        if why and not text:
            self.broken[number] = why
        return text

    def is_picture(self, number: int) -> bool:
        """True where a page without text, `number`, shows pictures or letters nevertheless."""
        known = self.second is not None and number < len(self.second) and number not in self.broken
        return known and self.second is not None and self.second.shows_something(number)

    def picture(self, number: int) -> Image:
        """A page that is one, as people see it."""
        assert self.second is not None
        return self.second.picture(number)


def is_garbled(text: str) -> bool:
    """True where a font gave numbers or names of its drawings for letters."""
    if has_names(text):
        return True
    numbers = len(_NUMBERS.findall(text))
    return numbers > 0 and numbers > MAX_NUMBERS * len("".join(text.split()))


def has_names(text: str) -> bool:
    """True where most of the text are names of drawings."""
    # Each begins with one of these, and looking for them costs nothing.
    found = "/" in text or "(" in text
    return found and sum(map(len, _GLYPH_NAMES.findall(text))) > MAX_GLYPH_NAMES * len(text)


def tidied(text: str) -> str:
    """A page's text with words that were parted at line ends joined, without ligatures and white space around lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text).translate(_LIGATURES)
    lines = [line.rstrip() for line in _joined(text).split("\n")]
    return _HYPHEN.sub("", "\n".join(lines)).strip()


def _joined(text: str) -> str:
    """The text with titles that are set letter by letter, each on a line, made whole."""
    return _SPACED_LETTERS.sub(lambda run: run[0].replace("\n", "") + "\n", text + "\n")


def _opened(data: bytes) -> tuple[PdfReader | None, str]:
    """The file in pypdf, or why it cannot be opened. Raises Unreadable where it needs a password."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        # Many files are encrypted with an empty password, only to forbid printing.
        locked = reader.is_encrypted and not reader.decrypt("")
    except MemoryError:
        raise
    except Exception as error:
        return None, _words(error)
    if locked:
        raise Unreadable(Reason.ENCRYPTED, "the PDF needs a password")
    return reader, ""


def _second(data: bytes, why: str) -> Pdfium | None:
    """The file in PDFium. Raises Unreadable where it cannot be opened and `why` says that pypdf could not either."""
    try:
        return Pdfium(data)
    except RuntimeError as error:
        if why and getattr(error, "err_code", 0) == _ENCRYPTED:
            raise Unreadable(Reason.ENCRYPTED, "the PDF needs a password") from error
        if why:
            raise Unreadable(Reason.CORRUPT, f"the PDF is damaged: {why}") from error
        return None


def _words(error: Exception) -> str:
    message = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {message[:200]}" if message else type(error).__name__
