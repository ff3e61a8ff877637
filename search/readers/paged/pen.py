"""The pen that writes a PDF page, followed to tell whether the page may have two columns.

Where columns are drawn line by line, the pen often goes on writing beside its last words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .columns import MIN_ROWS, MIN_SHARE

if TYPE_CHECKING:
    from pypdf import PageObject

_WRITES = frozenset({b"Tj", b"TJ", b"'", b'"'})
_SAME_LINE = 8.0
"""Points that the lines of two columns may be apart in height."""

_BESIDE = 30.0
"""Points that the pen must move sideways to begin a column: columns of prose are wider."""


class Pen:
    """Follows the operators of a page while pypdf reads them.

    pypdf calls it with each operator, its operands, and the matrices of the page and of its text.
    Only PDFium gives the place of each word, which puts columns in order. That takes a second
    reading, which most pages are spared because the pen rules columns out.
    """

    def __init__(self) -> None:
        self._x = self._y = 0.0
        self._texts = self._rows = 0

    def __call__(
        self, operator: bytes, operands: Any, page: Sequence[float], text: Sequence[float]
    ) -> None:
        """Take the next operator of the page."""
        if operator not in _WRITES:
            return
        across, up = text[4], text[5]
        x = across * page[0] + up * page[2] + page[4]
        y = across * page[1] + up * page[3] + page[5]
        # The operators ' and " move to a new line before they write, and `text` does not have that
        # place: each of them counts as if it wrote beside the last words.
        is_placed = operator == b"Tj" or operator == b"TJ"
        if not is_placed or (abs(y - self._y) < _SAME_LINE and abs(x - self._x) > _BESIDE):
            self._rows += 1
        self._texts += 1
        self._x, self._y = x, y

    @property
    def may_have_columns(self) -> bool:
        """False where the page cannot have columns that are drawn line by line."""
        return self._rows >= MIN_ROWS and 2 * self._rows >= MIN_SHARE * self._texts


def can_follow(page: PageObject) -> bool:
    """True where a pen sees all that is written on the page, at next to no cost.

    That holds for pages with text of their own and without form objects.
    """
    contents = page.get_contents()
    if contents is None or not any(write in contents.get_data() for write in _WRITES):
        return False
    try:
        resources: Any = page["/Resources"]
        drawn = resources.get("/XObject", {}).values()
        return all(item.get_object().get("/Subtype") == "/Image" for item in drawn)
    except (AttributeError, KeyError, TypeError):
        # The page's resources are malformed: the reader of the page must deal with them.
        return False
