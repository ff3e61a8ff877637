"""The pen that writes a PDF's page: whether it goes on beside what it has just written often enough for columns that are drawn line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .columns import MIN_ROWS, MIN_SHARE

if TYPE_CHECKING:
    from pypdf import PageObject

_WRITES = frozenset({b"Tj", b"TJ", b"'", b'"'})
_SAME_LINE = 8.0
_BESIDE = 30.0
"""Points that a column begins to the right of the one before, and that their lines may be apart in height: columns of prose are wider."""


class Pen:
    """Follows the operators of a page as pypdf reads them, called with each, its operands, and the matrices of the page and of its text.

    To look at the words themselves, as columns need it, takes another reader; most pages can do without.
    """

    def __init__(self) -> None:
        self._x = self._y = 0.0
        self._texts = self._rows = 0

    def __call__(
        self, operator: bytes, operands: Any, page: Sequence[float], text: Sequence[float]
    ) -> None:
        """Take what comes next on the page."""
        if operator not in _WRITES:
            return
        across, up = text[4], text[5]
        x = across * page[0] + up * page[2] + page[4]
        y = across * page[1] + up * page[3] + page[5]
        # The other two operators begin a line before they write, somewhere below.
        moved = operator == b"Tj" or operator == b"TJ"
        if not moved or (abs(y - self._y) < _SAME_LINE and abs(x - self._x) > _BESIDE):
            self._rows += 1
        self._texts += 1
        self._x, self._y = x, y

    @property
    def may_have_columns(self) -> bool:
        """False where there cannot be columns that are drawn line by line."""
        return self._rows >= MIN_ROWS and 2 * self._rows >= MIN_SHARE * self._texts


def follows(page: PageObject) -> bool:
    """True where a pen sees all that is written, and costs next to nothing: on pages with text of their own and without forms."""
    contents = page.get_contents()
    if contents is None or not any(write in contents.get_data() for write in _WRITES):
        return False
    try:
        resources: Any = page["/Resources"]
        drawn = resources.get("/XObject", {}).values()
        return all(item.get_object().get("/Subtype") == "/Image" for item in drawn)
    except (AttributeError, KeyError, TypeError):
        # What is malformed is for the reader to make out.
        return False
