"""The selected hit in its document: first the passage alone, then the document around it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from search.results import Hit

from ...terminal import printable
from ..rendering.signs import BOXES, PLAIN
from ..sheet import Sheet, sheet_of_hit
from .document_view import BAR, PLAIN_BAR, DocumentView

PAUSE_SECONDS = 0.12
"""How long a passage waits while the user types: longer than a quick typist's pause."""
MARGIN = 50_000
"""The next part of a long document is asked for this many characters before the end of this one."""
REST_SECONDS = 0.15
"""How long a hit has to stay selected before its document is read."""


class Preview(Vertical):
    """A line that names the place in the document, above the document."""

    class Wanted(Message):
        """A document is to be laid out in rows of `width` cells around an offset.

        `scrolled` is true if the user scrolled there, not to a hit.
        """

        def __init__(self, path: str, width: int, around: int, scrolled: bool) -> None:
            super().__init__()
            self.path = path
            self.width = width
            self.around = around
            self.scrolled = scrolled

    def __init__(self, plain: bool = False) -> None:
        super().__init__()
        self.plain = plain
        self._signs = PLAIN if plain else BOXES
        self._hit: Hit | None = None
        self._hits: Sequence[Hit] = ()
        self._timer: Timer | None = None
        self._asked: int | None = None
        """The offset around which another part was asked for, until that part comes."""

    def compose(self) -> ComposeResult:
        """The line and the document."""
        yield Static("", id="place", markup=False)
        yield DocumentView(PLAIN_BAR if self.plain else BAR)

    def show_hit(self, hit: Hit | None, hits: Sequence[Hit], at_once: bool = True) -> None:
        """Show the passage, and its document when the hit stays selected; `hits` are marked too.

        Unless `at_once`, the passage waits for a pause: while the user types, the hits are drawn
        faster without it.
        """
        self._hit, self._hits = hit, hits
        if self._timer is not None:
            self._timer.stop()
        if at_once or hit is None:
            self._show()
        else:
            self._timer = self.set_timer(PAUSE_SECONDS, self._show)

    def _show(self) -> None:
        hit, hits, view = self._hit, self._hits, self.query_one(DocumentView)
        if hit is None:
            view.show(None, None)
        elif (
            view.sheet is not None
            and view.sheet.whole
            and view.sheet.path == hit.path
            and view.sheet.holds(_answer(hit))
        ):
            view.show(view.sheet, hit, hits)
        else:
            view.show(sheet_of_hit(hit, view.text_width, self._signs), hit, hits)
            self._timer = self.set_timer(REST_SECONDS, self.want)
        self._show_place()

    def show_sheet(self, sheet: Sheet, scrolled: bool) -> None:
        """Show a document that was asked for, if its hit is still selected."""
        if self._hit is not None and self._hit.path == sheet.path:
            self._asked = None
            self.query_one(DocumentView).show(sheet, self._hit, self._hits, scrolled)
            self._show_place()

    def on_document_view_resized(self) -> None:
        """Ask for rows of the new width."""
        self.want()

    def on_document_view_moved(self) -> None:
        """Show the place, and ask for another part of the document if this one is about to end."""
        self._show_place()
        view = self.query_one(DocumentView)
        if self._hit is None or view.sheet is None or not view.sheet.whole:
            return
        around = view.top_char
        if not view.sheet.holds(around, MARGIN) and (
            self._asked is None or abs(around - self._asked) > MARGIN
        ):
            self._asked = around
            self.post_message(self.Wanted(self._hit.path, view.text_width, around, scrolled=True))

    def want(self) -> None:
        """Ask for the document of the selected hit."""
        if self._hit is not None:
            width = self.query_one(DocumentView).text_width
            self.post_message(
                self.Wanted(self._hit.path, width, _answer(self._hit), scrolled=False)
            )

    def _show_place(self) -> None:
        view, line = self.query_one(DocumentView), ""
        if self._hit is not None and view.sheet is not None:
            title = printable(self._hit.title, one_line=True)
            shown = _answer(self._hit) if view.shows(_answer(self._hit)) else view.top_char
            line = f"{_place(view.sheet, shown, self._hit)} · {title}"
        self.query_one("#place", Static).update(line, layout=False)


def _answer(hit: Hit) -> int:
    """The offset in the document of the hit's answer."""
    return hit.char_start + hit.offset


def _place(sheet: Sheet, shown: int, hit: Hit) -> str:
    """The page or line at the document's offset `shown`, or that of a passage that stands alone."""
    if not sheet.whole:
        return f"line {hit.line:,}" if hit.page is None else f"page {hit.page:,}"
    offset = max(shown - sheet.first_char, 0)
    if (page := sheet.page_at(offset)) is not None:
        return f"page {page:,} of {sheet.page_count:,}"
    return f"line {sheet.line_at(offset):,} of {sheet.lines:,}"
