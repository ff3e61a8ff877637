"""Reads a PDF page with pypdf after mending what pypdf would read wrong.

The operators of the page are changed before pypdf reads them: text that the file states for its
glyphs takes their place, text that is drawn twice comes once, raised numbers become raised
characters, layers that are off show nothing, and lines from right to left and columns from top to
bottom come in the order of reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .marked_content import MarkedContent
from .plan import Plan
from .raised import apart
from .right_to_left import RIGHT_TO_LEFT
from .vertical import may_be_vertical

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader


@dataclass(frozen=True, slots=True)
class Mended:
    """The text of a page as pypdf reads it.

    `may_have_columns` is false where its columns, if any, are in order. `hidden_parts` counts
    what is not shown when the file is opened.
    """

    text: str
    may_have_columns: bool
    hidden_parts: int


class Mender:
    """Mends and reads the pages of one PDF."""

    def __init__(self, reader: PdfReader) -> None:
        self._marked = MarkedContent(reader)
        self._mended_fonts: dict[int, frozenset[str]] = {}
        self._unknown_names: frozenset[str] = frozenset()
        self._unknown: re.Pattern[str] | None = None

    @property
    def unknown_names(self) -> re.Pattern[str] | None:
        """Matches the names of glyphs that come out as text and tell nothing; None without any."""
        names = frozenset().union(*self._mended_fonts.values())
        if names != self._unknown_names:
            self._unknown_names = names
            self._unknown = re.compile("|".join(map(re.escape, sorted(names, reverse=True))))
        return self._unknown

    def is_off(self, layer: Any) -> bool:
        """True for a layer that is not shown when the file is opened."""
        return self._marked.layers.is_off(layer)

    def read(self, page: PageObject) -> Mended:
        """The text of a page. Raises what pypdf raises."""
        plan = self._planned(page)
        with plan.applied():
            text = page.extract_text()
        is_vertical = may_be_vertical(text, plan.shows)
        goes_left = not text.isascii() and RIGHT_TO_LEFT.search(text) is not None
        if (is_vertical or goes_left) and plan.reorder(is_vertical):
            with plan.applied():
                text = page.extract_text()
        return Mended(apart(text), plan.may_have_columns, plan.hidden_parts)

    def _planned(self, page: PageObject) -> Plan:
        from pypdf.errors import LimitReachedError

        plan = Plan(page.pdf, self._marked, self._mended_fonts)
        try:
            plan.mend_page(page)
        except (LimitReachedError, MemoryError):
            raise
        except Exception:
            # A malformed page makes pypdf raise nearly every type of exception. pypdf is then
            # asked for the page as it is, and its answer counts.
            return Plan(page.pdf, self._marked, self._mended_fonts)
        return plan
